import { lstat, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { PackageFile } from './recipe.ts'

/**
 * Files of a folder as files of a package: contents, permission bits and links as they are there.
 * @param place where a file goes by its path below `root`; those that go nowhere are left out
 */
export async function filesFrom(
  root: string,
  place: (path: string) => string | undefined,
): Promise<PackageFile[]> {
  const files: PackageFile[] = []
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue
    const source = join(entry.parentPath, entry.name)
    const path = place(source.slice(root.length + 1))
    if (path === undefined) continue
    if (entry.isSymbolicLink()) files.push({ type: 'symlink', path, target: await readlink(source) })
    else {
      const { mode } = await lstat(source)
      files.push({ type: 'file', path, content: await readFile(source), mode: mode & 0o777 })
    }
  }
  return files
}

/** The same as `filesFrom` for a `place` that strips `from` and puts `to` in its stead. */
export function moved(from: string, to: string): (path: string) => string | undefined {
  return (path) => (path.startsWith(`${from}/`) ? `${to}/${path.slice(from.length + 1)}` : undefined)
}
