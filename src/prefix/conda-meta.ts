import type { LockedPackage } from '../lock/types.ts'
import type { JsonObject, PackageFile } from '../packages/conda/archive.ts'
import type { LinkContext, LinkPlan } from './plan.ts'

/** What only the bytes of an archive tell. */
export interface ArchiveFacts {
  /** Hex digits. */
  readonly md5: string
  readonly sha256: string
  /** Bytes. */
  readonly size: number
}

/** What became of a file when it was linked. */
export interface LinkedFile {
  readonly type: 'file' | 'softlink' | 'directory'
  /** Of the content in the prefix; for a soft link, of what it leads to. Directories have none. */
  readonly sha256InPrefix?: string
}

/**
 * The record of a linked package, `conda-meta/<dist>.json`, as micromamba writes it: the package's index.json, where it
 * came from, its files. What micromamba takes from the machine is canonical: the cache would be `<root prefix>/pkgs`,
 * flat as conda's, and addresses are the lock's, which have no credentials.
 * @param linked what became of `plan.files`, by position
 */
export function formatRecord(
  index: JsonObject,
  locked: LockedPackage,
  facts: ArchiveFacts,
  plan: LinkPlan,
  linked: readonly LinkedFile[],
  context: LinkContext,
): string {
  const cached = `${context.rootPrefix}/pkgs/${plan.dist}`
  const { track_features: trackFeatures, ...rest } = index
  const hasTrackFeatures = Array.isArray(trackFeatures) ? trackFeatures.length > 0 : Boolean(trackFeatures)
  return formatJson({
    depends: [],
    constrains: [],
    ...rest,
    ...(hasTrackFeatures && { track_features: trackFeatures }),
    name: locked.name,
    version: locked.version,
    build: locked.build,
    build_string: locked.build,
    subdir: locked.subdir,
    channel: locked.channel,
    url: locked.url.href,
    fn: locked.fileName,
    md5: facts.md5,
    sha256: facts.sha256,
    size: facts.size,
    files: [
      ...plan.files.map(({ path }) => path),
      ...plan.bytecode.map(({ path }) => path),
      ...plan.entryPoints.map(({ path }) => path),
    ],
    paths_data: {
      paths_version: 1,
      paths: [
        ...plan.files.map(({ file, path }, position) => pathRecord(file, path, linked[position])),
        ...plan.bytecode.map(({ path }) => ({ _path: path, path_type: 'pyc_file' })),
        ...plan.entryPoints.map(({ path }) => ({ _path: path, path_type: 'unix_python_entry_point' })),
      ],
    },
    requested_spec: `${locked.name}==${locked.version}=${locked.build}`,
    extracted_package_dir: cached,
    package_tarball_full_path: `${context.rootPrefix}/pkgs/${locked.fileName}`,
    link: { source: cached, type: 1 },
  })
}

function pathRecord(file: PackageFile, path: string, linked: LinkedFile | undefined): JsonObject {
  const type = linked?.type ?? 'file'
  return {
    _path: path,
    path_type: type === 'file' ? 'hardlink' : type,
    ...(file.sha256 !== undefined && { sha256: file.sha256 }),
    ...(linked?.sha256InPrefix !== undefined && { sha256_in_prefix: linked.sha256InPrefix }),
    ...(file.noLink && { no_link: true }),
    ...(file.size !== 0 && { size_in_bytes: file.size }),
  }
}

/** JSON as micromamba's library writes it: keys sorted, four spaces, no newline at the end. */
export function formatJson(value: unknown): string {
  return JSON.stringify(value, sortKeys, 4)
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
