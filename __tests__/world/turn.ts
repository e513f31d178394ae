import { createHash } from 'node:crypto'
import { connect, createServer, type Server, type Socket } from 'node:net'

/**
 * Does some work while nobody else on this machine does work of the same name: not in this process, nor in another.
 *
 * Whose turn it is listens on a socket that has a name and is no file (unix(7), "abstract"): it is gone with the process,
 * however that ends. The others are connected to it, and see it go.
 */
export async function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
  // Names of sockets have 107 characters at most.
  const path = `\0micromamba-image-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`
  let turn = await takeTurn(path)
  while (!turn) {
    await turnOver(path)
    turn = await takeTurn(path)
  }
  try {
    return await work()
  } finally {
    await turn.end()
  }
}

interface Turn {
  end(): Promise<void>
}

/** Undefined while it is somebody else's. */
async function takeTurn(path: string): Promise<Turn | undefined> {
  const waiting = new Set<Socket>()
  const server = createServer((socket) => {
    waiting.add(socket.on('error', () => undefined)) // one that waited was killed
  })
  if (!(await listens(server, path))) return undefined
  return {
    async end() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of waiting) socket.destroy()
      await closed
    },
  }
}

function listens(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false)
      else reject(error)
    })
    server.listen(path, () => {
      resolve(true)
    })
  })
}

/** Until whoever has the turn ends it, or ends. */
function turnOver(path: string): Promise<void> {
  return new Promise((resolve) => {
    // An error is that it was over before.
    connect(path)
      .on('error', () => undefined)
      .once('close', () => {
        resolve()
      })
      .resume()
  })
}
