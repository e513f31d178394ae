import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { messageOf, UserError } from '../common/errors.ts'
import { HttpFailure, pause, readBody, request } from '../common/http.ts'

/** Downloads from a release or its mirror, which may be a folder: `file:` addresses are read. */

/** Tries of a download, each of which `request` tries again on its own until there is an answer. */
const tries = 3

/**
 * Downloads a file, from its beginning again when the connection breaks halfway.
 * @returns the sha256 of what was written, 64 hex digits
 * @throws UserError naming the address
 */
export async function downloadFile(url: URL, target: string, token?: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const content = await open(url, token)
    if (content === undefined) throw missing(url)
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
      if (attempt === tries) throw unreachable(url, error)
      await pause(attempt)
    }
  }
}

/** The text of a small file; undefined when it does not exist. @throws UserError naming the address */
export async function downloadText(url: URL, token?: string): Promise<string | undefined> {
  if (url.protocol === 'file:') return readFile(fileURLToPath(url), 'utf8').catch(() => undefined)
  const response = await answer(url, token)
  return response && (await readBody(response, 64 * 1024)).toString()
}

/** sha256 of a file on this machine, 64 hex digits. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

async function open(url: URL, token: string | undefined): Promise<Readable | undefined> {
  if (url.protocol === 'file:') return createReadStream(fileURLToPath(url))
  return (await answer(url, token))?.body
}

/** The response, undefined for 404. */
async function answer(url: URL, token: string | undefined) {
  // The job's token raises GitHub's rate limit; it is nobody else's business.
  const isGitHub = url.protocol === 'https:' && url.hostname === 'github.com'
  const headers = isGitHub && token !== undefined ? { authorization: `Bearer ${token}` } : {}
  const response = await request({ url, headers }).catch((error: unknown) => {
    throw error instanceof HttpFailure ? unreachable(url, error) : error
  })
  if (response.status === 200) return response
  response.body.destroy()
  if (response.status === 404) return undefined
  throw unreachable(url, new Error(`the server answered ${response.status}`))
}

function unreachable(url: URL, cause: unknown): UserError {
  return new UserError(`micromamba could not be downloaded: ${messageOf(cause)}`, {
    at: { url: url.href },
    advice:
      "Try again later, name a mirror as 'micromamba-url', or use one on PATH with download-micromamba: false.",
    cause,
  })
}

function missing(url: URL): UserError {
  return new UserError('there is no such release of micromamba', {
    at: { url: url.href },
    advice:
      "Check 'micromamba-version' and 'micromamba-url'; not every version has a binary for every platform.",
  })
}
