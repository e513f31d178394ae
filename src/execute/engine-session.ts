import { randomBytes } from 'node:crypto'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { readLayerTar, type TarEntry } from '../base/layer-tar.ts'
import { onCancel } from '../common/cancellation.ts'
import { engineFailure, type EngineCommand } from '../outputs/outputs.ts'
import { formatReference, type ImageReference } from '../registry/registry.ts'

/** What errors are about. */
export const executorInput = 'executor'

export type EngineKind = 'docker' | 'podman'

/** Who speaks to the engine, and takes away at the end whatever it was given. One command at a time. */
export class EngineSession {
  readonly engine: EngineCommand
  readonly kind: EngineKind
  /** What the names begin with that are given here. */
  readonly #name = `micromamba-image-execute`
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
