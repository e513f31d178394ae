import { posix } from 'node:path'
import { unusableName } from '../../common/paths.ts'
import { isReserved } from '../../common/whiteout.ts'
import { UserError } from '../../common/errors.ts'
import type { LinkedWheel, WheelArchive, WheelFile, WheelScheme } from '../../packages/wheel/archive.ts'
import { refusal } from '../../packages/wheel/refusal.ts'
import { canonicalName } from '../../environment/read.ts'
import { hasHashedBytecode } from '../bytecode-format.ts'
import { findObstructed } from '../clobber.ts'
import type { LinkContext } from '../plan.ts'
import { bytecodePath, type Python } from '../python.ts'
import { formatDirectUrl } from './direct-url.ts'
import { fitsPython } from './tags.ts'
import { isOldWrapper, wrapperScripts, wrapperText } from './scripts.ts'

/** A wheel of the lock that is at hand. */
export interface WheelSource {
  readonly locked: LinkedWheel
  readonly archive: WheelArchive
}

/** The place that wheels are linked at, and whose installing is copied. */
export interface WheelContext extends LinkContext {
  /** The version of the pip that locked, `25.3`. */
  readonly pip: string
}

export interface PlannedWheelFile {
  readonly file: WheelFile
  /** Relative to the prefix. */
  readonly path: string
  /** Whether something else of the same wheel takes the path in the end. */
  readonly shadowed: boolean
}

/** A file that the installer makes. */
export interface GeneratedFile {
  readonly path: string
  readonly mode: number
  readonly bytes: Buffer
}

/** What linking a wheel will put where, as far as its metadata tells. All paths are relative to the prefix. */
export interface WheelPlan {
  /** The wheel's file name, and its line in the lockfile. */
  readonly dist: string
  /** As PEP 503 normalises it. */
  readonly name: string
  /** In the archive's order; without scripts that are left out for generated ones. */
  readonly files: readonly PlannedWheelFile[]
  /** Python sources with the path of their bytecode. */
  readonly bytecode: readonly { readonly source: string; readonly path: string }[]
  /** Whether the bytecode comes with them, and its paths are claimed: also of a source that turns out to have none. */
  readonly isCompiled: boolean
  /** In pip's order. Of two with one path the last stays. */
  readonly generated: readonly GeneratedFile[]
  readonly recordPath: string
  /** That the paths of RECORD are relative to. */
  readonly sitePackages: string
  /** Every path that the wheel claims, once, bytecode included if it is compiled. */
  readonly paths: readonly string[]
}

export const fileMode = 0o644
export const executableMode = 0o755

/**
 * Plans a wheel's linking as pip installs it (operations/install/wheel.py: `_install_wheel`), with a umask of 022.
 * @throws UserError when the environment has no python, the wheel is another one than the lock says or for another python, or its
 * paths are at odds
 */
export function planWheel({ locked, archive }: WheelSource, context: WheelContext): WheelPlan {
  const { info } = archive
  const { wheel, distInfo, entryPoints } = info
  const python = requirePython(context, wheel)
  const name = canonicalName(locked.name)
  if (canonicalName(info.name) !== name || !canonicalName(distInfo).startsWith(name)) {
    throw new UserError(`the wheel of ${locked.name} says that it is ${info.name}, in ${distInfo}`, {
      at: locked.at ?? { url: locked.url.href },
      advice: 'Update the lockfile.',
    })
  }
  if (!fitsPython(locked.fileName, python)) {
    throw new UserError(`the wheel ${locked.fileName} is not for python ${python.version}`, {
      at: locked.at ?? { url: locked.url.href },
      advice: 'Update the lockfile: pip chooses wheels for the python of the environment.',
    })
  }
  const directories = schemes(python, locked.name)
  const targets = info.files
    .filter(({ scheme, path }) => scheme !== 'scripts' || !isOldWrapper(path, entryPoints))
    .map((file) => ({ file, path: `${directories[file.scheme]}${file.path}` }))
  const metadata = `${python.sitePackages}/${distInfo}`
  const generated: GeneratedFile[] = [
    ...wrapperScripts(entryPoints, python, context.pip, wheel).map((script) =>
      generatedFile(`bin/${script.name}`, wrapperText(script, context.prefix, context.pip), executableMode),
    ),
    generatedFile(`${metadata}/INSTALLER`, 'pip\n'),
    ...(locked.directUrl
      ? [generatedFile(`${metadata}/direct_url.json`, formatDirectUrl(locked.directUrl))]
      : []),
    ...(locked.requested ? [generatedFile(`${metadata}/REQUESTED`, '')] : []),
  ]
  const recordPath = `${metadata}/RECORD`

  // What is written later takes the path: pip writes the scripts after all other files, then what it generates.
  const owner = new Map<string, WheelFile | undefined>()
  for (const { file, path } of targets) if (file.scheme === 'root') owner.set(path, file)
  for (const { file, path } of targets) {
    if (file.scheme !== 'root' && file.scheme !== 'scripts') owner.set(path, file)
  }
  for (const { file, path } of targets) if (file.scheme === 'scripts') owner.set(path, file)
  const made = [...generated.map(({ path }) => path), recordPath]
  for (const path of made) owner.set(path, undefined)
  const bytecode = [...owner]
    .filter(([path, file]) => file !== undefined && path.endsWith('.py'))
    .map(([source]) => ({ source, path: bytecodePath(source, python.version) }))
  const isCompiled = context.bytecode === true && hasHashedBytecode(python.version)
  if (isCompiled) for (const { path } of bytecode) owner.set(path, undefined)

  const paths = [...owner.keys()]
  checkPaths(paths, wheel)
  return {
    dist: wheel,
    name,
    files: targets.map(({ file, path }) => ({ file, path, shadowed: owner.get(path) !== file })),
    bytecode,
    isCompiled,
    generated,
    recordPath,
    sitePackages: python.sitePackages,
    paths,
  }
}

/** Where sysconfig's scheme `posix_prefix` has each kind of file, to be put in front of a path. */
function schemes(
  { sitePackages, executable, version }: Python,
  headers: string,
): Record<WheelScheme, string> {
  const library = `${sitePackages}/`
  const abiFlags = /^3\.[2-7]$/.test(version) ? 'm' : ''
  return {
    root: library,
    purelib: library,
    platlib: library,
    headers: `include/${posix.basename(executable)}${abiFlags}/${headers}/`,
    scripts: 'bin/',
    data: '',
  }
}

function generatedFile(path: string, text: string, mode = fileMode): GeneratedFile {
  return { path, mode, bytes: Buffer.from(text) }
}

function checkPaths(paths: readonly string[], wheel: string): void {
  const reserved = paths.find(isReserved)
  if (reserved !== undefined) {
    throw refusal(wheel, `its '${reserved}' would mean in an image that a file of other packages is removed`)
  }
  for (const path of paths) {
    const unusable = unusableName(path)
    if (unusable !== undefined) throw refusal(wheel, `its path '${path}' ${unusable}`)
  }
  const [obstructed] = findObstructed([{ paths }])
  if (obstructed) throw refusal(wheel, `it puts '${obstructed.path}' below its own '${obstructed.by}'`)
}

function requirePython({ python, prefix }: LinkContext, wheel: string): Python {
  if (python) return python
  throw new UserError(`the wheel ${wheel} is for python, and the environment at ${prefix} has none`, {
    advice: "Add 'python' to the environment's dependencies.",
  })
}
