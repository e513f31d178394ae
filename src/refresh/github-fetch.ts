import { HttpFailure, oddityOf, readBody, request, type HttpRequest } from '../common/http.ts'

/** What GitHub gives at most: a file as a commit has it, of 100 MB. */
const largest = 100 * 1024 * 1024

/**
 * `fetch` for octokit by this action's own client, with its bounds of time, its proxies and its care for credentials. Octokit takes an
 * answer that breaks off for an empty file, and one that is no JSON for what it says; here either is a connection that failed.
 * Tried again it is by the caller, who knows GitHub's rules for that.
 */
export async function fetchFromGitHub(address: string | URL, options: RequestInit = {}): Promise<Response> {
  const { method = 'GET', headers, body } = options
  if (body !== undefined && body !== null && typeof body !== 'string')
    throw new TypeError('octokit sends text')
  const {
    status,
    headers: answered,
    bytes,
  } = await answerTo({
    url: new URL(address),
    method: method as NonNullable<HttpRequest['method']>,
    headers: Object.fromEntries(new Headers(headers)),
    ...(typeof body === 'string' && { body }),
    // A repository that was renamed: docs.github.com, "Best practices for using the REST API", redirects.
    followRedirects: true,
    retries: 0,
    read: largest,
  })
  const oddity = status < 400 ? oddityOf({ headers: answered }) : undefined
  if (oddity !== undefined) throw new Error(`what answered is not GitHub: ${oddity}`)
  const type = answered['content-type'] ?? ''
  if (status < 400 && /^application\/json\b/.test(type)) requireJson(bytes)
  const isEmpty = [204, 205, 304].includes(status)
  return new Response(isEmpty ? null : new Uint8Array(bytes), {
    status,
    headers: Object.entries(answered).flatMap(([name, value]) =>
      value === undefined || Array.isArray(value) ? [] : [[name, value] as [string, string]],
    ),
  })
}

async function answerTo(asked: HttpRequest) {
  try {
    const answer = await request(asked)
    return { ...answer, bytes: await readBody(answer) }
  } catch (error) {
    // An answer is an answer, of whatever status.
    if (!(error instanceof HttpFailure) || error.status === undefined) throw error
    return { status: error.status, headers: error.headers ?? {}, bytes: Buffer.from(error.answer ?? '') }
  }
}

function requireJson(bytes: Uint8Array): void {
  try {
    JSON.parse(Buffer.from(bytes).toString())
  } catch (error) {
    throw new Error('the answer is no JSON, or not all of it', { cause: error })
  }
}
