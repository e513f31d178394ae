import { UserError } from '../common/errors.ts'
import { isRecord } from '../common/json.ts'
import type { ImageConfig } from '../oci/config.ts'

/** Which of an image's labels the context of a run fills in, and what it does not know. */
export interface ContextOptions {
  /** Whether to add what differs from commit to commit: `revision`, `version` and the commit's time. */
  readonly perCommit?: boolean
  /** When the commit was made; used for `created` where `perCommit` is, unless SOURCE_DATE_EPOCH is set. */
  readonly commitTime?: Date
  /** What the user gave: these win, and an empty value leaves a key out. */
  readonly given?: Readonly<Record<string, string>>
}

/**
 * The `org.opencontainers.image.*` keys (OCI image-spec, annotations.md) that the context of a workflow run tells, for
 * an image's labels and annotations alike, with what the user gave.
 *
 * The keys of the repository (source, url, title) are the same from commit to commit, so equal inputs keep giving
 * equal digests. Those of the commit are not: with `perCommit`, each commit makes another image even when nothing in
 * it changed. They are therefore to be asked for. Time comes from SOURCE_DATE_EPOCH, which somebody set on purpose, or
 * from the commit, never from a clock.
 * @param environment the variables of the run, `process.env`; those that are missing or empty leave their keys out
 * @returns keys to values, sorted by key
 * @throws UserError when SOURCE_DATE_EPOCH is not a number of seconds
 */
export function contextAnnotations(
  environment: Readonly<Record<string, string | undefined>>,
  { perCommit = false, commitTime, given = {} }: ContextOptions = {},
): Record<string, string> {
  const repository = environment['GITHUB_REPOSITORY']
  const server = environment['GITHUB_SERVER_URL']?.replace(/\/+$/, '')
  const address = repository && server ? `${server}/${repository}` : undefined
  const isTag = environment['GITHUB_REF_TYPE'] === 'tag'
  const created = sourceDate(environment) ?? (perCommit ? commitTime : undefined)
  const known = {
    source: address,
    url: address,
    title: repository?.slice(repository.lastIndexOf('/') + 1),
    created: created && formatTime(created),
    ...(perCommit && {
      revision: environment['GITHUB_SHA'],
      version: isTag ? environment['GITHUB_REF_NAME'] : undefined,
    }),
  }
  const filled = Object.entries(known).map(([key, value]) => [`org.opencontainers.image.${key}`, value ?? ''])
  const all = Object.entries({ ...(Object.fromEntries(filled) as Record<string, string>), ...given })
  return Object.fromEntries(all.filter(([, value]) => value !== '').sort(([a], [b]) => (a < b ? -1 : 1)))
}

/**
 * The time that an environment says everything is of (reproducible-builds.org, "SOURCE_DATE_EPOCH").
 * @throws UserError when it is not a whole number of seconds since 1970
 */
export function sourceDate(environment: Readonly<Record<string, string | undefined>>): Date | undefined {
  const text = environment['SOURCE_DATE_EPOCH']?.trim()
  if (!text) return undefined
  // The years after 9999 have no form in RFC 3339.
  if (!/^\d{1,12}$/.test(text) || Number(text) > 253_402_300_799) {
    throw new UserError(`the variable SOURCE_DATE_EPOCH is '${text}', which is not a time`, {
      advice: "Set it to seconds since 1970, such as what `git log -1 --format=%ct` prints, or don't set it.",
    })
  }
  return new Date(Number(text) * 1000)
}

/** RFC 3339, in whole seconds. */
function formatTime(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z')
}

/** An image as far as labels are concerned. */
export interface Labelled {
  readonly config: ImageConfig
  /** The manifest's, but those of our own. */
  readonly annotations: Readonly<Record<string, string>>
}

/**
 * The labels and annotations that keep an image from being the same as an earlier one, if nothing else does: a time, or a
 * commit's hash, that some tool gives anew in each run.
 * @returns their keys, sorted; none when the images are equal, or when anything else differs too
 */
export function onlyLabelsDiffer(before: Labelled, after: Labelled): string[] {
  if (canonical(withoutLabels(before.config)) !== canonical(withoutLabels(after.config))) return []
  const labels = differing(before.config.config?.Labels ?? {}, after.config.config?.Labels ?? {})
  return [...new Set([...labels, ...differing(before.annotations, after.annotations)])].sort()
}

function differing(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): string[] {
  return Object.keys({ ...before, ...after }).filter((key) => before[key] !== after[key])
}

function withoutLabels({ config, ...rest }: ImageConfig): object {
  return { ...rest, config: { ...config, Labels: undefined } }
}

/** JSON whose keys are in one order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    isRecord(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  )
}
