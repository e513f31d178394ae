import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { diskError } from '../common/disk.ts'
import { messageOf, UserError } from '../common/errors.ts'
import { HttpFailure, pause, readBody, request } from '../common/http.ts'
import { decoded, withoutCredentials } from '../environment/read.ts'

/** A file of a release or of its mirror, which may be a folder: `file:` addresses are read. */
export interface Remote {
  /** Without user and password; the path may hold a token, so it is shown by `shownUrl` only. */
  readonly url: URL
  /** The header of that name. */
  readonly authorization?: string
}

/**
 * Takes the credentials out of an address, and says what its server is sent.
 * @param token the job's, which raises GitHub's rate limit and is nobody else's business
 * @param server where that token is from; GitHub Enterprise Server has others than github.com
 */
export function remoteOf(address: URL, token?: string, server = 'https://github.com'): Remote {
  const url = new URL(address)
  url.username = url.password = ''
  if (address.username !== '' || address.password !== '') {
    const login = [address.username, address.password].map(decoded).join(':')
    return { url, authorization: `Basic ${Buffer.from(login).toString('base64')}` }
  }
  const isForGitHub = url.origin === 'https://github.com' && /^https:\/\/github\.com\/?$/.test(server)
  return { url, ...(isForGitHub && token !== undefined && { authorization: `Bearer ${token}` }) }
}

/** Tries of a download, each of which `request` tries again on its own until there is an answer. */
const tries = 3

/** An address for messages: without credentials, and without a query, which may be a signature. */
export function shownUrl(url: URL): string {
  const shown = new URL(url)
  shown.search = shown.hash = ''
  return withoutCredentials(shown.href)
}

/**
 * Downloads a file, from its beginning again when the connection breaks halfway.
 * @returns the sha256 of what was written, 64 hex digits
 * @throws UserError naming the address
 */
export async function downloadFile(remote: Remote, target: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const content = await open(remote)
    if (content === undefined) throw missing(remote.url)
    const hash = createHash('sha256')
    try {
      await pipeline(
        content,
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            hash.update(chunk)
            yield chunk
          }
        },
        createWriteStream(target),
      )
      return hash.digest('hex')
    } catch (error) {
      const full = diskError(error, { file: target })
      if (full) throw full
      if (attempt === tries) throw unreachable(remote.url, error)
      await pause(attempt)
    }
  }
}

/** The text of a small file; undefined when it does not exist. @throws UserError naming the address */
export async function downloadText(remote: Remote): Promise<string | undefined> {
  const { url } = remote
  if (url.protocol === 'file:') return readFile(fileURLToPath(url), 'utf8').catch(() => undefined)
  const response = await answer(remote, 64 * 1024)
  return response && (await readBody(response)).toString()
}

/** sha256 of a file on this machine, 64 hex digits. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

async function open(remote: Remote): Promise<Readable | undefined> {
  const { url } = remote
  if (url.protocol === 'file:') return createReadStream(fileURLToPath(url))
  return (await answer(remote))?.body
}

/**
 * The response, undefined for 404.
 * @param read bytes, of a small file to be read at once
 */
async function answer({ url, authorization }: Remote, read?: number) {
  const headers = authorization === undefined ? {} : { authorization }
  const response = await request({ url, headers, ...(read !== undefined && { read }) }).catch(
    (error: unknown) => {
      throw error instanceof HttpFailure ? unreachable(url, error) : error
    },
  )
  if (response.status === 200) return response
  response.body.destroy()
  if (response.status === 404) return undefined
  throw unreachable(url, new Error(`the server answered ${response.status}`))
}

function unreachable(url: URL, cause: unknown): UserError {
  return new UserError(`micromamba could not be downloaded: ${messageOf(cause)}`, {
    at: { url: shownUrl(url) },
    advice:
      (cause instanceof HttpFailure ? cause.advice : undefined) ??
      "Try again later, name a mirror as 'micromamba-url', or use one on PATH with download-micromamba: false.",
    cause,
  })
}

function missing(url: URL): UserError {
  return new UserError('there is no such release of micromamba', {
    at: { url: shownUrl(url) },
    advice:
      "Check 'micromamba-version' and 'micromamba-url'; not every version has a binary for every platform.",
  })
}
