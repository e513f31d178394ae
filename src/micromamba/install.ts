import { join } from 'node:path'
import * as core from '@actions/core'
import { UserError } from '../common/errors.ts'
import { withScratch } from '../common/scratch.ts'
import type { Micromamba } from './binary.ts'
import { downloadFile, downloadText, hashFile, remoteOf, shownUrl, type Remote } from './fetch.ts'
import { binaryName, keepBinary, keptBinaries } from './kept.ts'
import { knownChecksums } from './known-checksums.ts'
import { findOnMachine } from './on-machine.ts'
import { binaryUrl, checksumUrl, machineSubdir, parseChecksum, releases } from './release.ts'

export type { Micromamba } from './binary.ts'

export interface MicromambaSource {
  /** Version and build number, `2.9.0-0`. */
  readonly version: string
  /** Where releases are: see `binaryUrl`. Default: micromamba's own. */
  readonly url?: string
  /** The sha256 that the binary for this machine must have, 64 hex digits. */
  readonly checksum?: string
  /** Without it, the one that is on this machine is taken. */
  readonly download: boolean
  /** The job's, of the server that GITHUB_SERVER_URL names. Sent to github.com only, and only when it is from there. */
  readonly token?: string
}

/** Provides micromamba, each binary once in a run, if at all. */
export interface MicromambaProvider {
  /** As `installMicromamba`. */
  install(subdir?: string): Promise<Micromamba>
  /** Tells which binary `install` would provide, without downloading it. */
  identify(subdir: string): Promise<Omit<Micromamba, 'path'>>
}

export function createMicromambaProvider(source: MicromambaSource): MicromambaProvider {
  const installed = new Map<string | undefined, Promise<Micromamba>>()
  return {
    install(subdir = machineSubdir()) {
      const found = installed.get(subdir) ?? installMicromamba(source, subdir)
      installed.set(subdir, found)
      return found
    },
    async identify(subdir) {
      if (!source.download) return this.install(subdir)
      const [expected] = await expectedChecksums(source, subdir)
      return { version: source.version, sha256: expected.sha256 }
    },
  }
}

/**
 * Provides a binary of micromamba: out of the runner's tool cache, else from the release, verified either way before
 * anything can run it. With `download: false`, the one that is on this machine.
 *
 * It is held to the table in `known-checksums.ts`; for a version that is not there, to the given checksum or else to
 * the release's own `.sha256`, which is fetched each time. A given checksum is checked in any case.
 * @param subdir the conda subdir that it is for; default this machine's
 * @throws UserError when it cannot be had, or is not what it should be
 */
export async function installMicromamba(source: MicromambaSource, subdir?: string): Promise<Micromamba> {
  const here = machineSubdir()
  const wanted = subdir ?? here
  if (wanted === undefined) {
    throw new UserError(`there is no micromamba for ${process.platform} on ${process.arch}`)
  }
  if (!source.download) return findOnMachine(wanted, here)

  const { version } = source
  const expected = await expectedChecksums(source, wanted)
  const cached = await findCached(version, wanted, expected)
  if (cached !== undefined) return cached
  return download({ remote: remoteBinary(source, wanted), version, subdir: wanted, expected })
}

function remoteBinary({ url, version, token }: MicromambaSource, subdir: string): Remote {
  return remoteOf(binaryUrl(url ?? releases, version, subdir), token, process.env['GITHUB_SERVER_URL'])
}

interface Expected {
  readonly sha256: string
  /** Who says so. */
  readonly from: string
}

async function expectedChecksums(
  source: MicromambaSource,
  subdir: string,
): Promise<[Expected, ...Expected[]]> {
  const { version, checksum } = source
  const known = knownChecksums[version]?.[subdir]
  const pinned = subdir === machineSubdir() ? checksum?.toLowerCase() : undefined
  const [first, ...more] = [
    ...(known === undefined ? [] : [{ sha256: known, from: 'the table of known releases' }]),
    ...(pinned === undefined ? [] : [{ sha256: pinned, from: "the input 'micromamba-checksum'" }]),
  ]
  if (first) return [first, ...more]
  return [await publishedChecksum(remoteBinary(source, subdir))]
}

async function publishedChecksum(binary: Remote): Promise<Expected> {
  const remote = { ...binary, url: checksumUrl(binary.url) }
  const url = shownUrl(remote.url)
  const text = await downloadText(remote)
  const sha256 = text === undefined ? undefined : parseChecksum(text)
  if (sha256 === undefined) {
    throw new UserError(
      text === undefined
        ? 'there is no checksum of this release'
        : 'the checksum of this release is malformed',
      {
        at: { url },
        advice:
          "Check 'micromamba-version' and 'micromamba-url'; a mirror without .sha256 files needs 'micromamba-checksum'.",
      },
    )
  }
  return { sha256, from: url }
}

/**
 * A binary that was kept. It is hashed again, for the tool cache of a self-hosted runner is open to every job; one that is
 * not what it should be is replaced.
 */
async function findCached(
  version: string,
  subdir: string,
  expected: readonly Expected[],
): Promise<Micromamba | undefined> {
  for (const path of keptBinaries(version, subdir)) {
    const sha256 = await hashFile(path).catch(() => undefined)
    if (sha256 === undefined) continue
    if (expected.every((checksum) => checksum.sha256 === sha256)) return { path, version, sha256 }
    core.warning(`${path} is not micromamba ${version} and is replaced`)
  }
  return undefined
}

async function download(wanted: {
  remote: Remote
  version: string
  subdir: string
  expected: readonly Expected[]
}): Promise<Micromamba> {
  const { remote, version, subdir } = wanted
  const url = shownUrl(remote.url)
  core.info(`downloading ${url}`)
  return withScratch('micromamba-', async (folder) => {
    const file = join(folder, binaryName(subdir))
    const sha256 = await downloadFile(remote, file)
    const wrong = wanted.expected.find((checksum) => checksum.sha256 !== sha256)
    if (wrong !== undefined) {
      throw new UserError(
        `the download is not what it should be: its sha256 is ${sha256}; ${wrong.from} says ${wrong.sha256}`,
        {
          at: { url },
          advice:
            'It was deleted. Something between you and the release may be changing files, or the checksum is of another version.',
        },
      )
    }
    return { path: await keepBinary(file, version, subdir), version, sha256 }
  })
}
