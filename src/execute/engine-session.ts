import { randomBytes } from 'node:crypto'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { readLayerTar, type TarEntry } from '../base/layer-tar.ts'
import { onCancel } from '../common/cancellation.ts'
import { foreignText } from '../common/foreign.ts'
import { engineCommand, engineFailure, type EngineCommand } from '../outputs/outputs.ts'
import { formatReference, type ImageReference } from '../registry/registry.ts'

/** What errors are about. */
export const executorInput = 'executor'

export type EngineKind = 'docker' | 'podman'

/** What the names begin with of all that an engine is given. */
const namesBegin = 'micromamba-image-execute'

/** What a session has on an engine, for another process to find. */
export interface EngineRemains {
  readonly program: string
  readonly tag: string
}

/**
 * Removes what a session has left whose process was killed: its containers, of which one may still run, and its images.
 * @returns what the engine said where that was not possible
 */
export async function removeRemains(
  { program, tag }: EngineRemains,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  const engine = engineCommand(program, environment)
  const problems: string[] = []
  const run = async (...args: string[]) => {
    const { ok, stdout, stderr } = await engine.run(args)
    if (!ok) problems.push(foreignText(stderr) || `${program} ${args[0] ?? ''} failed`)
    return stdout.split('\n').filter(Boolean)
  }
  const containers = await run('ps', '--all', '--quiet', `--filter=name=${namesBegin}-${tag}-`)
  if (containers.length > 0) await run('rm', '--force', '--volumes', ...containers)
  const names = `--filter=reference=localhost/${namesBegin}:${tag}-*`
  const images = await run('images', '--format={{.Repository}}:{{.Tag}}', names)
  // The last one first, as far as their numbers tell, since each is the ground of the next.
  const number = (image: string) => Number(image.slice(image.lastIndexOf('-') + 1))
  if (images.length > 0) {
    await run('rmi', '--force', ...images.sort((a, b) => number(b) - number(a)))
  }
  return problems[0]
}

/** Who speaks to the engine, and takes away at the end whatever it was given. One command at a time. */
export class EngineSession {
  readonly engine: EngineCommand
  readonly kind: EngineKind
  readonly #name = namesBegin
  readonly #tag = randomBytes(8).toString('hex')
  readonly #images: string[] = []
  readonly #containers = new Set<string>()
  readonly #notCancelled = onCancel(() => this.close())
  #count = 0
  #isClosed = false
  #underWay: Promise<unknown> = Promise.resolve()

  constructor(engine: EngineCommand, kind: EngineKind) {
    this.engine = engine
    this.kind = kind
  }

  /** What `removeRemains` needs. */
  get remains(): EngineRemains {
    return { program: this.engine.program, tag: this.#tag }
  }

  /** The name of an image that is about to be made. */
  nextImage(): ImageReference {
    // Of this machine for both engines: docker's `docker.io` would be another's.
    const tag = `${this.#tag}-${this.#count++}`
    const reference = { registry: 'localhost', repository: this.#name, tag }
    this.#images.push(formatReference(reference))
    return reference
  }

  /** The name of a container that is about to be made. */
  nextContainer(): string {
    const name = `${this.#name}-${this.#tag}-${this.#count++}`
    this.#containers.add(name)
    return name
  }

  /**
   * Does something that may make an image or a container, of which the end is awaited before all is taken away.
   * @throws Error once this is closed
   */
  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new Error('the commands of a cancelled job are not run')
    const working = work()
    this.#underWay = working
    return working
  }

  /** @returns what it writes @throws UserError when it fails */
  async succeed(args: readonly string[], feed?: (stdin: Writable) => Promise<void>): Promise<string> {
    const { ok, stdout, stderr } = await this.during(() => this.engine.run(args, feed))
    if (!ok) throw engineFailure(this.engine, `${args[0] ?? ''} failed`, stderr, executorInput)
    return stdout
  }

  /** The file system of a container that has ended. */
  async *export(container: string): AsyncGenerator<TarEntry> {
    const child = this.#startExport(container)
    try {
      const ended = endOf(child)
      ended.catch(() => undefined) // awaited below, unless the tar itself is at fault
      yield* readLayerTar({ mediaType: '', open: () => Promise.resolve(child.stdout) })
      this.#checkExport(await ended)
    } finally {
      child.kill()
    }
  }

  /** Makes an image with a single layer of what a container has. */
  async flatten(container: string, platform: readonly string[], image: string): Promise<void> {
    await this.succeed(['import', ...platform, '-', image], async (stdin) => {
      const child = this.#startExport(container)
      const ended = endOf(child)
      child.stdout.pipe(stdin)
      this.#checkExport(await ended)
    })
  }

  async removeContainers(): Promise<void> {
    const names = [...this.#containers]
    if (names.length === 0) return
    // Some may not have been made: whether that is an error differs between engines.
    await this.engine.run(['rm', '--force', '--volumes', ...names])
    if (!this.#isClosed) this.#containers.clear()
  }

  /** Removes containers, running or not, and images. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.removeContainers()
    // What was being made until now.
    await this.#underWay.catch(() => undefined)
    await this.removeContainers()
    // The last one first, since each is the ground of the next.
    if (this.#images.length > 0) await this.engine.run(['rmi', '--force', ...this.#images.toReversed()])
    this.#notCancelled()
  }

  #startExport(container: string): ChildProcessWithoutNullStreams {
    const args = ['export', container]
    const child = this.kind === 'podman' ? this.engine.startPiped(args) : this.engine.start(args)
    child.stdin.end()
    return child
  }

  #checkExport({ code, stderr }: { code: number | null; stderr: string }): void {
    if (code !== 0) throw engineFailure(this.engine, 'export failed', stderr, executorInput)
  }
}

async function endOf(
  child: ChildProcessWithoutNullStreams,
): Promise<{ code: number | null; stderr: string }> {
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stderr }
}
