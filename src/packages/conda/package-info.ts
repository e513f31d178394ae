import { parseEntryPoint, type EntryPoint } from './entry-point.ts'
import { isRecord } from '../../common/json.ts'
import { malformed, parseObject, shown, type JsonObject } from './json.ts'
import { parseLegacyFiles } from './legacy-files.ts'
import { parsePathsJson, type PackageFile } from './paths-json.ts'

export type { EntryPoint } from './entry-point.ts'
export type { JsonObject } from './json.ts'
export type { PackageFile, Placeholder } from './paths-json.ts'

/** What a package says of itself in `info/`. */
export interface PackageInfo {
  /** `<name>-<version>-<build>`: how the package is called in messages and in conda-meta. */
  readonly dist: string
  readonly index: PackageIndex
  /** The files to link, in the order in which the package lists them. */
  readonly files: readonly PackageFile[]
  /** Of noarch python packages. */
  readonly entryPoints: readonly EntryPoint[]
  /** Definitions of entry points that nobody can read, each as a sentence that says why. */
  readonly unreadable: readonly string[]
}

/** info/index.json. */
export interface PackageIndex {
  readonly name: string
  readonly version: string
  readonly build: string
  /** Both `"generic"` and the `true` of old packages are generic. */
  readonly noarch?: 'python' | 'generic'
  /** Where packages go, relative to the prefix; only newer pythons have it. */
  readonly pythonSitePackagesPath?: string
  /** All of it, as it is: conda-meta repeats it. */
  readonly json: JsonObject
}

/** The files of `info/` that are read, and no others, by their name below it. */
export const infoFiles = [
  'index.json',
  'paths.json',
  'link.json',
  'files',
  'has_prefix',
  'no_link',
  'no_softlink',
] as const

export type InfoFile = (typeof infoFiles)[number]

/**
 * Reads a package's metadata.
 * @param texts the content of the files of `info/` that are there
 * @param name how to call the package in errors
 * @throws UserError that names the package and what is wrong with it
 */
export function parsePackageInfo(texts: ReadonlyMap<InfoFile, string>, name: string): PackageInfo {
  const indexText = texts.get('index.json')
  if (indexText === undefined) throw malformed(name, 'it has no info/index.json')
  const index = parseIndex(parseObject(indexText, 'info/index.json', name), name)
  const dist = `${index.name}-${index.version}-${index.build}`
  const pathsText = texts.get('paths.json')
  const files =
    pathsText === undefined
      ? parseLegacyFiles(texts, dist)
      : parsePathsJson(parseObject(pathsText, 'info/paths.json', dist), dist)
  const linkJson = index.noarch === 'python' ? texts.get('link.json') : undefined
  return { dist, index, files, ...parseLinkJson(linkJson, dist) }
}

function parseIndex(json: JsonObject, name: string): PackageIndex {
  const text = (key: string): string => {
    const value = json[key]
    if (typeof value === 'string' && value !== '' && !/[/\0]/.test(value)) return value
    throw malformed(name, `'${key}' in info/index.json is ${shown(value)}`)
  }
  const { noarch, python_site_packages_path: sitePackages } = json
  return {
    name: text('name'),
    version: text('version'),
    build: text('build'),
    ...(noarch === 'python' && { noarch }),
    ...((noarch === 'generic' || noarch === true) && { noarch: 'generic' as const }),
    ...(typeof sitePackages === 'string' && sitePackages !== '' && { pythonSitePackagesPath: sitePackages }),
    json,
  }
}

/** The entry points of info/link.json: `{"noarch": {"type": "python", "entry_points": […]}}`. */
function parseLinkJson(
  text: string | undefined,
  dist: string,
): Pick<PackageInfo, 'entryPoints' | 'unreadable'> {
  const { noarch } = text === undefined ? {} : parseObject(text, 'info/link.json', dist)
  const definitions = isRecord(noarch) ? (noarch['entry_points'] ?? []) : []
  if (!Array.isArray(definitions)) throw malformed(dist, "'entry_points' in info/link.json is no list")
  const entryPoints: EntryPoint[] = []
  const unreadable: string[] = []
  for (const definition of definitions as unknown[]) {
    const parsed =
      typeof definition === 'string'
        ? parseEntryPoint(definition)
        : { problem: 'is no string', isForbidden: false }
    if ('command' in parsed) {
      entryPoints.push(parsed)
      continue
    }
    const sentence = `the entry point ${JSON.stringify(definition)} in info/link.json ${parsed.problem}`
    if (parsed.isForbidden) throw malformed(dist, sentence)
    unreadable.push(sentence)
  }
  return { entryPoints, unreadable }
}
