import { isDigest, type Digest } from '../common/digest.ts'
import { isRecord, isStringRecord } from '../common/json.ts'

/** An image's config (OCI image-spec, config.md), with Docker's `Shell` and `Healthcheck`; what else it has is kept. */
export interface ImageConfig {
  readonly architecture: string
  readonly os: string
  readonly variant?: string | null
  readonly created?: string
  readonly author?: string
  readonly config?: RunConfig | null
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly Digest[] }
  readonly history?: readonly HistoryEntry[] | null
}

export interface RunConfig {
  readonly Env?: readonly string[] | null
  readonly User?: string
  readonly WorkingDir?: string
  readonly Entrypoint?: readonly string[] | null
  readonly Cmd?: readonly string[] | null
  readonly Shell?: readonly string[] | null
  readonly Labels?: Readonly<Record<string, string>> | null
  readonly [other: string]: unknown
}

export interface HistoryEntry {
  readonly created?: string
  readonly created_by?: string
  readonly comment?: string
  readonly empty_layer?: boolean
}

/**
 * Reads a config, with those of its fields checked that are looked at here.
 * @throws Error saying which of them is not as it should be; SyntaxError when the text is no JSON
 */
export function parseConfig(text: string): ImageConfig {
  const value: unknown = JSON.parse(text)
  const { os, architecture, variant, rootfs, config, history } = isRecord(value) ? value : {}
  const { diff_ids } = isRecord(rootfs) ? rootfs : {}
  const { Env, Labels, ExposedPorts, Volumes, StopSignal } = isRecord(config) ? config : {}
  const isAbsentOr = (field: unknown, test: (field: unknown) => boolean) =>
    (field ?? null) === null || test(field)
  const all = (test: (item: unknown) => boolean) => (field: unknown) =>
    Array.isArray(field) && field.every(test)
  const problem = Object.entries({
    os: typeof os === 'string',
    architecture: typeof architecture === 'string',
    variant: isAbsentOr(variant, (field) => typeof field === 'string'),
    'rootfs.diff_ids': all((item) => typeof item === 'string' && isDigest(item))(diff_ids),
    config: isAbsentOr(config, isRecord),
    'config.Env': isAbsentOr(
      Env,
      all((item) => typeof item === 'string'),
    ),
    'config.Labels': isAbsentOr(Labels, isStringRecord),
    'config.ExposedPorts': isAbsentOr(ExposedPorts, isRecord),
    'config.Volumes': isAbsentOr(Volumes, isRecord),
    'config.StopSignal': isAbsentOr(StopSignal, (field) => typeof field === 'string'),
    history: isAbsentOr(history, all(isHistoryEntry)),
  }).find(([, isRight]) => !isRight)
  if (problem) throw new Error(`its field '${problem[0]}' is missing or malformed`)
  return value as ImageConfig // the fields that matter have just been looked at, and the others are passed on unseen
}

function isHistoryEntry(value: unknown): value is HistoryEntry {
  if (!isRecord(value)) return false
  const { empty_layer: isEmpty, ...texts } = value
  const isText = (key: string) => (texts[key] ?? null) === null || typeof texts[key] === 'string'
  return (
    ['created', 'created_by', 'comment'].every(isText) && ['boolean', 'undefined'].includes(typeof isEmpty)
  )
}

/** The instructions of a config's ONBUILD, which Docker knows and OCI does not. */
export function triggersOf({ config }: ImageConfig): string[] {
  const triggers = config?.['OnBuild']
  return Array.isArray(triggers) ? triggers.map(String) : []
}

/** The variables of a config's ENV. */
export function environmentOf({ config }: ImageConfig): Map<string, string> {
  return new Map(
    (config?.Env ?? []).map((pair): [string, string] => {
      const equals = pair.indexOf('=')
      return equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
    }),
  )
}
