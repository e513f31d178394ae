import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { copyFile, mkdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import * as core from '@actions/core'
import { mapConcurrently } from '../common/concurrency.ts'
import { messageOf, UserError } from '../common/errors.ts'
import { formatBytes } from '../common/format.ts'
import { pause, request, type HttpResponse } from '../common/http.ts'
import type { LockedPackage } from '../lock/types.ts'
import type { Authorizer } from './channel-credentials.ts'

/** A package's archive on this machine, its checksum verified. */
export interface FetchedPackage {
  readonly locked: LockedPackage
  readonly file: string
  /** Hex digits. */
  readonly sha256: string
  readonly md5: string
  /** Bytes. */
  readonly size: number
  readonly from: 'disk' | 'channel'
}

/** How many archives are under way at a time: enough to hide a channel's latency, few enough for it to be polite. */
const parallel = 8
const tries = 5
const reportEvery = 5_000

/** The name of an archive's file: its checksum, so that a file is good or is not for whoever finds it. */
export function tarballName({ checksum, format }: LockedPackage): string {
  return `${checksum.algorithm}-${checksum.hex}.${format}`
}

/** Those of the packages whose archives are not in the directory. Their content is not looked at. */
export async function missingTarballs(
  packages: readonly LockedPackage[],
  directory: string,
): Promise<LockedPackage[]> {
  const present = await mapConcurrently(packages, 32, async (locked) =>
    stat(join(directory, tarballName(locked))).then(
      () => true,
      () => false,
    ),
  )
  return packages.filter((_, index) => !present[index])
}

/**
 * Brings the archives of all packages into a directory. What is there already is verified like what is downloaded; every
 * file that has its final name was verified before it got it.
 * @throws UserError naming the package's line in the lock when an archive cannot be had, or is not what the lock says
 */
export async function fetchPackages(
  packages: readonly LockedPackage[],
  directory: string,
  options: { readonly lockFile: string; readonly authorize: Authorizer },
): Promise<FetchedPackage[]> {
  await mkdir(directory, { recursive: true })
  const progress = new Progress(packages.length)
  try {
    return await mapConcurrently(packages, parallel, async (locked) => {
      const fetched = await fetchOne(locked, directory, options, progress)
      progress.finished(fetched)
      return fetched
    })
  } finally {
    progress.end()
  }
}

async function fetchOne(
  locked: LockedPackage,
  directory: string,
  { lockFile, authorize }: { readonly lockFile: string; readonly authorize: Authorizer },
  progress: Progress,
): Promise<FetchedPackage> {
  const file = join(directory, tarballName(locked))
  const found = await hashOf(file)
  if (found) {
    if (isRight(found, locked)) return { locked, file, ...found, from: 'disk' }
    core.warning(`${locked.fileName} was damaged on this machine and is fetched again`)
    await rm(file)
  }
  const refuse = (what: string, advice: string, cause?: unknown) =>
    new UserError(`${locked.url.href}: ${what}`, { at: { file: lockFile, line: locked.line }, advice, cause })
  const partial = `${file}.${process.pid}.part`
  try {
    if (locked.url.protocol === 'file:') await copyFile(fileURLToPath(locked.url), partial)
    else await download(locked, partial, authorize, refuse, progress)
    const fetched = await hashOf(partial)
    if (!fetched || !isRight(fetched, locked)) {
      const { algorithm, hex } = locked.checksum
      throw refuse(
        `its ${algorithm} is ${fetched?.[algorithm] ?? 'none'}, and the lockfile says ${hex}`,
        'The channel or something on the way replaced the file, or the line was edited. If the channel is right, update the lockfile.',
      )
    }
    await rename(partial, file)
    return { locked, file, ...fetched, from: 'channel' }
  } catch (error) {
    if (error instanceof UserError) throw error
    throw refuse(`it cannot be had: ${messageOf(error)}`, 'Is the channel reachable from here?', error)
  } finally {
    await rm(partial, { force: true })
  }
}

type Refusal = (what: string, advice: string, cause?: unknown) => UserError

/** Downloads to a file. A connection that breaks is taken up where it ended, if the server can do that. */
async function download(
  locked: LockedPackage,
  partial: string,
  authorize: Authorizer,
  refuse: Refusal,
  progress: Progress,
): Promise<void> {
  let validator: string | undefined
  for (let attempt = 1; ; attempt++) {
    const offset = validator === undefined ? 0 : await sizeOf(partial)
    const { url, headers } = authorize(locked.url)
    const range = offset > 0 ? { range: `bytes=${offset}-`, 'if-range': validator } : {}
    const response = await request({ url, headers: { ...headers, ...range } })
    refuseStatus(response, refuse)
    const resumed = response.status === 206 && offset > 0
    validator = validatorOf(response)
    try {
      response.body.on('data', (chunk: Buffer) => {
        progress.received(chunk.length)
      })
      await pipeline(response.body, createWriteStream(partial, { flags: resumed ? 'a' : 'w' }))
      return
    } catch (error) {
      if (attempt >= tries) throw error
      core.debug(`${locked.fileName}: the connection broke (${messageOf(error)}), try ${attempt + 1}`)
      await pause(attempt)
    }
  }
}

/** What tells whether the file on the server is still the one that a first part came from (RFC 9110, 13.1.5). */
function validatorOf({ headers }: HttpResponse): string | undefined {
  const { etag } = headers
  if (etag !== undefined && !etag.startsWith('W/')) return etag
  return headers['last-modified']
}

function refuseStatus({ status, body }: HttpResponse, refuse: Refusal): void {
  if (status === 200 || status === 206) return
  body.destroy()
  if (status === 404 || status === 410) {
    throw refuse(`the channel no longer has it (${status})`, 'Update the lockfile: lock-mode: update.')
  }
  if (status === 401 || status === 403) {
    throw refuse(
      `the channel refused it (${status})`,
      "Give credentials: in the channel's address by an environment variable, or in ~/.mamba/auth/authentication.json.",
    )
  }
  throw refuse(`the channel answered ${status}`, 'Is this the address of a package?')
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  )
}

interface Hashes {
  readonly sha256: string
  readonly md5: string
  readonly size: number
}

async function hashOf(file: string): Promise<Hashes | undefined> {
  const hashes = { sha256: createHash('sha256'), md5: createHash('md5') }
  let size = 0
  try {
    for await (const chunk of createReadStream(file, {
      highWaterMark: 1024 * 1024,
    }) as AsyncIterable<Buffer>) {
      hashes.sha256.update(chunk)
      hashes.md5.update(chunk)
      size += chunk.length
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined // an error of the file system
    throw error
  }
  return { sha256: hashes.sha256.digest('hex'), md5: hashes.md5.digest('hex'), size }
}

function isRight(hashes: Hashes, { checksum }: LockedPackage): boolean {
  return hashes[checksum.algorithm] === checksum.hex
}

/** Tells the log how far the packages are, every few seconds, and at the end what came from where. */
class Progress {
  readonly #total: number
  readonly #count = { disk: 0, channel: 0 }
  readonly #bytes = { disk: 0, channel: 0 }
  #received = 0
  readonly #timer: NodeJS.Timeout

  constructor(total: number) {
    this.#total = total
    this.#timer = setInterval(() => {
      const done = this.#count.disk + this.#count.channel
      core.info(`${done} of ${this.#total} packages, ${formatBytes(this.#received)} received`)
    }, reportEvery)
    this.#timer.unref()
  }

  received(bytes: number): void {
    this.#received += bytes
  }

  finished({ from, size }: FetchedPackage): void {
    this.#count[from]++
    this.#bytes[from] += size
  }

  end(): void {
    clearInterval(this.#timer)
    const part = (from: 'disk' | 'channel', words: string) =>
      `${this.#count[from]} ${words} (${formatBytes(this.#bytes[from])})`
    core.info(
      `${this.#total} packages: ${part('disk', 'on this machine already')}, ${part('channel', 'from channels')}`,
    )
  }
}
