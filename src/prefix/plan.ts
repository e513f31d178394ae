import { hasHashedBytecode } from './bytecode-format.ts'
import { UserError } from '../common/errors.ts'
import type { EntryPoint, PackageFile, PackageInfo } from '../packages/conda/archive.ts'
import { malformed } from '../packages/conda/json.ts'
import { foreignText } from '../common/foreign.ts'
import { unusableName } from '../common/paths.ts'
import { isReserved } from '../common/whiteout.ts'
import { findObstructed } from './clobber.ts'
import { bytecodePath, type Python } from './python.ts'

/** The place that packages are linked at. */
export interface LinkContext {
  /** Absolute, `/opt/conda` or `/opt/conda/envs/other`, without a trailing slash. */
  readonly prefix: string
  /** Absolute: below it would be the package cache that conda-meta speaks of. */
  readonly rootPrefix: string
  /** The environment's python, when it has one. */
  readonly python?: Python
  /** Whether python sources of noarch packages come with their bytecode, if python has a form of it that is reproducible. */
  readonly bytecode?: boolean
}

export interface PlannedFile {
  readonly file: PackageFile
  /** Relative to the prefix. */
  readonly path: string
  /** Whether something else of the same package takes the path in the end: an entry point, mostly. */
  readonly shadowed: boolean
}

/** What linking a package will put where, as far as its metadata tells. All paths are relative to the prefix. */
export interface LinkPlan {
  /** `<name>-<version>-<build>` */
  readonly dist: string
  readonly name: string
  /** In the order of the package's metadata, which is also conda-meta's. */
  readonly files: readonly PlannedFile[]
  /**
   * Python sources of a noarch package with the path of their bytecode. conda-meta lists it whether it is compiled or not, as
   * micromamba does with `--no-pyc`.
   */
  readonly bytecode: readonly { readonly source: string; readonly path: string }[]
  /** Whether the bytecode comes with them, and its paths are claimed: also of a source that turns out to have none. */
  readonly isCompiled: boolean
  readonly entryPoints: readonly { readonly path: string; readonly entryPoint: EntryPoint }[]
  /** Where the package's conda-meta record goes. */
  readonly recordPath: string
  /** Every path that the package claims, once, bytecode included if it is compiled; directories are not claimed. */
  readonly paths: readonly string[]
}

/**
 * Plans a package's linking: `noarch: python` packages are spread over site-packages and `bin`, all others go where
 * their archive has them.
 * @throws UserError when a noarch python package has no python to be linked for, or paths are at odds
 */
export function planLink(info: PackageInfo, context: LinkContext): LinkPlan {
  const { dist, index } = info
  const python = index.noarch === 'python' ? requirePython(context, dist) : undefined
  const targets = info.files.map(({ path }) => (python ? noarchPath(path, python) : path))
  const entryPoints = info.entryPoints.map((entryPoint) => ({
    path: `bin/${entryPoint.command}`,
    entryPoint,
  }))

  const recordPath = `conda-meta/${dist}.json`
  const bytecode = python ? bytecodeOf(info.files, targets, python) : []
  const isCompiled = context.bytecode === true && python !== undefined && hasHashedBytecode(python.version)

  // What comes later takes the path from what came before it; entry points come last.
  const owner = new Map<string, number>()
  targets.forEach((path, position) => owner.set(path, position))
  if (isCompiled) bytecode.forEach(({ path }) => owner.set(path, -1))
  entryPoints.forEach(({ path }) => owner.set(path, -1))
  const files = info.files.map((file, position) => {
    const path = targets[position] ?? file.path
    return { file, path, shadowed: owner.get(path) !== position }
  })
  const reserved = [...owner.keys(), recordPath].find(isReserved)
  if (reserved !== undefined) {
    throw malformed(dist, `its '${reserved}' would mean in an image that a file of other packages is removed`)
  }
  // Longer than they are in the archive: by where they go, or by what they are called in the metadata.
  for (const path of [...owner.keys(), recordPath]) {
    const unusable = unusableName(path)
    if (unusable !== undefined) throw malformed(dist, `its path '${foreignText(path)}' ${unusable}`)
  }
  for (const { file, path } of files) if (file.type === 'directory') owner.delete(path)
  const paths = [...owner.keys()]
  const [obstructed] = findObstructed([{ paths }])
  if (obstructed) throw malformed(dist, `it puts '${obstructed.path}' below its own '${obstructed.by}'`)

  return {
    dist,
    name: index.name,
    files,
    bytecode,
    isCompiled,
    entryPoints,
    recordPath,
    paths,
  }
}

function requirePython({ python, prefix }: LinkContext, dist: string): Python {
  if (python) return python
  throw new UserError(`package ${dist} is for python, and the environment at ${prefix} has none`, {
    advice: "Add 'python' to the environment's dependencies.",
  })
}

function noarchPath(path: string, { sitePackages }: Python): string {
  if (path.startsWith('site-packages/')) return `${sitePackages}/${path.slice('site-packages/'.length)}`
  if (path.startsWith('python-scripts/')) return `bin/${path.slice('python-scripts/'.length)}`
  return path
}

function bytecodeOf(
  files: readonly PackageFile[],
  targets: readonly string[],
  { version }: Python,
): LinkPlan['bytecode'] {
  return files.flatMap(({ path }, position) => {
    if (!/^site-packages\/[^\t\n\r\f\v]+\.py$/.test(path)) return []
    const source = targets[position] ?? path
    return [{ source, path: bytecodePath(source, version) }]
  })
}
