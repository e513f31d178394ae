import { join } from 'node:path'
import { serveFiles, type FileAnswer, type FileServer } from '../../../__tests__/world/file-server.ts'
import type { WheelPin } from '../../../src/lock/types.ts'
import type { BenchBuild } from './locks.ts'

/** A wheel of a workload; where it is there in one version only, that is also the one it is bumped to. */
export interface BenchWheel {
  /** Canonical. */
  readonly name: string
  readonly builds: readonly WheelBuild[]
}

interface WheelBuild extends BenchBuild {
  readonly version: string
}

/** The build of a wheel that is wanted. */
export function buildOf({ name, builds }: BenchWheel, bumped: ReadonlySet<string>): WheelBuild {
  const build = bumped.has(name) ? builds.at(-1) : builds[0]
  if (!build) throw new Error(`${name} was not built`)
  return build
}

/** An index of wheels. */
export interface WheelIndex extends FileServer {
  /** What is given to pip as index-url. */
  readonly simple: string
  /** A lock's pins. */
  pins(bumped: ReadonlySet<string>): WheelPin[]
}

/**
 * Serves the wheels of a workload to pip and to the action (PEP 503).
 * @param folder where the wheels lie
 */
export async function serveWheels(folder: string, wheels: readonly BenchWheel[]): Promise<WheelIndex> {
  const server = await serveFiles(({ path }): FileAnswer | undefined => {
    const [, kind, name = ''] = /^\/(simple|wheels)\/([^/]+)\/?$/.exec(path) ?? []
    if (kind === 'wheels') return join(folder, name)
    const wheel = wheels.find((one) => one.name === name)
    return wheel && { status: 200, headers: { 'content-type': 'text/html' }, body: page(wheel) }
  })
  return Object.assign(server, {
    simple: `${server.url}/simple/`,
    pins: (bumped: ReadonlySet<string>) =>
      wheels.map((wheel): WheelPin => {
        const { fileName, sha256 } = buildOf(wheel, bumped)
        return {
          name: wheel.name,
          url: `${server.url}/wheels/${fileName}`,
          sha256,
          requested: true,
          direct: false,
        }
      }),
  })
}

function page({ builds }: BenchWheel): string {
  const links = builds.map(
    ({ fileName, sha256 }) => `<a href="/wheels/${fileName}#sha256=${sha256}">${fileName}</a>\n`,
  )
  return `<!DOCTYPE html>\n<html><body>\n${links.join('')}</body></html>\n`
}

/** A requirements file that pins all. */
export function requirementsOf(wheels: readonly BenchWheel[], bumped: ReadonlySet<string>): string {
  return wheels.map((wheel) => `${wheel.name}==${buildOf(wheel, bumped).version}\n`).join('')
}
