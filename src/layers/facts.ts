import { isRecord } from '../common/json.ts'
import type { LockedPackage } from '../lock/types.ts'
import { isPythonOf } from '../prefix/python.ts'
import { isActivationFile, type Python } from '../prefix/link.ts'
import { hasRoom, roomForPaths } from './manifest-room.ts'
import { claimsOf, formatPathSet, parsePathSet, type Claims } from './path-set.ts'
import { formatSize, parseSize, type PackageSize } from './sizes.ts'

/**
 * The annotation of a layer's descriptor that holds its facts. They are a function of the layer's packages, as its bytes
 * are; with them the rest of an image can be made without these packages at hand.
 */
export const factsAnnotation = 'io.github.micromamba-image.facts'

/** What the rest of an image has to know of a layer of packages. Paths are relative to the prefix. */
export interface LayerFacts extends Claims {
  /** The files that activation reads, `etc/conda/activate.d/*.sh` and `etc/conda/env_vars.d/*.json`: text by path. */
  readonly texts: Readonly<Record<string, string>>
  /** Packages, `<name>-<version>-<build>`, that would do something by a script when linked, or may. */
  readonly scripted: readonly string[]
  /** What the scripts of all others that have some would print, and nothing else: text by package. */
  readonly messages: Readonly<Record<string, string>>
  /** Python distributions of its packages, by their canonical names, sorted: what pip would replace. */
  readonly distributions: readonly string[]
  /** Where the layer has the environment's python: what noarch packages in other layers need of it. */
  readonly python?: Python
  /** Where its packages are linked. */
  readonly prefix: string
  /** What each has; none where there is no room to say it. Nothing is made of these. */
  readonly sizes: readonly PackageSize[]
}

/** To be raised when other link scripts are understood, or otherwise: facts by other rules are as good as none. */
const scriptRules = 2

/** The facts with the claims on some paths, as exact as there is room for in a manifest. */
export function withClaims(
  rest: Omit<LayerFacts, keyof Claims>,
  names: Iterable<string>,
  paths: Iterable<string>,
): LayerFacts {
  const room = roomForPaths(formatAll({ claims: new Set(), ways: new Set(), ...rest }))
  return { ...claimsOf(names, paths, room > 0 ? room : undefined), ...rest }
}

/** @returns undefined where a manifest has no room for them; the layer is made again by each run that needs its facts */
export function formatFacts(facts: LayerFacts): string | undefined {
  const text = formatAll(facts)
  return hasRoom(text) ? text : undefined
}

function formatAll(facts: LayerFacts): string {
  const { claims, ways, texts, scripted, messages, distributions, python, prefix, sizes } = facts
  const hasScripts = scripted.length > 0 || Object.keys(messages).length > 0
  return JSON.stringify({
    claims: formatPathSet(claims),
    ways: formatPathSet(ways),
    ...(Object.keys(texts).length > 0 && { texts: sorted(texts) }),
    ...(hasScripts && { scripts: [scriptRules, scripted, sorted(messages)] }),
    distributions,
    ...(python && { python: [python.version, python.executable, python.sitePackages] }),
    sizes: [prefix, ...sizes.map(formatSize)],
  })
}

function sorted(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** @returns undefined for anything that `formatFacts` would not give, to the byte: it is damaged, or somebody else's */
export function parseFacts(text: string): LayerFacts | undefined {
  const facts = readFacts(text)
  return facts && formatFacts(facts) === text ? facts : undefined
}

function readFacts(text: string): LayerFacts | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(value)) return undefined
  const { claims, ways, texts = {}, scripts = [scriptRules, [], {}], distributions, python, sizes } = value
  if (typeof claims !== 'string' || typeof ways !== 'string') return undefined
  const [claimed, above] = [parsePathSet(claims), parsePathSet(ways)]
  if (!claimed || !above || !isTexts(texts) || !Array.isArray(scripts)) return undefined
  const [, scripted, messages] = scripts as unknown[]
  if (!isList(scripted) || !isTexts(messages) || !isList(distributions) || !isList(sizes)) return undefined
  if (!Object.keys(texts).every(isActivationFile)) return undefined
  const [prefix, ...lines] = sizes
  if (prefix === undefined) return undefined
  const known = { prefix, sizes: lines.map(parseSize) }
  if (known.sizes.some(({ size }) => !Number.isSafeInteger(size) || size < 0)) return undefined
  const read = { claims: claimed, ways: above, texts, scripted, messages, distributions, ...known }
  if (python === undefined) return read
  if (!isList(python)) return undefined
  const [version = '', executable = '', sitePackages = ''] = python
  return { ...read, python: { version, executable, sitePackages } }
}

function isTexts(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((text) => typeof text === 'string')
}

function isList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

/**
 * Whether facts can be those of a layer with these packages: what they tell of packages and of python is about some that it has.
 * Whether it is true they alone can tell.
 */
export function areFactsOf(
  packages: readonly Pick<LockedPackage, 'name' | 'version' | 'build'>[],
  { scripted, messages, python, sizes }: LayerFacts,
): boolean {
  const names = new Set(packages.map(({ name }) => name))
  // Wheels are in no layer with packages.
  const isKnown = ({ name }: PackageSize) => (name.startsWith('pip:') ? names.size === 0 : names.has(name))
  const dists = new Set(packages.map(({ name, version, build }) => `${name}-${version}-${build}`))
  const own = packages.find(({ name }) => name === 'python')
  const isRightPython = own ? python !== undefined && isPythonOf(own, python) : python === undefined
  const isOfDists = [...scripted, ...Object.keys(messages)].every((dist) => dists.has(dist))
  return isRightPython && isOfDists && sizes.every(isKnown)
}
