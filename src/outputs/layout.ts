import { createWriteStream, renameSync } from 'node:fs'
import { lstat, mkdir, readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { describeDiskError } from '../common/disk.ts'
import { messageOf, UserError } from '../common/errors.ts'
import { makeScratch, removeScratch, withScratch } from '../common/scratch.ts'
import type { ImageReference } from '../registry/registry.ts'
import type { Artifact } from './artifact.ts'
import { contentOf, layoutFiles, type LayoutFile } from './layout-files.ts'
import { writeTar } from './layout-tar.ts'

/**
 * Writes an artifact as an OCI image layout: into one tar file when `path` ends in `.tar`, else into a directory. The same
 * artifact and references give the same bytes. The layout is made beside `path` and then put in its place as a whole; a
 * layout that was there before is replaced.
 * @throws UserError when something else is there, or the disk refuses; `path` is then as it was
 */
export async function writeLayout(
  artifact: Artifact,
  path: string,
  references: readonly ImageReference[],
): Promise<void> {
  const { target, isTar } = targetOf(path)
  const files = layoutFiles(artifact, references)
  try {
    await prepare(target, isTar)
    await inItsPlace(target, (partial) =>
      isTar ? writeTar(files, createWriteStream(partial, { flags: 'wx' })) : writeDirectory(files, partial),
    )
  } catch (error) {
    const needed = files.reduce((sum, { size }) => sum + size, 0)
    const described = describeDiskError(error, { file: target, needed })
    if (described) throw refused(path, `the layout cannot be written: ${described.what}`, described.advice)
    throw isDiskError(error) ? refused(path, `the layout cannot be written: ${messageOf(error)}`) : error
  }
}

/**
 * Finds out before there is an image whether its layout could be written.
 * @throws UserError when something else is there, or the place cannot be written
 */
export async function checkLayout(path: string): Promise<void> {
  const { target, isTar } = targetOf(path)
  try {
    await prepare(target, isTar)
    await withScratch(partialOf(target), () => Promise.resolve())
  } catch (error) {
    throw isDiskError(error) ? refused(path, `the layout cannot be written: ${messageOf(error)}`) : error
  }
}

function targetOf(path: string): { readonly target: string; readonly isTar: boolean } {
  const target = resolve(path)
  if (/\.(tgz|tar\.\w+)$/.test(target)) {
    throw refused(path, 'the layout cannot be written compressed', 'Use a name that ends in .tar.')
  }
  return { target, isTar: target.endsWith('.tar') }
}

async function prepare(target: string, isTar: boolean): Promise<void> {
  await (isTar ? assertReplaceableFile(target) : assertReplaceableDirectory(target))
  await mkdir(dirname(target), { recursive: true })
}

/** Where it is made: beside its place, on the same file system. */
function partialOf(target: string): string {
  return join(dirname(target), `.${basename(target)}.partial-`)
}

/** Has `write` make something in a directory of its own on the same file system, and renames it to `target`. */
async function inItsPlace(target: string, write: (partial: string) => Promise<void>): Promise<void> {
  const work = makeScratch(partialOf(target))
  const [partial, old] = [join(work, 'new'), join(work, 'old')]
  try {
    await write(partial)
    // A file is renamed over; a directory that is not empty cannot be.
    const replaces = (await exists(target))?.isDirectory()
    // Both at once: a run that is cancelled in between would take the old one along.
    if (replaces) renameSync(target, old)
    try {
      renameSync(partial, target)
    } catch (error) {
      if (replaces) renameSync(old, target)
      throw error
    }
  } finally {
    await removeScratch(work)
  }
}

async function writeDirectory(files: readonly LayoutFile[], directory: string): Promise<void> {
  await mkdir(join(directory, 'blobs', 'sha256'), { recursive: true })
  for (const file of files) {
    await pipeline(contentOf(file), createWriteStream(join(directory, file.path), { flags: 'wx' }))
  }
}

async function assertReplaceableFile(path: string): Promise<void> {
  const there = await exists(path)
  if (there && !there.isFile()) throw refused(path, 'something that is not a file is there already')
}

/** Nothing, an empty directory, or a layout that has nothing but a layout's files in it. */
async function assertReplaceableDirectory(path: string): Promise<void> {
  const there = await exists(path)
  if (!there) return
  if (!there.isDirectory()) throw refused(path, 'something that is not a directory is there already')
  const names = await readdir(path)
  const foreign = names.filter(
    (name) => !['oci-layout', 'index.json', 'manifest.json', 'blobs'].includes(name),
  )
  const isLayout = names.includes('oci-layout') && (await isLayoutMark(join(path, 'oci-layout')))
  if (names.length > 0 && (foreign.length > 0 || !isLayout)) {
    const what = foreign[0] === undefined ? '' : `: it holds '${foreign[0]}'`
    throw refused(path, `the directory is not an OCI layout${what}`)
  }
}

async function isLayoutMark(path: string): Promise<boolean> {
  try {
    const mark = JSON.parse(await readFile(path, 'utf8')) as { imageLayoutVersion?: unknown } | null
    return typeof mark?.imageLayoutVersion === 'string'
  } catch {
    return false
  }
}

/** What lies at the path itself: a symbolic link is one, and not what it points to. */
async function exists(path: string) {
  try {
    return await lstat(path)
  } catch (error) {
    if (isDiskError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined
    throw error
  }
}

function isDiskError(error: unknown): error is NodeJS.ErrnoException {
  return typeof error === 'object' && error !== null && 'syscall' in error
}

function refused(
  file: string,
  what: string,
  advice = 'Choose another path, or remove what is there.',
): UserError {
  return new UserError(what, { at: { file }, advice })
}
