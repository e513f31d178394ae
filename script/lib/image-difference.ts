import { isDeepStrictEqual } from 'node:util'
import { isRecord, isStringRecord } from '../../src/common/json.ts'
import { builtAnnotation, layerKeyAnnotation, leftOutAnnotation } from '../../src/layers/build.ts'
import { changesAnnotation } from '../../src/stages/steps.ts'
import type { ContentLayer, ImageContent, Json } from './image-content.ts'
import type { FileDifference } from './layer-files.ts'

/** What became of a layer: `missing` is one that only the rebuilt image has, `extra` one that only the registry's has. */
export interface LayerVerdict {
  /** A package's name, or what else the layer holds, as in the image's history. */
  readonly title: string
  readonly verdict: 'same' | 'different' | 'missing' | 'extra'
  readonly remark?: string
  /** Of one that differs as what commands make may: the registry's, and what they made here. */
  readonly outcomes?: { readonly image: Json; readonly rebuilt: Json }
  /** How these two differ. */
  readonly files?: readonly FileDifference[]
}

/** A field of the manifest or the config that is not the same; a side that does not have it is undefined. */
export interface FieldDifference {
  readonly field: string
  readonly image?: string
  readonly rebuilt?: string
}

export interface ImageDifference {
  readonly layers: readonly LayerVerdict[]
  readonly fields: readonly FieldDifference[]
}

interface Titled extends ContentLayer {
  readonly title: string
}

/**
 * Compares an image with what it should be, layer by layer and field by field. Layers are matched by their digests, else by
 * their titles.
 * @param rebuilt what it should be
 * @param baseLayers how many layers the base has
 */
export function compareImages(
  image: ImageContent,
  rebuilt: ImageContent,
  baseLayers: number,
): ImageDifference {
  const [actual, wanted] = [titled(image, baseLayers), titled(rebuilt, baseLayers)]
  const matches = matchLayers(actual, wanted)
  const isOnOthers = (layer: Titled) =>
    !isDeepStrictEqual(diffIdsBelow(matches.get(layer), actual), diffIdsBelow(layer, wanted))
  const layers = [
    ...wanted.map((layer) => verdictOn(matches.get(layer), layer, isOnOthers(layer))),
    ...actual
      .filter((layer) => ![...matches.values()].includes(layer))
      .map(({ title }): LayerVerdict => ({ title, verdict: 'extra' })),
  ]
  const sameLayers = layers.every(({ verdict }) => verdict === 'same' || verdict === 'different')
  const fields = [
    ...differences('manifest', withoutParts(image.manifest), withoutParts(rebuilt.manifest)),
    ...[...matches].flatMap(([layer, other]) => descriptorDifferences(other, layer, isOnOthers(layer))),
    ...(sameLayers ? orderDifference(actual, wanted, matches) : []),
    ...differences('config', withoutParts(image.config), withoutParts(rebuilt.config)),
    ...(sameLayers ? differences('config', historyOf(image.config), historyOf(rebuilt.config)) : []),
  ]
  const isExplained = fields.length > 0 || layers.some(({ verdict }) => verdict !== 'same')
  return {
    layers,
    fields: isExplained ? fields : [{ field: 'the order of keys or white space in the JSON' }],
  }
}

function titled({ layers }: ImageContent, baseLayers: number): Titled[] {
  const used = new Map<string, number>()
  return layers.map((layer, index) => {
    const title = index < baseLayers ? `base, layer ${index + 1}` : (layer.createdBy ?? `layer ${index + 1}`)
    const before = used.get(title) ?? 0
    used.set(title, before + 1)
    return { ...layer, title: before === 0 ? title : `${title} (${before + 1})` }
  })
}

/** @returns by layer of the rebuilt image, its counterpart */
function matchLayers(actual: readonly Titled[], wanted: readonly Titled[]): Map<Titled, Titled> {
  const left = new Set(actual)
  const matches = new Map<Titled, Titled>()
  const take = (isMatch: (layer: Titled, other: Titled) => boolean) => {
    for (const layer of wanted) {
      const found = matches.has(layer) ? undefined : [...left].find((other) => isMatch(layer, other))
      if (!found) continue
      matches.set(layer, found)
      left.delete(found)
    }
  }
  take((layer, other) => layer.digest === other.digest && layer.title === other.title)
  take((layer, other) => layer.digest === other.digest)
  take((layer, other) => layer.title === other.title)
  return matches
}

function diffIdsBelow(layer: Titled | undefined, layers: readonly Titled[]): unknown[] {
  return layers
    .slice(
      0,
      layers.findIndex((one) => one === layer),
    )
    .map(({ diffId }) => diffId)
}

/**
 * @param isOnOthers whether other layers lie below it than should. What commands make depends on these, and so does its key;
 * a package's layer depends on none.
 */
function verdictOn(actual: Titled | undefined, wanted: Titled, isOnOthers: boolean): LayerVerdict {
  const { title, digest, diffId } = wanted
  if (!actual) return { title, verdict: 'missing' }
  const isSameKey = keyOf(actual) === keyOf(wanted)
  if (actual.digest === digest) {
    const remark = 'another key, since a layer below differs'
    return { title, verdict: 'same', ...(isByCommands(wanted) && !isSameKey && isOnOthers && { remark }) }
  }
  if (isByCommands(wanted)) {
    const isExcused = isSameKey || isOnOthers
    return {
      title,
      verdict: 'different',
      remark: isSameKey
        ? 'same key, other bytes: made by commands, which are as reproducible as they are'
        : isOnOthers
          ? 'made by commands; another key, since a layer below differs'
          : 'another key, with the same layers below: not made by the same commands in the same way',
      ...(isExcused && { outcomes: { image: actual.descriptor, rebuilt: wanted.descriptor } }),
    }
  }
  if (annotationsOf(wanted.descriptor)[builtAnnotation] !== undefined && isSameKey) {
    return {
      title,
      verdict: 'different',
      remark: 'same key, other bytes: its wheels were built, which is as reproducible as their projects are',
      outcomes: { image: actual.descriptor, rebuilt: wanted.descriptor },
    }
  }
  const isSameTar = diffId !== undefined && actual.diffId === diffId
  return {
    title,
    verdict: 'different',
    ...(isSameTar && { remark: 'says that it holds the same files, compressed by another compressor' }),
  }
}

/** Asked of what was rebuilt only: an image may claim it of any layer. */
function isByCommands({ descriptor }: Titled): boolean {
  return annotationsOf(descriptor)[changesAnnotation] !== undefined
}

function keyOf({ descriptor }: Titled): string | undefined {
  return annotationsOf(descriptor)[layerKeyAnnotation]
}

function annotationsOf({ annotations }: Json): Readonly<Record<string, string>> {
  return isStringRecord(annotations) ? annotations : {}
}

/** Where the bytes are the same, everything that is said of them has to be, but for the key of what commands made on others. */
function descriptorDifferences(actual: Titled, wanted: Titled, isOnOthers: boolean): FieldDifference[] {
  if (actual.digest !== wanted.digest) return []
  const name = `'${wanted.title}'`
  const path = `manifest.layers ${name}`
  const keyed = [layerKeyAnnotation, leftOutAnnotation]
  return [
    ...differences(path, actual.descriptor, wanted.descriptor).filter(
      ({ field }) =>
        !(isOnOthers && isByCommands(wanted) && keyed.some((key) => field === `${path}.annotations.${key}`)),
    ),
    ...differences('config.rootfs.diff_ids', { [name]: actual.diffId }, { [name]: wanted.diffId }),
  ]
}

/** Whether nothing differs but what commands made, which nobody can promise to come out the same. */
export function isOnlyOfCommands({ layers, fields }: ImageDifference): boolean {
  return fields.length === 0 && layers.every(({ verdict, outcomes }) => verdict === 'same' || outcomes)
}

function orderDifference(
  actual: readonly Titled[],
  wanted: readonly Titled[],
  matches: ReadonlyMap<Titled, Titled>,
): FieldDifference[] {
  const places = wanted.map((layer) => actual.findIndex((other) => other === matches.get(layer)))
  if (places.every((place, index) => place === index)) return []
  const list = (layers: readonly Titled[]) => layers.map(({ title }) => title).join(', ')
  return [{ field: 'the order of the layers', image: list(actual), rebuilt: list(wanted) }]
}

/** What is compared by itself, or follows from what is: of a descriptor of the config, which digest and size it has. */
function withoutParts(json: Json): Json {
  const { config } = json
  const parts = ['layers', 'rootfs', 'history']
  const rest = Object.fromEntries(Object.entries(json).filter(([key]) => !parts.includes(key)))
  // A manifest's `config` is a descriptor, that of a config is what containers are started with.
  if (!isRecord(config) || typeof config['digest'] !== 'string') return rest
  const { digest, size, ...others } = config
  return { ...rest, config: { ...others, hasDigest: typeof digest, hasSize: typeof size } }
}

/** What follows the layers, where they are the same ones by name; each diff ID is compared with its layer. */
function historyOf({ history, rootfs }: Json): Json {
  const { diff_ids: diffIds, ...others } = isRecord(rootfs) ? rootfs : {}
  return { history, rootfs: { ...others, diff_ids: Array.isArray(diffIds) ? diffIds.length : diffIds } }
}
/** The leaves of two values that are not equal, by their paths; variables of an `Env` by their names. */
function differences(path: string, image: unknown, rebuilt: unknown): FieldDifference[] {
  if (isDeepStrictEqual(image, rebuilt)) return []
  const [a, b] = [asRecord(path, image), asRecord(path, rebuilt)]
  if (!a || !b) return [{ field: path, ...shown('image', image), ...shown('rebuilt', rebuilt) }]
  const keys = [...new Set([...Object.keys(b), ...Object.keys(a)])]
  const found = keys.flatMap((key) => differences(`${path}.${key}`, a[key], b[key]))
  if (found.length > 0) return found
  return [{ field: `${path}, its order`, ...shown('image', image), ...shown('rebuilt', rebuilt) }]
}

function asRecord(path: string, value: unknown): Json | undefined {
  if (isRecord(value)) return value
  if (!Array.isArray(value)) return undefined
  if (path.endsWith('.Env')) {
    const pairs = value.map((entry): [string, string] => {
      const [, name = '', text = ''] = /^([^=]*)=?(.*)$/s.exec(String(entry)) ?? []
      return [name, text]
    })
    return Object.fromEntries(pairs)
  }
  return path.endsWith('.history') ? Object.fromEntries(value.entries()) : undefined
}

function shown(side: 'image' | 'rebuilt', value: unknown): Partial<FieldDifference> {
  if (value === undefined) return {}
  return { [side]: typeof value === 'string' ? value : JSON.stringify(value) }
}

/** For people: a table of the layers, and the fields below it. What the image says is escaped, for it is not trusted. */
export function formatDifference({ layers, fields }: ImageDifference): string {
  const width = Math.max(5, ...layers.map(({ title }) => shortened(title).length))
  const row = (title: string, verdict: string, remark = '') =>
    `${shortened(title).padEnd(width)}  ${verdict.padEnd(9)}  ${remark}`.trimEnd()
  const table = [
    row('layer', 'image'),
    ...layers.map(({ title, verdict, remark }) => row(title, verdict, remark)),
  ]
  const list = fields.flatMap(({ field, image, rebuilt }) => [
    `${escaped(field)} differs`,
    ...(image === undefined && rebuilt === undefined
      ? []
      : [
          `  image:    ${image === undefined ? '(not there)' : escaped(image)}`,
          `  lockfile: ${rebuilt === undefined ? '(not there)' : escaped(rebuilt)}`,
        ]),
  ])
  const parts = [...layers.map(formatFiles), list].filter(({ length }) => length > 0)
  return [table, ...parts].map((lines) => lines.join('\n')).join('\n\n')
}

/** How many files of a layer are named. */
const namedFiles = 20

function formatFiles({ title, files }: LayerVerdict): string[] {
  if (!files) return []
  if (files.length === 0)
    return [`${shortened(title)}: no file differs, but the order or the form of the tar`]
  const left = files.length - namedFiles
  return [
    `${shortened(title)}: ${files.length === 1 ? 'a file differs' : `${files.length} files differ`}`,
    ...files.slice(0, namedFiles).map(({ path, how }) => `  /${escaped(path)}: ${how}`),
    ...(left > 0 ? [`  and ${left} more`] : []),
  ]
}

/** Commands can be long, and many. */
function shortened(title: string): string {
  const [line = '', ...more] = title.split('\n')
  const text = escaped(line)
  return text.length > 60 || more.length > 0 ? `${text.slice(0, 59)}…` : text
}

/** Control and formatting characters would speak to the reader's terminal. */
function escaped(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  )
}
