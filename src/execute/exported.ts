import { createReadStream } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { cleanPath, isFile, type TarEntry } from '../base/layer-tar.ts'
import { stateOf } from './before.ts'
import { hasSameLook } from './changes.ts'
import { isPassing } from './conditions.ts'
import type { FileBefore, FileNow, FileState } from './types.ts'

/** A file system that an engine has exported as a tar, as far as it may differ from what it was. */
export interface Exported {
  readonly now: ReadonlyMap<string, FileNow>
  readonly gone: readonly string[]
}

/**
 * Reads an exported file system. Its metadata say by themselves what has changed, but for the content of a file that is as large as
 * it was: there the engine's own list has to help, from which in turn some of them leave out changes of owners.
 * @param entries gives the tar, anew at each call: it is read twice where a file is in question of whose names only another was listed
 * @param listed paths that the engine says are new or changed
 * @param spool a file for the content of those that may have changed, until they are packed
 */
export async function readExported(
  entries: () => AsyncIterable<TarEntry>,
  before: ReadonlyMap<string, FileBefore>,
  listed: ReadonlySet<string>,
  spool: string,
): Promise<Exported> {
  const wanted = new Set(listed)
  for (;;) {
    const tree = await readTree(entries(), wanted, spool)
    const paths = [...inQuestion(tree, before, listed)]
    const missing = paths.map((path) => tree.originals.get(path) ?? path).filter((path) => tree.lacks(path))
    if (missing.length === 0) return { now: statesNow(tree, paths, spool), gone: goneFrom(tree, before) }
    for (const path of missing) wanted.add(path)
  }
}

/** All paths of an export, and the content of some. */
interface Tree {
  readonly states: ReadonlyMap<string, FileState>
  /** Of another name of a file, the name that it was met under first. */
  readonly originals: ReadonlyMap<string, string>
  readonly contents: ReadonlyMap<string, Content>
  /** Whether it is a file whose content was not kept. */
  lacks(path: string): boolean
}

/** Where in the spool it is. */
interface Content {
  readonly start: number
  readonly size: number
}

async function readTree(
  entries: AsyncIterable<TarEntry>,
  wanted: ReadonlySet<string>,
  spool: string,
): Promise<Tree> {
  const states = new Map<string, FileState>()
  const originals = new Map<string, string>()
  const contents = new Map<string, Content>()
  const file = await open(spool, 'w', 0o600)
  try {
    let start = 0
    for await (const { path, header, content } of entries) {
      if (isPassing(path)) continue
      if (header.type === 'link') {
        const original = cleanPath(header.linkname)
        const state = states.get(original)
        if (state) originals.set(path, original)
        if (state) states.set(path, state)
        continue
      }
      states.set(path, stateOf(header))
      if (!isFile(header) || !wanted.has(path)) continue
      const size = await append(content, file)
      contents.set(path, { start, size })
      start += size
    }
  } finally {
    await file.close()
  }
  return {
    states,
    originals,
    contents,
    lacks: (path) => states.get(path)?.type === 'file' && !contents.has(path),
  }
}

async function append(content: AsyncIterable<Uint8Array>, file: FileHandle): Promise<number> {
  let size = 0
  for await (const chunk of content) {
    await file.writeFile(chunk)
    size += chunk.length
  }
  return size
}

/** Paths that may have changed; with one name of a file all of its names. */
function inQuestion(
  { states, originals }: Tree,
  before: ReadonlyMap<string, FileBefore>,
  listed: ReadonlySet<string>,
): Set<string> {
  const looksOther = (path: string, state: FileState) => {
    const old = before.get(path)
    // What an engine makes where no layer speaks of a directory is its own affair, and so are files that it brings.
    return old !== undefined && old.source.layer !== -1 && !hasSameLook(old, state)
  }
  const paths = new Set<string>()
  for (const [path, state] of states) if (listed.has(path) || looksOther(path, state)) paths.add(path)
  const files = new Set([...paths].map((path) => originals.get(path) ?? path))
  for (const [path, original] of originals) {
    if (files.has(original)) paths.add(path).add(original)
  }
  return paths
}

function statesNow(tree: Tree, paths: readonly string[], spool: string): Map<string, FileNow> {
  const shared = new Set(tree.originals.values())
  const now = new Map<string, FileNow>()
  for (const path of paths) {
    const state = tree.states.get(path)
    const original = tree.originals.get(path) ?? path
    const content = tree.contents.get(original)
    if (state?.type === 'file' && content) {
      const identity = shared.has(original) ? { identity: original } : {}
      now.set(path, { ...state, ...identity, open: () => contentOf(content, spool) })
    } else if (state) now.set(path, state)
  }
  return now
}

async function* contentOf({ start, size }: Content, spool: string): AsyncGenerator<Uint8Array> {
  if (size === 0) return
  yield* createReadStream(spool, { start, end: start + size - 1 }) as AsyncIterable<Uint8Array>
}

function goneFrom({ states }: Tree, before: ReadonlyMap<string, FileBefore>): string[] {
  return [...before.keys()].filter((path) => !states.has(path) && !isPassing(path))
}
