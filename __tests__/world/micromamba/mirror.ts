import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { releaseSubdirs } from '../../../src/micromamba/release.ts'
import { run } from '../command.ts'
import { serveFiles, type FileAnswer, type FileServer } from '../file-server.ts'
import { standIn, standInEnvironment, standInVersion } from './stand-in.ts'

export interface MirrorOptions {
  /** Version and build number to serve instead of the default, for the stand-in only. */
  readonly version?: string
  /** What stands in the `.sha256` files; default the hash. `missing`: there are none. */
  readonly checksum?: 'right' | 'wrong' | 'missing'
}

export interface ReleaseMirror extends FileServer {
  /** The release that it has, `2.9.0-999`. */
  readonly version: string
  /** What a process needs in its environment to run the binary. */
  readonly environment: Readonly<Record<string, string>>
}

/** A build number that no release has, so that nobody holds what is served to the checksums of a release. */
const build = '999'

/**
 * A mirror of micromamba's releases, `<version>/micromamba-<subdir>` and `latest/download/micromamba-<subdir>` with
 * `.sha256` beside each: of the stand-in or, if `MICROMAMBA_EXE` names a real one, of that: for every platform, though it runs
 * on this one only, since none of the others is ever run.
 */
export async function startReleaseMirror(options: MirrorOptions = {}): Promise<ReleaseMirror> {
  const release = await findRelease(options.version)
  const server = await serveFiles(({ path }) => answer(path, release, options.checksum ?? 'right'))
  return Object.assign(server, { version: release.version, environment: release.environment })
}

interface Release {
  readonly version: string
  readonly environment: Readonly<Record<string, string>>
  readonly binaries: ReadonlyMap<string, Uint8Array>
}

async function findRelease(version = `${standInVersion}-${build}`): Promise<Release> {
  const real = process.env['MICROMAMBA_EXE']
  if (real) {
    const said = (await run(real, ['--version'])).toString().trim()
    return { version: `${said}-${build}`, environment: {}, binaries: ofAllPlatforms(await readFile(real)) }
  }
  const script = await standIn(version.replace(/-\d+$/, ''))
  return { version, environment: standInEnvironment, binaries: ofAllPlatforms(script) }
}

function ofAllPlatforms(binary: Uint8Array): Release['binaries'] {
  return new Map(releaseSubdirs.map((subdir) => [subdir, binary]))
}

function answer(
  path: string,
  { version, binaries }: Release,
  checksum: 'right' | 'wrong' | 'missing',
): FileAnswer | undefined {
  const [, place, subdir = '', suffix] = /^\/(.+)\/micromamba-([\w-]+)(\.sha256)?$/.exec(path) ?? []
  const binary = binaries.get(subdir)
  if (!binary || (place !== version && place !== 'latest/download')) return undefined
  if (suffix === undefined) return binary
  if (checksum === 'missing') return undefined
  const content = checksum === 'wrong' ? Buffer.from('something else') : binary
  return Buffer.from(createHash('sha256').update(content).digest('hex'))
}
