import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface LoopbackServer {
  /** `127.0.0.1:PORT` */
  readonly host: string
  /** Ends open connections too. */
  stop(): Promise<void>
}

/** An HTTP server on a free port of this machine. What the handler throws is answered with 500 and its stack. */
export async function listen(
  handler: (...exchange: Parameters<RequestListener>) => void | Promise<void>,
): Promise<LoopbackServer> {
  const server = createServer((request, response) => {
    Promise.try(handler, request, response).catch((error: unknown) => {
      const stack = error instanceof Error ? error.stack : String(error)
      if (response.headersSent) response.destroy()
      else response.writeHead(500, { 'content-type': 'text/plain' }).end(stack)
    })
  })
  // Clients keep connections open between requests; a server that closes one just then would look like a failure.
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo // listening on TCP
  return {
    host: `127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The whole body of a request. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}
