import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as core from '@actions/core'
import { cacheFile, find } from '@actions/tool-cache'
import { UserError } from '../common/errors.ts'
import type { Micromamba } from './binary.ts'
import { downloadFile, downloadText, hashFile } from './fetch.ts'
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
  /** Sent to github.com only. */
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

const tool = 'micromamba'

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
  const url = binaryUrl(source.url ?? releases, version, wanted)
  const expected = await expectedChecksums(source, wanted)
  const cached = await findCached(version, wanted, expected)
  if (cached !== undefined) return cached
  return download({ url, version, subdir: wanted, expected, token: source.token })
}

interface Expected {
  readonly sha256: string
  /** Who says so. */
  readonly from: string
}

async function expectedChecksums(
  { version, checksum, url, token }: MicromambaSource,
  subdir: string,
): Promise<[Expected, ...Expected[]]> {
  const known = knownChecksums[version]?.[subdir]
  const pinned = subdir === machineSubdir() ? checksum?.toLowerCase() : undefined
  const [first, ...more] = [
    ...(known === undefined ? [] : [{ sha256: known, from: 'the table of known releases' }]),
    ...(pinned === undefined ? [] : [{ sha256: pinned, from: "the input 'micromamba-checksum'" }]),
  ]
  if (first) return [first, ...more]
  return [await publishedChecksum(binaryUrl(url ?? releases, version, subdir), token)]
}

async function publishedChecksum(binary: URL, token: string | undefined): Promise<Expected> {
  const url = checksumUrl(binary)
  const text = await downloadText(url, token)
  const sha256 = text === undefined ? undefined : parseChecksum(text)
  if (sha256 === undefined) {
    throw new UserError(
      text === undefined
        ? 'there is no checksum of this release'
        : 'the checksum of this release is malformed',
      {
        at: { url: url.href },
        advice:
          "Check 'micromamba-version' and 'micromamba-url'; a mirror without .sha256 files needs 'micromamba-checksum'.",
      },
    )
  }
  return { sha256, from: url.href }
}

function binaryName(subdir: string): string {
  return subdir.startsWith('win-') ? `${tool}.exe` : tool
}

/**
 * The binary in the tool cache. It is hashed again, for the folder of a self-hosted runner is open to every job; one
 * that is not what it should be is replaced.
 */
async function findCached(
  version: string,
  subdir: string,
  expected: readonly Expected[],
): Promise<Micromamba | undefined> {
  const folder = find(tool, version, subdir)
  if (folder === '') return undefined
  const path = join(folder, binaryName(subdir))
  const sha256 = await hashFile(path).catch(() => 'missing')
  if (expected.every((checksum) => checksum.sha256 === sha256)) return { path, version, sha256 }
  core.warning(`${path} in the tool cache is not micromamba ${version} and is replaced`)
  return undefined
}

async function download(wanted: {
  url: URL
  version: string
  subdir: string
  expected: readonly Expected[]
  token?: string
}): Promise<Micromamba> {
  const { url, version, subdir } = wanted
  core.info(`downloading ${url.href}`)
  const folder = await mkdtemp(join(process.env['RUNNER_TEMP'] ?? tmpdir(), 'micromamba-'))
  try {
    const file = join(folder, binaryName(subdir))
    const sha256 = await downloadFile(url, file, wanted.token)
    const wrong = wanted.expected.find((checksum) => checksum.sha256 !== sha256)
    if (wrong !== undefined) {
      throw new UserError(
        `the download is not what it should be: its sha256 is ${sha256}; ${wrong.from} says ${wrong.sha256}`,
        {
          at: { url: url.href },
          advice:
            'It was deleted. Something between you and the release may be changing files, or the checksum is of another version.',
        },
      )
    }
    const path = join(await cacheFile(file, binaryName(subdir), tool, version, subdir), binaryName(subdir))
    await chmod(path, 0o755)
    return { path, version, sha256 }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
