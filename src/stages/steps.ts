import { join } from 'node:path'
import { isRecord } from '../common/json.ts'
import type { KeepRules, Outcome, PackedChanges, Workroom } from '../execute/types.ts'
import {
  formatLeftOut,
  keyOf,
  layerKeyAnnotation,
  leftOutAnnotation,
  packedLayer,
  parseLeftOut,
  sameLeftOut,
  type LayerSettings,
  type LeftOut,
} from '../layers/build.ts'
import { hasRoom, roomForPaths } from '../layers/manifest-room.ts'
import { formatPathSet, hashPath, parsePathSet, pathSetOf, type PathSet } from '../layers/path-set.ts'
import type { Owner } from '../layers/types.ts'
import { asOwn, type Image, type ImageLayer } from '../oci/image.ts'
import { parentsOf } from '../packages/archive-path.ts'
import type { RunContext } from './context.ts'
import type { EarlierLayers } from './earlier.ts'

/** To be raised when the same command on the same layers comes to another layer. */
const executionFormat = 1

/** The annotation of a layer's descriptor that says what commands changed. */
export const changesAnnotation = 'io.github.micromamba-image.changes'

/** What the rest of an image has to know of a layer that commands made. */
export interface ChangeFacts {
  /** What was added, replaced or taken away, relative to the root; a directory stands for all below it. */
  readonly paths: PathSet
  /** The text of files that activation reads, relative to the root; `null` for one that is gone. */
  readonly activation: Readonly<Record<string, string | null>>
}

/** A layer that commands made. */
export interface StepLayer {
  readonly layer: ImageLayer
  readonly changes: ChangeFacts
}

/** Commands that make a layer of an image. */
export interface Step {
  readonly title: string
  /** All that determines the layer, besides the layers below it. */
  readonly inputs: unknown
  /** What they are for, as in "the link scripts". */
  readonly what: string
  readonly rules: KeepRules
  /** Finds out what there is to run, where it is to be. */
  readonly prepare: () => Promise<Work>
  /** Called with what came of them. */
  readonly onPacked: (packed: PackedChanges) => void
}

export interface Work {
  /** Whom the commands run as. */
  readonly user: Owner
  /** Runs them. */
  readonly run: (room: Workroom) => Promise<void>
}

/** Makes layers by running commands, each in the file system that those before it left. */
export interface Steps {
  /** Tells of a layer that the image is going to have on the base's and on those told of before. */
  foresee(layer: ImageLayer): void
  /**
   * Lays the base, and what is foreseen, while other layers are still made, so that the first step need not wait for them. Whatever is wrong is
   * said by the first step.
   * @param user whom the first commands run as
   */
  begin(user: Owner, what: string): void
  /**
   * The layer of a step on others: of the earlier image, if it has one that the same was run for.
   * @param image what the commands find
   */
  make(step: Step, image: Image): Promise<StepLayer>
  /**
   * Runs commands of which nothing is kept: no step comes behind them.
   * @param image what they find
   * @param what they are for, as in "the link scripts"
   */
  visit(work: Work, image: Image, what: string): Promise<void>
  /** Removes what they ran in. */
  close(): Promise<void>
}

/** @param base what the images lie on */
export function createSteps(
  base: Pick<Image, 'layers' | 'platform'>,
  earlier: EarlierLayers,
  { compression, directory }: Pick<LayerSettings, 'compression' | 'directory'>,
  { executors }: Pick<RunContext, 'executors'>,
): Steps {
  let room: Workroom | undefined
  let laid: readonly ImageLayer[] = []
  let count = 0
  const foreseen = [...base.layers]
  let begun: Promise<void> | undefined

  const open = async (user: Owner, what: string) => {
    const lowest = [...foreseen]
    room = await executors.begin({ ...base, layers: lowest }, user, what)
    if (room) laid = lowest
  }
  /** Lays what has been foreseen since. */
  const goOn = async () => {
    const more = foreseen.slice(laid.length)
    if (!room?.add || more.length === 0) return
    await room.add(more)
    laid = [...laid, ...more]
  }
  const leave = async () => {
    const left = room
    room = undefined
    laid = []
    await left?.close()
  }
  const layAhead = (work: Promise<void>) => {
    begun = work.then(goOn).catch(leave)
    begun.catch(() => undefined) // thrown again to whoever awaits it
  }
  const close = async () => {
    foreseen.length = 0
    // What is being laid ends with the room: a run that fails does not wait for it.
    await leave()
    await begun
    // One that was still being opened.
    await leave()
  }
  /** The room that is open, if it has nothing but lower layers of the image; else a new one. */
  const enter = async (image: Image, user: Owner, what: string): Promise<Workroom> => {
    await begun
    const isBelow = laid.every(({ diffId }, index) => image.layers[index]?.diffId === diffId)
    const only = room?.onlyUser
    const isForUser = !only || (only.uid === user.uid && only.gid === user.gid)
    const missing = image.layers.slice(laid.length)
    if (room && isBelow && isForUser && (missing.length === 0 || room.add)) {
      await room.add?.(missing)
    } else {
      await leave()
      room = await executors.open(image, user, what)
    }
    laid = image.layers
    return room
  }
  return {
    close,
    foresee(layer) {
      foreseen.push(layer)
      if (begun) layAhead(begun)
    },
    begin(user, what) {
      if (!begun) layAhead(open(user, what))
    },
    async visit({ user, run }, image, what) {
      await run(await enter(image, user, what))
    },
    async make({ title, inputs, what, rules, prepare, onPacked }, image) {
      const below = image.layers.map(({ diffId }) => diffId)
      const whole = keyOf('commands', [executionFormat, below, inputs], compression)
      const patterns = rules.exclude?.patterns
      const found = (await earlier.find([whole])).get(whole)
      const {
        [layerKeyAnnotation]: earlierKey = '',
        [changesAnnotation]: text = '',
        [leftOutAnnotation]: leftOut = '',
      } = found?.descriptor.annotations ?? {}
      const known = parseChanges(text)
      const left = parseLeftOut(leftOut, earlier.exclude)
      const isSame = !patterns || (left !== undefined && sameLeftOut(patterns, left, earlier.exclude))
      if (found && known && isSame) {
        const annotations = {
          [layerKeyAnnotation]: earlierKey,
          [changesAnnotation]: text,
          ...(patterns && left && leftOutOf(earlierKey, whole, left, patterns)),
        }
        return { layer: asOwn(found, title, annotations), changes: known }
      }
      const work = await prepare()
      const entered = await enter(image, work.user, what)
      await work.run(entered)
      const packed = await entered.pack({ rules, compression, file: join(directory, `step-${count++}`) })
      onPacked(packed)
      const changes = changeFacts(packed)
      const described = formatChanges(changes)
      // Without the annotation the commands are run again by each run that would take the layer.
      const key = packed.leftOut?.paths
        ? keyOf('commands', [executionFormat, below, inputs, packed.leftOut.paths], compression)
        : whole
      const annotations = {
        [layerKeyAnnotation]: key,
        ...(hasRoom(described) && { [changesAnnotation]: described }),
        ...(patterns && packed.leftOut && leftOutOf(key, whole, packed.leftOut, patterns)),
      }
      const layer = packedLayer(packed.layer, title, annotations)
      laid = [...image.layers, layer]
      if (packed.isStale) await leave()
      return { layer, changes }
    },
  }
}

/** The annotation of what was left out of a layer. @param whole the key that it would have without */
function leftOutOf(
  key: string,
  whole: string,
  leftOut: Pick<LeftOut, 'sets' | 'patterns'>,
  patterns: readonly string[],
): Record<string, string> {
  return { [leftOutAnnotation]: formatLeftOut(leftOut, patterns, key === whole ? undefined : whole) }
}

/** Whether commands changed what is at a path, which is relative to the root. */
export function isChanged({ paths }: ChangeFacts, path: string): boolean {
  return [path, ...parentsOf(path)].some((place) => paths.has(hashPath(place)))
}

/** As exact as there is room for in a manifest. */
function changeFacts({ paths, activation }: PackedChanges): ChangeFacts {
  const room = roomForPaths(formatChanges({ paths: new Set(), activation }))
  return { paths: pathSetOf(paths, room > 0 ? room : Infinity), activation }
}

function formatChanges({ paths, activation }: ChangeFacts): string {
  return JSON.stringify({ paths: formatPathSet(paths), activation })
}

/** @returns undefined for anything that `formatChanges` would not give, to the byte */
function parseChanges(text: string): ChangeFacts | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const { paths: set, activation } = isRecord(value) ? value : {}
  const paths = typeof set === 'string' ? parsePathSet(set) : undefined
  if (!paths || !isTexts(activation)) return undefined
  const changes = { paths, activation }
  return hasRoom(text) && formatChanges(changes) === text ? changes : undefined
}

function isTexts(value: unknown): value is Record<string, string | null> {
  return isRecord(value) && Object.values(value).every((text) => text === null || typeof text === 'string')
}

/** How many of the last lines of a failed command stand in the error. */
const tailLength = 30

/** Keeps the last lines of what a command writes, and shows all of them. */
export class Output {
  readonly #tail: string[] = []
  readonly #show: (line: string) => void

  constructor(show: (line: string) => void) {
    this.#show = show
  }

  readonly add = (line: string): void => {
    this.#tail.push(line)
    if (this.#tail.length > tailLength) this.#tail.shift()
    this.#show(line)
  }

  /** The last lines. */
  get tail(): string {
    return this.#tail.join('\n')
  }
}

/** `exit code 3`, `no end after 60 s, its time limit` */
export function endOf({ exitCode, timedOut }: Outcome, timeout: number): string {
  return timedOut ? `no end after ${timeout} s, its time limit` : `exit code ${exitCode}`
}

/** What a container has besides what its image and its command say: the same on every machine. */
export const fixedVariables = {
  TZ: 'UTC',
  // Modules that a command imports would get bytecode that depends on the clock.
  PYTHONDONTWRITEBYTECODE: '1',
} as const

const proxyNames = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY']

/**
 * The job's proxies, in both spellings, as docker build passes them on, for commands that reach the network. Reading the
 * inputs has masked what opens one.
 */
export function proxyVariables(environment: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of proxyNames) {
    const value = environment[name] ?? environment[name.toLowerCase()]
    if (!value) continue
    found[name] = value
    found[name.toLowerCase()] = value
  }
  return found
}
