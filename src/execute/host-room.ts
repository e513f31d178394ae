import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { UserError } from '../common/errors.ts'
import { foreignText } from '../common/foreign.ts'
import { makeScratch, removeScratch } from '../common/scratch.ts'
import type { Owner } from '../layers/types.ts'
import type { ImageLayer } from '../oci/image.ts'
import { LayerFetches } from './fetch-layer.ts'
import type { HostAnswer, HostRequest, HostSetup } from './host.ts'
import { ownIds } from './probe.ts'
import { describeRuntime, type Runtime } from './runtime.ts'
import type { Outcome, PackedChanges, Workroom } from './types.ts'

/** How many layers are on their way at a time, with the one that is to be laid: most are small, and each is a request. */
const fetchedAhead = 4

/** How many layers are decoded before the one that is being laid is through: most are small, and each decoder has a core of its own. */
const decodedAhead = 3

/** What a file system is made of that an OCI runtime runs commands in. */
export interface RoomPlan {
  /** The lowest first. */
  readonly layers: readonly ImageLayer[]
  /** Whom commands run as: a runtime without root knows no other. */
  readonly user: Owner
}

/**
 * Lays an image's file system on disk for an OCI runtime to run commands in. Layers that are not on this machine are fetched.
 * @throws UserError when a layer cannot be had, or there is no room for it
 */
export async function openHostRoom({ layers, user }: RoomPlan, runtime: Runtime): Promise<Workroom> {
  const scratch = makeScratch('micromamba-image-run-')
  const host = new HostProcess(
    {
      folder: scratch,
      runtime: { ...runtime, rights: runtime.rights === 'sudo' ? 'root' : runtime.rights },
      ...(runtime.rights === 'rootless' && { rootless: { user, own: ownIds() } }),
    },
    runtime.rights === 'sudo',
  )
  const fetches = new LayerFetches(scratch)
  const close = async () => {
    await Promise.all([host.close(), fetches.close()])
    await removeScratch(scratch)
  }
  const add = async (more: readonly ImageLayer[]) => {
    const laid: Promise<unknown>[] = []
    for (const [index, layer] of more.entries()) {
      // While one is laid the next ones are fetched.
      for (const next of more.slice(index, index + fetchedAhead)) void fetches.begin(next)
      const file = await fetches.begin(layer)
      const before = laid.at(-decodedAhead)
      const asked = host.ask({ do: 'lay', file, mediaType: layer.descriptor.mediaType })
      asked.catch(() => undefined) // awaited below, unless another one fails before
      laid.push(asked)
      // While one is laid the next ones are decoded.
      await before
    }
    await Promise.all(laid)
  }
  try {
    await add(layers)
  } catch (error) {
    await close()
    throw error
  }
  return {
    executor: describeRuntime(runtime),
    ...(runtime.rights === 'rootless' && { onlyUser: user }),
    add,
    run: async (command, onLine) => (await host.ask({ do: 'run', command }, onLine)) as Outcome, // its answer
    pack: async (request) => (await host.ask({ do: 'pack', request })) as PackedChanges, // its answer
    close,
  }
}

/** The process of `host.ts`. */
class HostProcess {
  readonly #child: ChildProcess
  readonly #ended: Promise<string>
  /** Who waits for an answer, in the order of what was asked. */
  readonly #waiting: ((answer: HostAnswer) => void)[] = []

  constructor(setup: HostSetup, bySudo: boolean) {
    const own = [process.execPath, hostFile(), JSON.stringify(setup)]
    const [program = '', ...args] = bySudo ? ['sudo', '-n', '--', ...own] : own
    // None of the job's variables: what runs there is somebody else's.
    const child = spawn(program, args, { env: { PATH: process.env['PATH'] }, stdio: 'pipe' })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)))
    child.stdin.on('error', () => undefined) // its end is told by `#ended`
    this.#ended = new Promise((resolve) => {
      child.on('error', (error) => {
        // Root's is not ours to kill: it ends with its input.
        if (child.pid === undefined) resolve(error.message)
      })
      child.once('close', () => {
        resolve(said)
      })
    })
    createInterface({ input: child.stdout }).on('line', (line) => {
      const answer = JSON.parse(line) as HostAnswer // what host.ts writes
      this.#waiting[0]?.(answer)
      if (!('line' in answer)) this.#waiting.shift()
    })
    this.#child = child
  }

  /** @throws UserError as it was thrown there */
  async ask(request: HostRequest, onLine: (line: string) => void = () => undefined): Promise<unknown> {
    const answered = new Promise<Exclude<HostAnswer, { line: string }>>((resolve) => {
      this.#waiting.push((answer) => {
        if ('line' in answer) onLine(answer.line)
        else resolve(answer)
      })
    })
    this.#child.stdin?.write(`${JSON.stringify(request)}\n`)
    const answer = await Promise.race([answered, this.#ended])
    if (typeof answer === 'string') {
      throw new UserError(
        `the process that runs commands ended: ${foreignText(answer) || 'it did not say why'}`,
      )
    }
    if ('done' in answer) return answer.done
    if ('bug' in answer) throw Object.assign(new Error(), answer.bug)
    const { message, input } = answer.userError
    throw Object.assign(new UserError(message), { input })
  }

  async close(): Promise<void> {
    this.#child.stdin?.end()
    await this.#ended
  }
}

/** This project's sources when they run as they are, else the bundle beside this one. */
function hostFile(): string {
  // Not written as `new URL('…', import.meta.url)`, which the bundler would take for a file to copy.
  const here = import.meta.url
  const file = new URL(here.endsWith('.ts') ? './host.ts' : '../execute/index.js', here)
  return fileURLToPath(file)
}
