/** An image's config (OCI image-spec, config.md), with Docker's `Shell` and `Healthcheck`; what else it has is kept. */
export interface ImageConfig {
  readonly architecture: string
  readonly os: string
  readonly variant?: string
  readonly created?: string
  readonly author?: string
  readonly config?: RunConfig
  readonly rootfs: { readonly type: 'layers'; readonly diff_ids: readonly string[] }
  readonly history?: readonly HistoryEntry[]
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

/** What an image of ours sets over its base. */
export interface ConfigChanges {
  readonly environment: Readonly<Record<string, string>>
  readonly user: string
  readonly labels: Readonly<Record<string, string>>
  /** RFC 3339. */
  readonly created: string
  readonly layers: readonly { readonly diffId: string; readonly createdBy: string }[]
}

const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** @throws SyntaxError when the text is no JSON; what a registry checked by digest is trusted to have its form */
export function parseConfig(text: string): ImageConfig {
  return JSON.parse(text) as ImageConfig
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

/**
 * The config of an image on a base: the base's own, with the entrypoint, shell, user and variables of the contract, and our layers.
 * It keeps what the base says of ports, volumes, labels and the like.
 */
export function imageConfig(base: ImageConfig, changes: ConfigChanges): ImageConfig {
  const { created, layers } = changes
  const environment = new Map([...environmentOf(base), ...Object.entries(changes.environment)])
  environment.set('PATH', withLocalBin(environment.get('PATH') ?? usualPath))
  const labels = { ...base.config?.Labels, ...changes.labels }
  return {
    ...base,
    created,
    config: {
      ...base.config,
      User: changes.user,
      Env: [...environment].map(([name, value]) => `${name}=${value}`),
      Entrypoint: ['/usr/local/bin/_entrypoint.sh'],
      Cmd: ['/bin/bash'],
      WorkingDir: '/tmp',
      Shell: ['/usr/local/bin/_dockerfile_shell.sh'],
      ...(Object.keys(labels).length > 0 && { Labels: labels }),
    },
    rootfs: { type: 'layers', diff_ids: [...base.rootfs.diff_ids, ...layers.map(({ diffId }) => diffId)] },
    history: [
      ...(base.history ?? base.rootfs.diff_ids.map(() => ({}))),
      ...layers.map(({ createdBy }) => ({
        created,
        created_by: createdBy,
        comment: 'micromamba-image-action',
      })),
    ],
  }
}

function withLocalBin(path: string): string {
  return path.split(':').includes('/usr/local/bin') ? path : `/usr/local/bin:${path}`
}
