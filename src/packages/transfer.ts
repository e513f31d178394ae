import { open } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import * as core from '@actions/core'
import { describeDiskError } from '../common/disk.ts'
import { messageOf, UserError } from '../common/errors.ts'
import { HttpFailure, oddityOf, pause, request, type HttpResponse } from '../common/http.ts'
import { rechunk } from '../common/rechunk.ts'
import type { Authorizer } from '../channels/access.ts'
import { Checksummer, type Checksums } from './checksums.ts'

/** Makes an error about the package that is under way: what is wrong with it, and what to do. */
export type Refusal = (what: string, advice: string, cause?: unknown) => UserError

export interface Transfer {
  readonly url: URL
  /** Where the bytes go. */
  readonly file: string
  /** What they come from, in errors. */
  readonly source: 'channel' | 'index'
  readonly authorize: Authorizer
  readonly refuse: Refusal
  readonly onBytes: (count: number) => void
}

const tries = 5
/** Bytes that are written and hashed at a time: sockets give a quarter of that, and each hand-over to the disk costs. */
const chunkSize = 256 * 1024
const goneAdvice = 'Update the lockfile: lock-mode: update.'

/** What came. */
export interface Received extends Checksums {
  /** What was strange about the answer that it came by. */
  readonly oddity?: string
}

/**
 * Brings an archive from its channel, or its index, into a file.
 * @returns the checksums of what came, which nobody has compared yet
 * @throws UserError when it cannot be had
 */
export async function transfer(of: Transfer): Promise<Received> {
  return of.url.protocol === 'file:' ? copy(of) : download(of)
}

async function copy(of: Transfer): Promise<Checksums> {
  const checksummer = new Checksummer()
  try {
    const source = await open(fileURLToPath(of.url))
    const { size } = await source.stat()
    await receive(source.createReadStream() as AsyncIterable<Buffer>, of, checksummer, size)
  } catch (error) {
    if (error instanceof UserError) throw error
    const { code } = error as NodeJS.ErrnoException // of the file system
    const advice = code === 'ENOENT' ? goneAdvice : 'Make the folder readable for the user of the job.'
    throw of.refuse(`it cannot be read: ${messageOf(error)}`, advice, error)
  }
  return checksummer.digest()
}

/** A connection that breaks is taken up where it ended, if the server can do that. */
async function download(of: Transfer): Promise<Received> {
  let checksummer = new Checksummer()
  let validator: string | undefined
  for (let attempt = 1; ; attempt++) {
    const offset = validator === undefined ? 0 : checksummer.size
    try {
      const response = await ask(of, offset, validator)
      // A server may send all of it, since it cannot send parts or because the file is another one now.
      if (offset === 0 || response.status !== 206) checksummer = new Checksummer()
      validator = validatorOf(response)
      const expected = Number(response.headers['content-length'] ?? NaN) + checksummer.size
      await receive(response.body as AsyncIterable<Buffer>, of, checksummer, expected)
      const oddity = oddityOf(response)
      return { ...checksummer.digest(), ...(oddity !== undefined && { oddity }) }
    } catch (error) {
      if (error instanceof UserError) throw error
      // Requests that found no server have been tried again already.
      if (attempt === tries || error instanceof HttpFailure) {
        const isTheirs = error instanceof HttpFailure && error.status !== undefined
        throw of.refuse(
          `it cannot be had: ${messageOf(error)}`,
          isTheirs
            ? `The ${of.source} has a problem of its own: try again later.`
            : ((error instanceof HttpFailure ? error.advice : undefined) ??
                `Check that the ${of.source} can be reached from here.`),
          error,
        )
      }
      core.debug(`${of.url.href}: ${messageOf(error)}, after ${checksummer.size} bytes of try ${attempt}`)
      if (error instanceof WrongPart) validator = undefined
      await pause(attempt)
    }
  }
}

/** The server answered a request for the rest of the file with something else. */
class WrongPart extends Error {}

async function ask(
  { url: canonical, source, authorize, refuse }: Transfer,
  offset: number,
  validator: string | undefined,
): Promise<HttpResponse> {
  const { url, headers } = authorize(canonical)
  const range = offset > 0 ? { range: `bytes=${offset}-`, 'if-range': validator } : {}
  const response = await request({ url, headers: { ...headers, ...range } })
  const { status } = response
  if (status === 200) return response
  if (status === 206 && offset > 0 && firstByteOf(response) === offset) return response
  response.body.destroy()
  if (offset > 0 && (status === 206 || status === 416)) {
    throw new WrongPart(`the ${source} answered ${status} to a request for the bytes from ${offset}`)
  }
  if (status === 404 || status === 410) {
    throw refuse(`the ${source} no longer has it (${status})`, goneAdvice)
  }
  if (status === 401 || status === 403) {
    throw refuse(
      `the ${source} refused it (${status})`,
      source === 'index'
        ? 'Give credentials: by the inputs auth-host and auth-token.'
        : "Give credentials: by the inputs auth-host and auth-token, or in the channel's address by an environment variable.",
    )
  }
  throw refuse(
    `the ${source} answered ${status}`,
    `Is this the address of a ${source === 'index' ? 'wheel' : 'package'}?`,
  )
}

function firstByteOf({ headers }: HttpResponse): number {
  return Number(/^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1] ?? NaN)
}

/** What tells whether the file on the server is still the one that a first part came from (RFC 9110, 13.1.5). */
function validatorOf({ headers }: HttpResponse): string | undefined {
  const { etag } = headers
  if (etag !== undefined && !etag.startsWith('W/')) return etag
  return headers['last-modified']
}

/**
 * Writes what comes behind what the checksummer has seen, so that the two agree when the source breaks off.
 * @param expected bytes that the file will have; NaN when nobody said so
 */
async function receive(
  source: AsyncIterable<Uint8Array>,
  { file, refuse, onBytes }: Transfer,
  checksummer: Checksummer,
  expected: number,
): Promise<void> {
  const fail = (error: unknown) => {
    const needed = Number.isNaN(expected) ? undefined : expected
    const { what, advice } = describeDiskError(error, { file, needed }) ?? {
      what: messageOf(error),
      advice: 'Is the disk in order?',
    }
    throw refuse(`it cannot be written: ${what}`, advice, error)
  }
  const handle = await open(file, checksummer.size > 0 ? 'a' : 'w').catch(fail)
  try {
    for await (const chunk of rechunk(source, chunkSize)) {
      await handle.appendFile(chunk).catch(fail)
      checksummer.update(chunk)
      onBytes(chunk.length)
    }
  } finally {
    await handle.close()
  }
}
