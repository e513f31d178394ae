import { UserError } from '../common/errors.ts'
import type { LockedPackage } from '../lock/types.ts'
import { openArchive, type PackageArchive } from '../packages/conda/archive.ts'
import type { FetchedPackage } from '../packages/download.ts'
import { withBytecode, type SourceCompiler } from './compiling.ts'
import { formatRecord, type ArchiveFacts } from './conda-meta.ts'
import { entryPointScript } from './entry-point-script.ts'
import { fileOf, Linking } from './linking.ts'
import { planLink, type LinkContext } from './plan.ts'
import type { PrefixEntry } from './types.ts'

export { activationScripts, isActivationFile, packageVariables } from './activation-files.ts'
export type { SourceCompiler } from './compiling.ts'
export type { ArchiveFacts } from './conda-meta.ts'
export { findClobbers, refuseObstructed, selectWinning, type Clobber } from './clobber.ts'
export { formatHistory } from './history.ts'
export { linkScriptsOf, type LinkMoment } from './link-scripts.ts'
export { planLink, type LinkContext, type LinkPlan, type PlannedFile } from './plan.ts'
export { pythonOf, type Python } from './python.ts'
export { formatState } from './state.ts'
export type { PrefixEntry } from './types.ts'

/** A package of the lock whose archive is at hand. */
export interface LinkSource {
  readonly locked: LockedPackage
  readonly archive: PackageArchive
  readonly facts: ArchiveFacts
}

/** Opens a package for linking. @throws UserError when its archive cannot be read */
export async function openPackage({
  locked,
  file,
  ...facts
}: Omit<FetchedPackage, 'from'>): Promise<LinkSource> {
  const { format, name, version, build } = locked
  return { locked, archive: await openArchive(file, format, `${name}-${version}-${build}`), facts }
}

/** The mode of entry points: micromamba adds the execute bits to a file that `umask 022` made. */
const entryPointMode = 0o775
const recordMode = 0o644

/**
 * Links a package: gives what a `micromamba create` puts in the prefix for it. First its empty directories, then the
 * files in the archive's order, then those that need a second look at the archive, then entry points, and at last the
 * package's conda-meta record. What is in the archive but not in the package's metadata is not linked. Bytecode stands behind
 * its source. An entry point that nobody can read has no script.
 * @param select which paths (relative to the prefix) to give; the record is the same whatever is left out, and a hard
 * link to something left out becomes a file
 * @param compiler for the sources of noarch packages; without it they come without bytecode
 * @throws UserError when the archive is damaged or is not what its metadata says
 */
export async function* linkPackage(
  source: LinkSource,
  context: LinkContext,
  select: (path: string) => boolean = () => true,
  compiler?: SourceCompiler,
): AsyncGenerator<PrefixEntry> {
  const { locked, archive, facts } = source
  const { index } = archive.info
  const dist = `${locked.name}-${locked.version}-${locked.build}`
  const plan = planLink(archive.info, context)
  if (plan.dist !== dist) {
    throw new UserError(`the archive of ${dist} says that it is ${plan.dist}`, {
      at: { url: locked.url.href },
      advice: 'Update the lockfile.',
    })
  }
  refuseHiddenNoarch(source)

  const linking = new Linking(plan, archive, context, select)
  yield* plan.isCompiled && compiler
    ? withBytecode(linking.files(), plan, context, select, compiler)
    : linking.files()
  const python = `${context.prefix}/${context.python?.executable ?? ''}`
  for (const { path, entryPoint } of plan.entryPoints) {
    if (select(path)) yield fileOf(path, entryPointMode, Buffer.from(entryPointScript(entryPoint, python)))
  }
  if (select(plan.recordPath)) {
    const record = formatRecord(index.json, locked, facts, plan, linking.linked(), context)
    yield fileOf(plan.recordPath, recordMode, Buffer.from(record))
  }
}

/**
 * What a noarch package becomes depends on the environment's python, and whoever decides by a package's address whether that matters
 * would be wrong about this one.
 */
function refuseHiddenNoarch({ locked, archive }: LinkSource): void {
  if (archive.info.index.noarch !== 'python' || locked.subdir === 'noarch') return
  throw new UserError(`${archive.info.dist} is a noarch package of python, and lies in ${locked.subdir}`, {
    at: { url: locked.url.href },
    advice: 'Have it moved to noarch in its channel, or choose another build.',
  })
}
