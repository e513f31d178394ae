import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { machineSubdir, releaseSubdirs } from '../../../src/micromamba/release.ts'
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

/**
 * A build number that no release has, so that nobody holds the stand-in to the checksums of a real one.
 */
const standInBuild = '999'

/**
 * A mirror of micromamba's releases, `<version>/micromamba-<subdir>` and `latest/download/micromamba-<subdir>` with
 * `.sha256` beside each: of the stand-in or, if `MICROMAMBA_EXE` names a real one, of that for this machine's subdir.
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

async function findRelease(version = `${standInVersion}-${standInBuild}`): Promise<Release> {
  const real = process.env['MICROMAMBA_EXE']
  if (real) {
    const said = (await run(real, ['--version'])).toString().trim()
    const binaries = new Map([[machineSubdir() ?? '', await readFile(real)]])
    return { version: `${said}-0`, environment: {}, binaries }
  }
  const script = await standIn(version.replace(/-\d+$/, ''))
  const binaries = new Map(releaseSubdirs.map((subdir) => [subdir, script]))
  return { version, environment: standInEnvironment, binaries }
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
