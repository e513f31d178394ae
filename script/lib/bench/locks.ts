import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readEnvironment } from '../../../src/environment/read.ts'
import { formatBaseName, parseBaseName } from '../../../src/base/name.ts'
import { chooseOwnLayer } from '../../../src/layers/build.ts'
import { inputHash } from '../../../src/lock/asked.ts'
import { formatLock } from '../../../src/lock/format.ts'
import { askFor } from '../../../src/lock/resolve.ts'
import { machinePlatform } from '../../../src/common/platform.ts'

/** A package of a workload, in two builds; where it has one only, in that twice. */
export interface BenchPackage {
  readonly name: string
  readonly builds: readonly [BenchBuild, BenchBuild]
}

interface BenchBuild {
  readonly fileName: string
  readonly sha256: string
  readonly size: number
}

/** @param channel the workload's folder */
export async function readPackages(channel: string): Promise<BenchPackage[]> {
  const folder = machinePlatform().subdir
  const repodata = JSON.parse(await readFile(join(channel, folder, 'repodata.json'), 'utf8')) as {
    'packages.conda': Record<string, { name: string; build_number?: number; sha256: string; size: number }>
  }
  const byName = Map.groupBy(Object.entries(repodata['packages.conda']), ([, { name }]) => name)
  return [...byName].flatMap(([name, files]) => {
    const [first, second] = files
      .map(([fileName, { sha256, size }]) => ({ fileName, sha256, size }))
      .sort((a, b) => (a.fileName < b.fileName ? -1 : 1))
    return first ? [{ name, builds: [first, second ?? first] as const }] : []
  })
}

/** An env.yaml that asks for all packages, as the workspace has it. */
export function environmentOf(channel: string, packages: readonly BenchPackage[]): string {
  return `name: base\nchannels:\n  - ${channel}\ndependencies:\n${packages.map(({ name }) => `  - ${name}\n`).join('')}`
}

/**
 * The lockfile that the action would write for an environment file.
 * @param bumped names of the packages that are there in their second build
 */
export async function lockOf(options: {
  environmentFile: string
  channel: string
  base: string
  packages: readonly BenchPackage[]
  bumped: ReadonlySet<string>
}): Promise<string> {
  const { environmentFile, channel, base, packages, bumped } = options
  const { subdir } = machinePlatform()
  const environment = await readEnvironment(environmentFile)
  const name = parseBaseName(base, { defaultTag: 'latest' })
  const asked = askFor({
    environment,
    platform: subdir,
    overrides: {},
    baseImage: formatBaseName({ ...name, digest: undefined }),
  })
  const chosen = packages.map(({ name: packageName, builds }) => builds[bumped.has(packageName) ? 1 : 0])
  return formatLock({
    header: {
      ...asked,
      inputHash: inputHash(asked),
      baseImage: formatBaseName(name),
      micromambaVersion: '2.9.0',
      virtualPackages: [],
      // The first builds decide, as a lock's choice outlives its updates.
      ownLayer: chooseOwnLayer(
        packages.map(({ name: packageName, builds }) => ({ name: packageName, size: builds[0].size })),
      ),
    },
    packages: chosen.map(({ fileName, sha256 }) => ({
      url: new URL(`${channel}/${subdir}/${fileName}`),
      checksum: { algorithm: 'sha256', hex: sha256 },
    })),
  })
}
