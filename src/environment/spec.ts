import { withoutCredentials } from './credentials.ts'
import type { Spec } from './types.ts'

/**
 * The one form of specs that mean the same: the package's name in lower case, no more spaces than needed, no
 * credentials. `Python >= 3.8` and `python>=3.8` are both `python>=3.8`. What stands in brackets or is an address is
 * left alone but for credentials.
 */
export function normalizeSpec({ text, selector }: Pick<Spec, 'text' | 'selector'>): string {
  const normal = normalizeMatchSpec(withoutCredentials(text.trim()))
  return selector === undefined ? normal : `sel(${selector}): ${normal}`
}

/** `[channel::]name[version and build][brackets]`, conda's models/match_spec.py. */
const matchSpec = /^(.*::)?([\w.*-]+)([^[]*)(\[.*)?$/s

function normalizeMatchSpec(text: string): string {
  const [, channel = '', name = '', constraint = '', brackets = ''] = matchSpec.exec(text) ?? []
  if (name === '' || name.includes('://')) return text
  const compact = constraint
    .replace(/\s+/g, ' ')
    .replace(/\s*([=<>!~,|]+)\s*/g, '$1')
    .trimEnd()
  return channel + name.toLowerCase() + compact + brackets.trimEnd()
}

/**
 * The name of the package that a MatchSpec is about, whether one of a lock's header or one that a package depends on; of an address
 * of an archive the name that stands there.
 */
export function packageOfSpec(spec: string): string {
  const bare = spec.replace(/^sel\(\w+\): /, '').trim()
  const [, archive] = /:\/\/.*\/(.+)-[^-/]+-[^-/]+\.(?:conda|tar\.bz2)\b/.exec(bare) ?? []
  const [, , name = ''] = /^(.*::)?([\w.*-]+)/.exec(bare) ?? []
  return (archive ?? name).toLowerCase()
}
