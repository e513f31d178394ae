import type { LinkedWheel } from '../../../src/packages/wheel/archive.ts'
import { readAll } from '../../../src/prefix/content.ts'
import type { SourceCompiler } from '../../../src/prefix/link.ts'
import { linkWheel, openLockedWheel, type WheelContext } from '../../../src/prefix/wheel/link.ts'
import { temporaryFile } from '../../packages/make-package.ts'
import type { MadeWheel } from '../../packages/make-wheel.ts'
import type { Tree } from './real-pip.ts'

export function lockedWheel(wheel: MadeWheel, parts: Partial<LinkedWheel> = {}): LinkedWheel {
  const { name, version, sha256, fileName } = wheel
  return {
    name,
    version,
    fileName,
    url: new URL(`https://wheels.example/${encodeURIComponent(fileName)}`),
    sha256,
    requested: false,
    ...parts,
  }
}

/** What linking a wheel gives, with content read. */
export async function linkedTree(
  wheel: MadeWheel,
  context: WheelContext,
  options: {
    readonly locked?: Partial<LinkedWheel>
    readonly select?: (path: string) => boolean
    readonly compiler?: SourceCompiler
  } = {},
): Promise<Tree> {
  const source = await openLockedWheel(
    lockedWheel(wheel, options.locked),
    temporaryFile(wheel.fileName, wheel.bytes),
  )
  const tree: Record<string, { mode: string; content: Buffer }> = {}
  for await (const entry of linkWheel(source, context, options.select, options.compiler)) {
    if (entry.type !== 'file') throw new Error(`a wheel has a ${entry.type}`)
    if (Object.hasOwn(tree, entry.path)) throw new Error(`'${entry.path}' is given twice`)
    const content = await readAll(entry.content)
    if (content.length !== entry.size) throw new Error(`'${entry.path}' has not the size that is said`)
    tree[entry.path] = { mode: entry.mode.toString(8), content }
  }
  return tree
}

/** A tree as text, for comparing: bytecode, which differs by design, is there by name only. */
export function shownTree(...trees: readonly Tree[]): Record<string, string> {
  const all = trees.flatMap((tree) => Object.entries(tree))
  return Object.fromEntries(
    all
      .map(([path, { mode, content }]): [string, string] => [
        path,
        `${mode} ${/\/__pycache__\/[^/]*\.pyc$/.test(path) ? '(bytecode)' : content.toString('latin1')}`,
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}
