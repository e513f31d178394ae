import { foreignText } from '../common/foreign.ts'
import { canonicalName, masked } from '../environment/read.ts'
import type { BuildSettings } from '../lock/types.ts'
import { isNoise, type PipEvent, type PipItem, type PipSource } from './events.ts'
import type { Asked } from './failure.ts'
import { placeIn } from './requirements-text.ts'
import { distributionName, type DistributionFile } from './stubs.ts'

export type Resolution = Resolved | NeedsBuild

/** What pip would install. */
export interface Resolved {
  readonly type: 'resolved'
  /** pip's version. */
  readonly pip: string
  /** In the order in which pip would install them. */
  readonly items: readonly ResolvedItem[]
  /** Of pip's and ours, each once. */
  readonly warnings: readonly string[]
}

/** A source that has to be built before pip can say more. */
export interface NeedsBuild {
  readonly type: 'needs-build'
  /** By which `built` has what came of it. */
  readonly key: string
  readonly name: string
  readonly source: Source
  /** For the backend that builds it. */
  readonly settings?: BuildSettings
  readonly asked?: Place
  /** Others that pip came to afterwards, where it was to go on and came to no end. */
  readonly more?: readonly NeedsBuild[]
}

export interface Place {
  readonly file: string
  readonly line: number
}

export interface ResolvedItem {
  /** As it is asked for, in which spelling pip names the folder of a wheel's headers; of a direct one, as its file or metadata has it. */
  readonly name: string
  readonly version: string
  readonly source: Source
  /** Of the source, when it is not a wheel, see `NeedsBuild`. */
  readonly key: string
  /** Whether the environment file asks for it, rather than another package. */
  readonly requested: boolean
  /** Those that it is asked for with. */
  readonly extras: readonly string[]
  /** Whether it is asked for by its URL or path, which pip notes in direct_url.json. */
  readonly direct: boolean
  /** The reason why its index has taken it back, maybe empty. */
  readonly yanked?: string
  /** The path, as given, of the METADATA of a conda package's distribution that pip would take away for it. */
  readonly replaces?: string
  /** For the backend that builds it. */
  readonly settings?: BuildSettings
  /** The line that led to it. */
  readonly asked?: Place
}

/** Where a distribution is from. No URL has credentials. */
export type Source =
  | {
      readonly kind: 'wheel' | 'sdist'
      readonly url: string
      /** 64 hex digits: what the index or the line says, else that of what pip downloaded. */
      readonly sha256: string
      readonly subdirectory?: string
    }
  | {
      readonly kind: 'vcs'
      /** `git` */
      readonly vcs: string
      readonly url: string
      /** 40 hex digits for git. */
      readonly commit: string
      /** As asked: a tag, a branch. */
      readonly revision?: string
      readonly subdirectory?: string
      readonly editable: boolean
    }
  | {
      readonly kind: 'directory'
      /** `file://…` */
      readonly url: string
      readonly subdirectory?: string
      readonly editable: boolean
    }

export function itemsOf(
  items: readonly PipItem[],
  distributions: readonly DistributionFile[],
  names: Pick<Asked, 'environment' | 'fileForPip'>,
): ResolvedItem[] {
  const byName = new Map(distributions.map(({ path, text }) => [distributionName(text), path]))
  return items.map(({ name, version, extras, yanked, key, source }) => {
    const replaces = byName.get(canonicalName(name))
    const asked = placeOf(source, names)
    return {
      name,
      version,
      source: sourceOf(source),
      key,
      requested: source.requested,
      extras,
      direct: source.direct,
      ...(yanked !== null && { yanked: foreignText(yanked) }),
      ...(replaces !== undefined && { replaces }),
      ...settingsOf(source),
      ...(asked && { asked }),
    }
  })
}

export function needOf(
  { key, name, source }: Extract<PipEvent, { event: 'needs-build' }>,
  names: Pick<Asked, 'environment' | 'fileForPip'>,
): NeedsBuild {
  const asked = placeOf(source, names)
  const found = sourceOf(source)
  // What has no name yet pip calls by its folder, of a repository one that it has made.
  const known = name.startsWith('pip-req-build-')
    ? found.url.replace(/(\.git)?\/*$/, '').replace(/^.*\//, '')
    : name
  return {
    ...{ type: 'needs-build', key, name: known, source: found },
    ...settingsOf(source),
    ...(asked && { asked }),
  }
}

function settingsOf({ wheel, settings }: PipSource): Pick<ResolvedItem, 'settings'> {
  return wheel || Object.keys(settings).length === 0 ? {} : { settings }
}

function placeOf({ asked }: PipSource, names: Pick<Asked, 'environment' | 'fileForPip'>): Place | undefined {
  const place = asked === null ? undefined : placeIn(asked)
  return place && { ...place, file: place.file === names.fileForPip ? names.environment.file : place.file }
}

function sourceOf({ download, sha256, wheel, editable }: PipSource): Source {
  const { subdirectory, vcs_info: vcs, dir_info: directory } = download
  const url = withoutLogin(download.url)
  const below = subdirectory === undefined ? {} : { subdirectory }
  if (vcs) {
    const { commit_id: commit, requested_revision: revision } = vcs
    return {
      kind: 'vcs',
      vcs: vcs.vcs,
      url,
      commit,
      ...(revision !== undefined && { revision }),
      ...below,
      editable,
    }
  }
  if (directory) return { kind: 'directory', url, ...below, editable }
  if (sha256 === null) throw new Error(`pip has not told the hash of ${url}`)
  return { kind: wheel ? 'wheel' : 'sdist', url, sha256, ...below }
}

/** `git@` is no login but how one reaches a host by ssh (PEP 610). */
function withoutLogin(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)([^/?#@]*)@/i, (whole, scheme: string, login: string) =>
    login === 'git' ? whole : scheme,
  )
}

/** What pip warns of, and projects that several indexes have, which pip takes from any of them. */
export function warningsOf(
  events: readonly PipEvent[],
  items: readonly PipItem[],
  secrets: readonly string[],
): string[] {
  const said = events
    .flatMap((event) => (event.event === 'log' && event.level === 'WARNING' ? [event.text] : []))
    .filter((text) => !isNoise(text))
  const warnings = [...said, ...items.flatMap(severalIndexes)].map((text) => masked(text, secrets))
  return [...new Set(warnings)]
}

function severalIndexes({ name, version, page, pages }: PipItem): string[] {
  const indexes = [...new Set(pages.map(indexOf))]
  if (page === null || indexes.length < 2) return []
  const others = indexes.filter((index) => index !== indexOf(page)).join(', ')
  return [
    `${name} is in several indexes, of which pip takes the one with the highest version: ${version} of ${indexOf(page)}, ` +
      `and not that of ${others}. Whoever can publish there could take its place: pin it with --hash if that matters.`,
  ]
}

/** The index of a project's page. */
function indexOf(page: string): string {
  return withoutLogin(page).replace(/[^/]*\/?$/, '')
}
