import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chmodSync, createReadStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setFlagsFromString } from 'node:v8'
import { beginLayerTar, type LayerBlob } from '../base/layer-tar.ts'
import { diskError } from '../common/disk.ts'
import { messageOf, UserError } from '../common/errors.ts'
import type { Owner } from '../layers/types.ts'
import { ociConfig, writeNetworkFiles, type Place } from './bundle.ts'
import { packChanges } from './changes.ts'
import { readLines } from './output.ts'
import {
  deleteArguments,
  killArguments,
  readRuntimeError,
  runArguments,
  runtimeVariables,
  type Runtime,
} from './runtime.ts'
import { secretsInput, withSecrets } from './secrets.ts'
import { DiskTree, removeTree } from './tree.ts'
import type { Command, Outcome, PackedChanges, PackRequest } from './types.ts'

// Layers pass through in buffers, as in the main program: collecting them more often takes a quarter of the time.
setFlagsFromString('--heap-growing-percent=400')

// A process that has an image's file system on disk and runs commands in it. It is one of its own since it may need other rights than
// the action has, and since it is busy. It ends, and takes everything with it, when its standard input does.

/** What the process is started for: its only argument, as JSON. */
export interface HostSetup {
  /** What it works in. It is removed at the end, with all that others have put there, who may have been killed. */
  readonly folder: string
  /** With the rights that this process has. */
  readonly runtime: Runtime
  /** Without root: the user that commands run as, and whose this process is. */
  readonly rootless?: { readonly user: Owner; readonly own: Owner }
}

/** A line of standard input, as JSON. They are answered in their order. */
export type HostRequest =
  | { readonly do: 'lay'; readonly file: string; readonly mediaType: string }
  | { readonly do: 'run'; readonly command: Command }
  | { readonly do: 'pack'; readonly request: PackRequest }

/** A line of standard output, as JSON; the last one of an answer is no `line`. */
export type HostAnswer =
  | { readonly line: string }
  | { readonly done: Outcome | PackedChanges | null }
  | { readonly userError: Pick<UserError, 'message' | 'input'> }
  | { readonly bug: { readonly message: string; readonly stack?: string } }

class Host {
  readonly #setup: HostSetup
  readonly #place: Place
  readonly #container: { readonly id: string; readonly state: string; readonly bundle: string }
  readonly #tree: DiskTree
  #running: ChildProcess | undefined
  /** What was packed last, until something comes after it: it need not be looked at where nothing does. */
  #packed: PackedChanges | undefined
  /** What was asked last: one is done after the other. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(setup: HostSetup) {
    const { folder, runtime, rootless } = setup
    const at = (name: string) => join(folder, name)
    for (const name of ['root', 'state', 'bundle', 'tmp']) mkdirSync(at(name))
    this.#setup = setup
    this.#container = { id: `micromamba-image-${process.pid}`, state: at('state'), bundle: at('bundle') }
    this.#place = {
      root: at('root'),
      temporary: at('tmp'),
      networkFiles: at('etc'),
      seccomp: runtime.seccomp,
      ...(rootless && { rootless: rootless.own }),
    }
    this.#tree = new DiskTree(this.#place.root, rootless?.user)
  }

  answer(request: HostRequest): Promise<Outcome | PackedChanges | null> {
    const work = this.#begin(request)
    const answered = this.#last.then(work)
    this.#last = answered.catch(() => undefined) // told to whoever asked
    return answered
  }

  /** Does what need not wait for what was asked before. @returns what does the rest */
  #begin(request: HostRequest): () => Promise<Outcome | PackedChanges | null> {
    if (request.do !== 'lay') return () => this.#do(request)
    const layer = blobAt(request.file, request.mediaType)
    const entries = beginLayerTar(layer)
    return async () => {
      await this.#adopt()
      await this.#tree.add(layer, entries)
      return null
    }
  }

  async #do(request: Exclude<HostRequest, { do: 'lay' }>): Promise<Outcome | PackedChanges> {
    await this.#adopt()
    this.#tree.settle()
    switch (request.do) {
      case 'run':
        return this.#run(request.command)
      case 'pack': {
        this.#packed = await packChanges(this.#tree.differences(), request.request)
        return { ...this.#packed, isStale: false }
      }
    }
  }

  async #adopt(): Promise<void> {
    const packed = this.#packed
    this.#packed = undefined
    if (packed) await this.#tree.adopt(packed, blobAt(packed.layer.file, packed.layer.descriptor.mediaType))
  }

  async #run(command: Command): Promise<Outcome> {
    const { runtime } = this.#setup
    const { temporary, networkFiles } = this.#place
    await writeNetworkFiles(networkFiles)
    removeTree(temporary)
    mkdirSync(temporary)
    chmodSync(temporary, 0o1777)
    this.#tree.provide(command.cwd)
    const args = command.secrets ? withSecrets(joined(command.args)) : joined(command.args)
    const config = ociConfig({ ...command, args }, this.#place)
    writeFileSync(join(this.#container.bundle, 'config.json'), JSON.stringify(config))
    const [program = '', ...rest] = runArguments(runtime, this.#container)
    const env = runtimeVariables(this.#container)
    const child = spawn(program, rest, { env, stdio: 'pipe' })
    this.#running = child
    child.stdin.on('error', () => undefined) // a command need not read it
    child.stdin.end(command.secrets ? secretsInput(command.secrets) : '')
    const limit = { isOver: false }
    const timer = setTimeout(() => {
      limit.isOver = true
      this.#runtime(killArguments(runtime, this.#container))
    }, command.timeout * 1000)
    try {
      const lines = [child.stdout, child.stderr].map((stream) =>
        readLines(stream, (line) => {
          write({ line })
        }),
      )
      const exitCode = await new Promise<number>((resolve, reject) => {
        child.once('error', reject)
        child.once('close', (code) => {
          resolve(code ?? 137)
        })
      })
      await Promise.all(lines)
      const failure = exitCode === 0 ? undefined : readRuntimeError(this.#container)
      if (failure !== undefined && !limit.isOver) {
        this.#runtime(deleteArguments(runtime, this.#container))
        throw cannotStart(command, failure)
      }
      return { exitCode, timedOut: limit.isOver }
    } finally {
      clearTimeout(timer)
      this.#running = undefined
    }
  }

  /** Ends what runs, and removes everything. */
  close(): void {
    if (this.#running) {
      this.#runtime(deleteArguments(this.#setup.runtime, this.#container))
      this.#running.kill('SIGKILL')
    }
    this.#tree.remove()
    removeTree(this.#setup.folder)
  }

  #runtime([program = '', ...args]: readonly string[]): void {
    spawnSync(program, args, { env: runtimeVariables(this.#container), stdio: 'ignore' })
  }
}

/** Both outputs are one, so that their lines come in the order in which they were written; the runtime copies each by itself. */
function joined(args: readonly string[]): string[] {
  return ['/bin/bash', '-p', '-c', 'exec "$@" 2>&1', 'command', ...args]
}

function cannotStart({ args }: Command, why: string): UserError {
  return new UserError(`'${args[0] ?? ''}' cannot be started in the image: ${why}`)
}

function blobAt(file: string, mediaType: string): LayerBlob {
  return { mediaType, open: () => Promise.resolve(createReadStream(file, { highWaterMark: 1 << 20 })) }
}

function write(answer: HostAnswer): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}

function failureOf(thrown: unknown): HostAnswer {
  const error = diskError(thrown) ?? thrown
  if (error instanceof UserError) return { userError: { message: error.message, input: error.input } }
  const { stack } = error instanceof Error ? error : new Error()
  return { bug: { message: messageOf(error), stack } }
}

const setup = JSON.parse(process.argv[2] ?? '') as HostSetup // what the room sends
const host = new Host(setup)
const end = () => {
  host.close()
  process.exit()
}
const input = createInterface({ input: process.stdin })
input.on('close', end)
process.on('SIGTERM', end)
process.on('SIGINT', end)
// Whoever started it is gone, and with it the pipe.
process.stdout.on('error', end)
input.on('line', (line) => {
  const request = JSON.parse(line) as HostRequest // what the room sends
  host.answer(request).then(
    (done) => {
      write({ done })
    },
    (error: unknown) => {
      write(failureOf(error))
    },
  )
})
