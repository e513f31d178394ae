import { createReadStream } from 'node:fs'
import { lstat, readdir, readlink, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { LayerEntry, Owner } from '../layers/types.ts'
import type { CopyRule } from '../layers/copy.ts'
import { findSources, type CopySource, type Workspace } from '../layers/copy-source.ts'

/** What is laid into an image's file system for wheels to be built of it: files as they are, whatever their times, owners and modes. */

export async function* entriesOfFile(file: string, path: string, owner: Owner): AsyncGenerator<LayerEntry> {
  const { size } = await stat(file)
  yield { type: 'file', path, ...owner, mode: 0o644, size, content: createReadStream(file) }
}

/** All of a folder, a repository's own files too. */
export async function* entriesOfTree(folder: string, path: string, owner: Owner): AsyncGenerator<LayerEntry> {
  const stats = await lstat(folder)
  if (stats.isSymbolicLink()) yield { type: 'symlink', path, ...owner, target: await readlink(folder) }
  else if (stats.isFile()) yield fileEntry(folder, stats.size, (stats.mode & 0o100) !== 0, path, owner)
  if (!stats.isDirectory()) return
  yield { type: 'directory', path, ...owner, mode: 0o755 }
  for (const name of (await readdir(folder)).sort()) {
    yield* entriesOfTree(join(folder, name), `${path}/${name}`, owner)
  }
}

/** What a rule of `copy` would take. */
export async function* entriesOfRule(
  rule: CopyRule,
  workspace: Workspace,
  path: string,
  owner: Owner,
): AsyncGenerator<LayerEntry> {
  const [found] = await findSources([rule], workspace)
  for (const source of found?.sources ?? []) {
    yield entryOf(source, source.path === '' ? path : `${path}/${source.path}`, owner)
  }
}

function entryOf(source: CopySource, path: string, owner: Owner): LayerEntry {
  switch (source.type) {
    case 'directory':
      return { type: 'directory', path, ...owner, mode: 0o755 }
    case 'symlink':
      return { type: 'symlink', path, ...owner, target: source.target }
    case 'file':
      return fileEntry(source.file, source.size, source.isExecutable, path, owner)
  }
}

function fileEntry(
  file: string,
  size: number,
  isExecutable: boolean,
  path: string,
  owner: Owner,
): LayerEntry {
  const mode = isExecutable ? 0o755 : 0o644
  return { type: 'file', path, ...owner, mode, size, content: createReadStream(file) }
}
