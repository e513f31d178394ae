import { formatBytes } from '../../common/format.ts'
import type { MergedChange } from './merge.ts'
import { showCode } from './show.ts'
import type { LockChange } from './types.ts'

/** How many packages are named in one note. */
const named = 10

/** What is to be said of an environment's change besides its packages, each a line of Markdown. */
export function notesOf(changes: readonly LockChange[], merged: readonly MergedChange[]): string[] {
  return [
    ...baseNotes(changes),
    ...pullNotes(changes),
    ...licenseNotes(merged),
    ...couldNotStayNotes(changes),
    ...unknownNotes(merged),
  ]
}

function baseNotes(changes: readonly LockChange[]): string[] {
  const notes = changes.flatMap(({ diff: { base } }) => {
    if (!base) return []
    const [before, after] = [base.before, base.after].map((pinned) => {
      const [name = '', digest = ''] = pinned.split('@')
      return { name, digest: digest.slice(0, 'sha256:'.length + 12) }
    })
    if (before?.name !== after?.name) {
      return `The base image is ${showCode(base.after)}, and was ${showCode(base.before)}.`
    }
    const [name, was, is] = [before?.name, before?.digest, after?.digest].map((text) => showCode(text ?? ''))
    return `The base image ${name ?? ''} is ${is ?? ''}, and was ${was ?? ''}.`
  })
  return [...new Set(notes)]
}

function pullNotes(changes: readonly LockChange[]): string[] {
  const texts = changes.flatMap(({ platform, diff: { pull } }) =>
    pull && pull.layers > 0
      ? [
          `${pull.layers} of ${pull.of} layers${changes.length > 1 ? ` for ${platform}` : ''}, about ${formatBytes(pull.bytes)}`,
        ]
      : [],
  )
  return texts.length > 0 ? [`Whoever has the image pulls again ${texts.join('; ')}.`] : []
}

/** Licences that came or went, as far as they are known. */
function licenseNotes(merged: readonly MergedChange[]): string[] {
  const changed = new Map<string, Set<string>>()
  const added = new Map<string, Set<string>>()
  for (const { change } of merged) {
    const { name, kind, before, after } = change
    const license = after?.license
    if (license === undefined) continue
    if (kind === 'added') remember(added, showCode(license), name)
    else if (before?.license !== undefined && before.license !== license) {
      remember(changed, `${showCode(license)} instead of ${showCode(before.license)}`, name)
    }
  }
  const ofNew = [...added].map(([license, names]) => `${license} (${list([...names])})`)
  return [
    ...[...changed].slice(0, named).map(([license, names]) => `Now under ${license}: ${list([...names])}.`),
    ...(ofNew.length > 0 ? [`Licences of what is new: ${cut(ofNew)}.`] : []),
  ]
}

function remember(map: Map<string, Set<string>>, key: string, name: string): void {
  map.set(key, new Set([...(map.get(key) ?? []), name]))
}

function couldNotStayNotes(changes: readonly LockChange[]): string[] {
  const names = [...new Set(changes.flatMap(({ diff }) => diff.couldNotStay ?? []))]
  return names.length > 0
    ? [`Could not stay as they were, though only others were to change: ${list(names)}.`]
    : []
}

function unknownNotes(merged: readonly MergedChange[]): string[] {
  const others = merged.filter(({ change }) => !change.asked)
  if (others.length === 0 || others.some(({ askedBy }) => askedBy !== undefined)) return []
  return ['Lockfiles do not say which package needs which; a run that solves knows.']
}

function list(names: readonly string[]): string {
  return cut(names.map(showCode))
}

function cut(texts: readonly string[]): string {
  const rest = texts.length - named
  return `${texts.slice(0, named).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}
