import type { Digest } from '../common/digest.ts'
import { isRecord } from '../common/json.ts'
import { environmentOf, type HistoryEntry, type ImageConfig } from '../oci/config.ts'
import { usualPath } from './activation.ts'
import { withLines, type EnvironmentLines } from './environment.ts'

/** How containers of an image start; what is absent is as in images of micromamba-docker. */
export interface StartSettings {
  /**
   * Which processes have the environment: none that the image starts; those that its entrypoint starts, the default; or all,
   * by the image's own ENV.
   */
  readonly activation?: 'none' | 'entrypoint' | 'everywhere'
  readonly entrypoint?: readonly string[]
  readonly cmd?: readonly string[]
  readonly workdir?: string
  /** Over what the contract sets; they may refer to it, to the base's, and to what activation exports. */
  readonly env: EnvironmentLines
  /** `8080` or `53/udp`. */
  readonly expose: readonly string[]
  /** Absolute paths. */
  readonly volumes: readonly string[]
  readonly stopSignal?: string
}

const asUpstream: StartSettings = { env: [], expose: [], volumes: [] }

/** What an image of ours sets over its base. */
export interface ConfigChanges {
  readonly environment: Readonly<Record<string, string>>
  readonly user: string
  readonly start?: StartSettings
  /** False where the wiring's scripts are not in the image, since nothing could run them: it starts as its base does. */
  readonly isWired?: boolean
  /** What stands in ENV because all processes are to have the environment, computed with the literal lines of `start.env`. */
  readonly activated?: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  /** RFC 3339. */
  readonly created: string
  readonly layers: readonly { readonly diffId: Digest; readonly createdBy: string }[]
}

/** The comment of history's entries for layers of ours. */
export const madeHere = 'micromamba-image-action'

/**
 * The config of an image on a base: the base's own, with the entrypoint, shell, user and variables of the contract, and our layers.
 * It keeps what the base says of ports, volumes, labels and the like, but not its ONBUILD: those triggers are for the build that starts
 * from the base, which this image is; a Dockerfile on top would run them a step too late. Without bash there is neither entrypoint nor
 * shell of ours: those of the base stay, and an entrypoint that is given takes the base's command away, as it does in a Dockerfile.
 */
export function imageConfig(base: ImageConfig, changes: ConfigChanges): ImageConfig {
  const { created, layers, start = asUpstream, isWired = true } = changes
  const environment = runEnvironment(base, changes)
  const labels = { ...base.config?.Labels, ...changes.labels }
  return {
    ...base,
    created,
    config: {
      ...base.config,
      OnBuild: undefined,
      User: changes.user,
      Env: [...environment].map(([name, value]) => `${name}=${value}`),
      Entrypoint: isWired ? wiredEntrypoint(start) : (start.entrypoint ?? base.config?.Entrypoint ?? null),
      Cmd: start.cmd ?? (start.entrypoint ? [] : isWired ? ['/bin/bash'] : (base.config?.Cmd ?? null)),
      WorkingDir: start.workdir ?? '/tmp',
      ...(start.expose.length > 0 && {
        ExposedPorts: keys(base.config?.['ExposedPorts'], start.expose.map(withProtocol)),
      }),
      ...(start.volumes.length > 0 && { Volumes: keys(base.config?.['Volumes'], start.volumes) }),
      ...(start.stopSignal !== undefined && { StopSignal: start.stopSignal }),
      ...(isWired && { Shell: ['/usr/local/bin/_dockerfile_shell.sh'] }),
      ...(Object.keys(labels).length > 0 && { Labels: labels }),
    },
    rootfs: { type: 'layers', diff_ids: [...base.rootfs.diff_ids, ...layers.map(({ diffId }) => diffId)] },
    history: [
      ...baseHistory(base),
      ...layers.map(({ createdBy }) => ({
        created,
        created_by: createdBy,
        comment: madeHere,
      })),
    ],
  }
}

function runEnvironment(base: ImageConfig, changes: ConfigChanges): ReadonlyMap<string, string> {
  const { environment, start = asUpstream, activated = {} } = changes
  const before = new Map([
    ...environmentOf(base),
    ...Object.entries(environment),
    ...Object.entries(activated),
  ])
  before.set('PATH', withLocalBin(before.get('PATH') ?? ''))
  const all = withLines(before, start.env, new Set(Object.keys(activated)))
  return all.set('PATH', withLocalBin(all.get('PATH') ?? ''))
}

const activating = '/usr/local/bin/_entrypoint.sh'

function wiredEntrypoint({ activation, entrypoint }: StartSettings): readonly string[] | null {
  if (activation === 'none') return entrypoint ?? null
  return withActivation(entrypoint ?? [])
}

/** The wiring's entrypoint activates the environment and becomes what follows it. */
function withActivation(entrypoint: readonly string[]): readonly string[] {
  return entrypoint[0] === activating ? entrypoint : [activating, ...entrypoint]
}

/** The config has sets as objects of empty objects; those of the base stay. */
function keys(base: unknown, more: readonly string[]): Record<string, object> {
  return { ...(isRecord(base) ? base : {}), ...Object.fromEntries(more.map((key) => [key, {}])) } as Record<
    string,
    object
  > // every value of such a set is an empty object
}

function withProtocol(port: string): string {
  return port.includes('/') ? port : `${port}/tcp`
}

/**
 * The base's history with an entry for each of its layers, so that the entries behind it meet ours: tools count. History is
 * optional, and some tools write less of it than there are layers.
 */
function baseHistory({ history, rootfs }: ImageConfig): readonly HistoryEntry[] {
  const entries = history ?? []
  const missing = rootfs.diff_ids.length - entries.filter((entry) => entry.empty_layer !== true).length
  if (missing < 0) return rootfs.diff_ids.map(() => ({}))
  return [...entries, ...Array.from({ length: missing }, () => ({}))]
}

/**
 * A base's PATH as an image's: the usual one where it has none, and with /usr/local/bin, where the scripts of the wiring are
 * looked for by those who call them by name.
 */
export function withLocalBin(path: string): string {
  if (path === '') return usualPath
  return path.split(':').includes('/usr/local/bin') ? path : `/usr/local/bin:${path}`
}
