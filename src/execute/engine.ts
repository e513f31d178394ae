import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { blobOf, type LayerBlob } from '../base/layer-tar.ts'
import { mapConcurrently } from '../common/concurrency.ts'
import { messageOf } from '../common/errors.ts'
import { foreignText } from '../common/foreign.ts'
import { isRecord } from '../common/json.ts'
import { makeScratch, removeScratch, withScratch } from '../common/scratch.ts'
import type { Image, ImageLayer } from '../oci/image.ts'
import { engineCommand, engineFailure, isMissing, loadInto } from '../outputs/outputs.ts'
import { formatReference } from '../registry/registry.ts'
import { hashesIn, putLayer, readBefore, type FilesBefore } from './before.ts'
import { packChanges, type Differences } from './changes.ts'
import { runContainer, type ContainerShape } from './container.ts'
import { bareImage } from './engine-image.ts'
import { EngineSession, executorInput, type EngineRemains } from './engine-session.ts'
import { readExported } from './exported.ts'
import { LayerFetches } from './fetch-layer.ts'
import type { Command, FileBefore, Outcome, PackedChanges, PackRequest, Workroom } from './types.ts'

export interface EngineRoomOptions {
  /** How many layers are stacked at most, before all become one: overlay file systems stack 127, and a container wants two. */
  readonly depth?: number
  /** Called before the engine is given anything. @returns what is called when all of it is gone */
  readonly onSession?: (remains: EngineRemains) => () => void
}

/**
 * Finds out whether a container engine could run commands.
 * @param program `docker` or `podman`
 * @returns why it cannot, if it cannot
 */
export async function checkExecutionEngine(
  program: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  try {
    const engine = engineCommand(program, environment)
    const { ok, stdout, stderr } = await engine.run(['info', '--format={{json .}}'])
    if (!ok) return foreignText(stderr) || 'it does not answer'
    const info: unknown = JSON.parse(stdout)
    const { OSType, ServerErrors, host } = isRecord(info) ? info : {}
    // Docker's client says what it knows itself when the daemon does not answer.
    if (Array.isArray(ServerErrors) && ServerErrors.length > 0) return foreignText(ServerErrors.join('; '))
    const os = isRecord(host) ? host['os'] : OSType
    return os === 'linux' ? undefined : `its containers are those of ${foreignText(String(os))}`
  } catch (error) {
    return isMissing(error) ? 'it is not on PATH' : messageOf(error)
  }
}

/**
 * Has a container engine run commands in an image's file system: the image is loaded, each command has a container of its own, and what
 * one leaves is the image of the next.
 * @param image of which the layers count and the platform, nothing of its config
 * @param program `docker` or `podman`
 * @param environment where PATH is, and what the engine's command line gets: `DOCKER_HOST` and the like
 * @throws UserError when the engine does not take the image, or a layer is not to be had
 */
export async function openEngineRoom(
  image: Image,
  program: string,
  environment: NodeJS.ProcessEnv = process.env,
  { depth = 120, onSession }: EngineRoomOptions = {},
): Promise<Workroom> {
  const engine = engineCommand(program, environment)
  const { stdout: version } = await engine.run(['--version'])
  // Where podman stands in for docker it has docker's name.
  const session = new EngineSession(engine, version.includes('podman') ? 'podman' : 'docker')
  const onGone = onSession?.(session.remains)
  const scratch = makeScratch('micromamba-image-run-')
  const close = async () => {
    await session.close()
    onGone?.()
    await removeScratch(scratch)
  }
  try {
    const bare = bareImage({ ...image, layers: await onThisMachine(image.layers, scratch) })
    const reference = session.nextImage()
    const [before] = await Promise.all([
      readBefore(bare.layers.map(blobOf)),
      session.during(() => loadInto(engine, bare, [reference], executorInput)),
    ])
    return new EngineRoom({ session, image: bare, loaded: formatReference(reference), before, depth, close })
  } catch (error) {
    await close()
    throw error
  }
}

/** The engine reads them, and so does this process. */
async function onThisMachine(layers: readonly ImageLayer[], scratch: string): Promise<ImageLayer[]> {
  const fetches = new LayerFetches(scratch)
  try {
    return await mapConcurrently(layers, 2, async (layer) => {
      const file = await fetches.begin(layer)
      return { ...layer, file, open: () => Promise.resolve(createReadStream(file)) }
    })
  } finally {
    await fetches.close()
  }
}

class EngineRoom implements Workroom {
  readonly executor: string
  readonly close: () => Promise<void>
  readonly #session: EngineSession
  readonly #image: Image
  readonly #depth: number
  readonly #before: FilesBefore
  readonly #layers: LayerBlob[]
  /** Whether a volume would be there as `/tmp` is in other containers. */
  #hasUsualTmp: boolean
  /** What the next container starts from, unless there is a last one; and of how many layers it is. */
  #ground: string
  #stacked: number
  /** The container of the last command. */
  #last: { readonly name: string; isListed: boolean } | undefined
  /** What the engine says has changed since the last packing. */
  #listed = new Set<string>()
  /** What was not packed, and is to be gone before the next command runs. */
  #leftover: readonly string[] = []

  constructor(options: {
    session: EngineSession
    image: Image
    loaded: string
    before: FilesBefore
    depth: number
    close: () => Promise<void>
  }) {
    this.executor = options.session.engine.program
    this.close = options.close
    this.#session = options.session
    this.#image = options.image
    this.#depth = options.depth
    this.#before = options.before
    this.#layers = options.image.layers.map(blobOf)
    this.#hasUsualTmp = hasUsualTmp(options.before)
    this.#ground = options.loaded
    this.#stacked = options.image.layers.length
  }

  async run(command: Command, onLine: (line: string) => void): Promise<Outcome> {
    if (this.#leftover.length > 0) {
      await this.#prepare(['/bin/rm', '-rf', '--', ...this.#leftover.map((path) => `/${path}`)])
      this.#leftover = []
    }
    if (!this.#hasUsualTmp) {
      await this.#prepare(['/bin/bash', '-c', 'rm -rf /tmp && mkdir -m 1777 /tmp'])
      this.#hasUsualTmp = true
    }
    // Docker makes it by itself.
    if (this.#session.kind === 'podman' && !this.#hadDirectory(command.cwd)) {
      await this.#prepare(['/bin/mkdir', '-p', '--', command.cwd])
    }
    return this.#run(command, onLine)
  }

  async pack(request: PackRequest): Promise<PackedChanges> {
    return withScratch('execute-', async (scratch) => {
      const packed = await packChanges(await this.#differences(join(scratch, 'changed')), request)
      await this.#adopt(packed)
      return packed
    })
  }

  /** @param spool a file that is there until they are packed */
  async #differences(spool: string): Promise<Differences> {
    const before = this.#before.files
    const hashesBefore = (paths: readonly string[]) => {
      const wanted = paths.flatMap((path): [string, FileBefore][] => {
        const file = before.get(path)
        return file ? [[path, file]] : []
      })
      return hashesIn(this.#layers, new Map(wanted))
    }
    const last = this.#last
    if (!last) return { before, now: new Map(), gone: [], hashesBefore }
    await this.#list(last)
    const entries = () => this.#session.export(last.name)
    return { before, hashesBefore, ...(await readExported(entries, before, this.#listed, spool)) }
  }

  /** Takes what was packed for what is there. */
  async #adopt({ layer, isStale, leftover }: PackedChanges): Promise<void> {
    this.#listed.clear()
    this.#leftover = isStale ? [] : leftover
    const { file, descriptor } = layer
    const blob = { mediaType: descriptor.mediaType, open: () => Promise.resolve(createReadStream(file)) }
    await putLayer(this.#before, blob, this.#layers.push(blob) - 1)
  }

  async #run(command: Command, onLine: (line: string) => void): Promise<Outcome> {
    await this.#commit()
    const shape: ContainerShape = {
      name: this.#session.nextContainer(),
      image: this.#ground,
      platform: this.#image.platform,
      ownTmp: !this.#hasUsualTmp,
    }
    const { engine, kind } = this.#session
    const outcome = await this.#session.during(() => runContainer(engine, kind, shape, command, onLine))
    this.#last = { name: shape.name, isListed: false }
    return outcome
  }

  #hadDirectory(path: string): boolean {
    return path === '/' || this.#before.files.get(path.slice(1))?.type === 'directory'
  }

  /** Has root bring the file system into the state that a command expects. */
  async #prepare(args: readonly string[]): Promise<void> {
    const lines: string[] = []
    const command = { args, env: {}, user: { uid: 0, gid: 0 }, cwd: '/', network: false, timeout: 600 }
    const { exitCode } = await this.#run(command, (line) => lines.push(line))
    if (exitCode === 0) return
    throw engineFailure(this.#session.engine, `${args[0] ?? ''} failed`, lines.join('\n'), executorInput)
  }

  /** Makes what the last command left the ground of the next. */
  async #commit(): Promise<void> {
    const last = this.#last
    if (!last) return
    await this.#list(last)
    const image = formatReference(this.#session.nextImage())
    if (this.#stacked < this.#depth) {
      await this.#session.succeed(['commit', last.name, image])
      this.#stacked += 1
    } else {
      await this.#session.flatten(last.name, this.#importOptions(), image)
      this.#stacked = 1
    }
    this.#ground = image
    this.#last = undefined
    await this.#session.removeContainers()
  }

  #importOptions(): string[] {
    const { os, architecture } = this.#image.platform
    return this.#session.kind === 'podman'
      ? [`--os=${os}`, `--arch=${architecture}`]
      : [`--platform=${os}/${architecture}`]
  }

  /** Notes what the engine says has changed in a container, once; what is gone is seen by its absence. */
  async #list(container: { readonly name: string; isListed: boolean }): Promise<void> {
    if (container.isListed) return
    for (const path of listedPaths(await this.#session.succeed(['diff', container.name]))) {
      this.#listed.add(path)
    }
    container.isListed = true
  }
}

/** Paths that are added or changed by what `docker diff` writes. A name may hold an end of a line. */
function listedPaths(text: string): string[] {
  return [...text.matchAll(/^[AC] \/(.*(?:\n(?![ACD] \/).+)*)$/gm)].map(([, path = '']) => path)
}

/** Whether `/tmp` is empty, and for all. */
function hasUsualTmp({ files }: FilesBefore): boolean {
  const tmp = files.get('tmp')
  const isEmpty = ![...files.keys()].some((path) => path.startsWith('tmp/'))
  return tmp?.type === 'directory' && tmp.mode === 0o1777 && isEmpty
}
