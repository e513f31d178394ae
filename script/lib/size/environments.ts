import { posix } from 'node:path'
import { isRecord } from '../../../src/common/json.ts'
import { packageOfSpec } from '../../../src/environment/read.ts'
import { packagesNeeded, requirementsIn } from '../../../src/layers/sizes.ts'
import { parseCsv } from '../../../src/packages/wheel/csv.ts'
import { parseHeaders } from '../../../src/packages/wheel/headers.ts'
import { findDistributions } from '../../../src/prefix/distributions.ts'
import { environmentAt } from '../../../src/size/image.ts'

/** A package or a wheel that an image's own records tell of. */
export interface Installed {
  /** Of a wheel with `pip:` before it. */
  readonly name: string
  readonly version: string
  readonly needs: readonly string[]
  readonly needsWithExtras: readonly string[]
}

/** A conda environment of an image. */
export interface FoundEnvironment {
  readonly name: string
  /** Relative to the image's root. */
  readonly prefix: string
  readonly packages: readonly Installed[]
  /** Whose a file is, by its path relative to the image's root. */
  readonly owners: ReadonlyMap<string, Installed>
  /** Names of what was asked for, as far as it is written down. */
  readonly asked: readonly string[]
  /** Which package brings a distribution of python's, where they are called otherwise. */
  readonly brought: ReadonlyMap<string, string>
}

/** Finds the environments of an image, whoever made them, by the records that conda and pip leave, by path. */
export function findEnvironments(records: ReadonlyMap<string, string>): FoundEnvironment[] {
  const prefixes = new Set<string>()
  for (const path of records.keys()) {
    const [, prefix] = /^(?:(.*)\/)?conda-meta\/[^/]+$/.exec(path) ?? []
    if (prefix !== undefined) prefixes.add(prefix)
  }
  // Whatever is in an environment within another one is the inner one's.
  const inner = [...prefixes].sort((a, b) => b.length - a.length)
  const byPrefix = Map.groupBy(records, ([path]) => inner.find((prefix) => path.startsWith(`${prefix}/`)))
  const found = [...prefixes]
    .sort((a, b) => (a < b ? -1 : 1))
    .map((prefix) => readEnvironment(prefix, new Map(byPrefix.get(prefix))))
    .filter(({ packages }) => packages.length > 0)
  const isShared = (name: string) => found.filter((one) => one.name === name).length > 1
  // Elsewhere than in `envs/`, only the place tells them apart.
  return found.map((one) => (isShared(one.name) ? { ...one, name: `/${one.prefix}` } : one))
}

function readEnvironment(prefix: string, records: ReadonlyMap<string, string>): FoundEnvironment {
  const owners = new Map<string, Installed>()
  const packages: Installed[] = []
  const requested: string[] = []
  for (const [path, text] of records) {
    if (!path.startsWith(`${prefix}/conda-meta/`) || !path.endsWith('.json')) continue
    const json = parseJson(text)
    const { name, version, depends, files, requested_spec: spec } = json
    if (typeof name !== 'string') continue
    const needs = packagesNeeded(depends)
    const found = { name, version: String(version), needs, needsWithExtras: [] }
    packages.push(found)
    owners.set(path, found)
    for (const file of Array.isArray(files) ? files : []) owners.set(`${prefix}/${String(file)}`, found)
    // conda writes 'None' where nobody asked.
    if (typeof spec === 'string' && spec !== '' && spec !== 'None') requested.push(name)
  }
  const brought = new Map<string, string>()
  const wheels: string[] = []
  // The cache has packages unpacked.
  const installed = records.keys().filter((path) => !path.startsWith(`${prefix}/pkgs/`))
  for (const { path: folder, name } of findDistributions(installed)) {
    const metadata = records.get(`${folder}/METADATA`)
    const owner = owners.get(`${folder}/METADATA`)
    if (owner) brought.set(name, owner.name)
    if (owner || metadata === undefined) continue
    const { always, withExtras } = requirementsIn(metadata)
    const version = parseHeaders(metadata).get('version') ?? ''
    const found = { name: `pip:${name}`, version, needs: always, needsWithExtras: withExtras }
    packages.push(found)
    const siteBase = posix.dirname(folder)
    for (const [file] of parseCsv(records.get(`${folder}/RECORD`) ?? '')) {
      if (file !== undefined) owners.set(posix.join(siteBase, file), found)
    }
    if (records.has(`${folder}/REQUESTED`)) wheels.push(found.name)
  }
  const history = specsIn(records.get(`${prefix}/conda-meta/history`) ?? '')
  return {
    name: environmentAt(`/${prefix}`),
    prefix,
    packages,
    owners,
    asked: [...(history.length > 0 ? history.map(packageOfSpec) : requested), ...wheels],
    brought,
  }
}

/**
 * The specs that a history tells of, which later ones take back again (conda's history.py): `# update specs: ['python=3.12']`, with
 * micromamba in double quotes.
 */
export function specsIn(history: string): string[] {
  const specs = new Map<string, string>()
  for (const [, verb, list = ''] of history.matchAll(
    /^# (install|update|create|remove) specs: \[(.*)\]\s*$/gm,
  )) {
    for (const [, , spec = ''] of list.matchAll(/(["'])(.*?)\1/g)) {
      if (verb === 'remove') specs.delete(packageOfSpec(spec))
      else specs.set(packageOfSpec(spec), spec)
    }
  }
  return [...specs.values()]
}

/** Whose a file is: that of its record, else, of bytecode that was compiled later, of its source. */
export function ownerOf({ owners }: FoundEnvironment, path: string): Installed | undefined {
  const known = owners.get(path)
  if (known) return known
  const [, folder = '', stem = ''] = /^(.*\/)__pycache__\/([^/.]+)\.[^/]+\.pyc$/.exec(path) ?? []
  return stem === '' ? undefined : owners.get(`${folder}${stem}.py`)
}

function parseJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : {}
  } catch {
    // A record that nobody can read tells of no package.
    return {}
  }
}
