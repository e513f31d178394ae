import { request as send, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'

/** Where the connection with a client ends: after that many bytes of its request's body, or of the answer's. */
export interface Cut {
  readonly cut: 'request' | 'response'
  readonly after: number
}

/** The bytes of the two bodies that passed. */
export interface Passed {
  sent: number
  received: number
}

/** Passes a request on to the server behind, and its answer back, both as streams, and counts what passes. */
export async function passOn(
  host: string,
  request: IncomingMessage,
  response: ServerResponse,
  passed: Passed,
  cut?: Cut,
): Promise<void> {
  const { method, url: path, headers } = request
  const [hostname, port] = host.split(':')
  const behind = send({ hostname, port, method, path, headers })
  const answered = answerTo(behind)
  const limit = (side: Cut['cut']) => (cut?.cut === side ? cut.after : Infinity)
  try {
    const sent = pipeline(request, counter(passed, 'sent', limit('request')), behind)
    // A server may answer, and end the connection, before it has the whole body: its answer counts.
    if (cut?.cut === 'request') await sent
    else sent.catch(() => undefined)
    const answer = await answered
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    for await (const chunk of counter(passed, 'received', limit('response'))(answer)) {
      await new Promise((resolve) => response.write(chunk, resolve))
    }
    response.end()
  } catch {
    // Cut on purpose, or one of the two went away: neither hears more of the other.
    behind.destroy()
    request.destroy()
    response.destroy()
  }
}

/** @throws Error, when the stream is read, at the byte where the cut is */
function counter(passed: Passed, name: keyof Passed, limit: number) {
  return async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      const part = chunk.subarray(0, limit - passed[name])
      passed[name] += part.length
      yield part
      if (passed[name] >= limit) break
    }
    if (limit < Infinity) throw new Error(`cut after ${passed[name]} bytes`)
  }
}

function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).on('error', reject)
  })
  answered.catch(() => undefined) // nobody waits for it when the request is cut
  return answered
}
