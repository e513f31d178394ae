import { safePath } from '../archive-path.ts'
import { isRecord } from '../../common/json.ts'
import { malformed, shown, type JsonObject } from './json.ts'

/** The prefix that a package was built with, to be replaced in one of its files. */
export interface Placeholder {
  readonly prefix: string
  readonly mode: 'text' | 'binary'
}

/** A file as the package's metadata describes it. */
export interface PackageFile {
  /** In the archive. */
  readonly path: string
  /** What it is to be in the prefix; `undefined` where only the archive tells. `file` is `hardlink` in paths.json. */
  readonly type?: 'file' | 'softlink' | 'directory'
  /** Of the content in the archive. Absent in old packages, and never there for soft links. */
  readonly sha256?: string
  /** Bytes in the archive, before a prefix is replaced; 0 where the package does not say. */
  readonly size: number
  /** It must not share its content with a file of micromamba's cache, nor, therefore, with one of the package. */
  readonly noLink: boolean
  readonly placeholder?: Placeholder
}

/**
 * Reads info/paths.json, version 1.
 * @throws UserError that names the package and what is wrong
 */
export function parsePathsJson(json: JsonObject, dist: string): PackageFile[] {
  const { paths, paths_version: version } = json
  if (version !== 1) {
    throw malformed(dist, `the version of info/paths.json is ${shown(version)}, and only 1 is known`)
  }
  if (!Array.isArray(paths)) throw malformed(dist, "'paths' in info/paths.json is no list")
  const files = paths.map((entry: unknown) => parseEntry(entry, dist))
  const seen = new Set<string>()
  for (const { path } of files) {
    if (seen.has(path)) throw malformed(dist, `info/paths.json lists '${path}' twice`)
    seen.add(path)
  }
  return files
}

const pathTypes: Readonly<Record<string, PackageFile['type']>> = {
  hardlink: 'file',
  softlink: 'softlink',
  directory: 'directory',
}

function parseEntry(entry: unknown, dist: string): PackageFile {
  if (!isRecord(entry) || typeof entry['_path'] !== 'string') {
    throw malformed(dist, `an entry of info/paths.json has no '_path': ${JSON.stringify(entry)}`)
  }
  const path = safePath(entry['_path'], dist, 'info/paths.json')
  const {
    path_type: pathType,
    sha256,
    size_in_bytes: size = 0,
    prefix_placeholder: prefix,
    file_mode: mode,
  } = entry
  const wrong = (key: string) =>
    malformed(dist, `'${key}' of '${path}' in info/paths.json is ${JSON.stringify(entry[key])}`)

  if (pathType !== undefined && (typeof pathType !== 'string' || !Object.hasOwn(pathTypes, pathType)))
    throw wrong('path_type')
  const type = pathType === undefined ? undefined : pathTypes[pathType]
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw wrong('size_in_bytes')
  const hasHash = sha256 !== undefined && sha256 !== null && sha256 !== ''
  if (hasHash && (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256))) throw wrong('sha256')
  const hasPrefix = prefix !== undefined && prefix !== null && prefix !== ''
  if (hasPrefix && typeof prefix !== 'string') throw wrong('prefix_placeholder')
  if (mode !== undefined && mode !== null && mode !== 'text' && mode !== 'binary') throw wrong('file_mode')

  return {
    path,
    ...(type && { type }),
    ...(hasHash && type !== 'softlink' && { sha256 }),
    size,
    noLink: entry['no_link'] === true,
    // micromamba treats whatever is not said to be binary as text.
    ...(hasPrefix && { placeholder: { prefix, mode: mode ?? 'text' } }),
  }
}
