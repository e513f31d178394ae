import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LockedPackage } from '../../src/lock/types.ts'
import { openArchive } from '../../src/packages/conda/archive.ts'
import {
  linkPackage,
  pythonOf,
  type LinkContext,
  type LinkSource,
  type SourceCompiler,
} from '../../src/prefix/link.ts'
import type { PrefixEntry } from '../../src/prefix/types.ts'

/** What the real micromamba made of the packages in `__tests__/data/link/channel`. */
export interface Transcript {
  readonly name: string
  readonly prefix: string
  /** Below the channel, in the order in which they were linked. */
  readonly packages: readonly string[]
  readonly files: Readonly<Record<string, TranscriptEntry>>
  readonly conda_meta: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly history: string
}

export interface TranscriptEntry {
  readonly type: 'file' | 'dir' | 'symlink'
  readonly mode?: string
  readonly size?: number
  readonly sha256?: string
  readonly target?: string
}

const data = join(import.meta.dirname, '../data/link')

/** The address that the transcripts' channel had. */
const channel = 'http://127.0.0.1:8080'

export const transcripts = JSON.parse(readFileSync(join(data, 'link.json'), 'utf8')) as Transcript[]

export function lockedPackage(path: string, line = 1): LockedPackage {
  const match = /^(.*)\/((.*)-([^-]*)-([^-]*)\.(conda|tar\.bz2))$/.exec(path)
  if (!match) throw new Error(`no package path: ${path}`)
  const [, subdir = '', fileName = '', name = '', version = '', build = '', format] = match
  return {
    url: new URL(`${channel}/${path}`),
    channel,
    subdir,
    fileName,
    format: format === 'conda' ? 'conda' : 'tar.bz2',
    name,
    version,
    build,
    checksum: { algorithm: 'sha256', hex: '0'.repeat(64) },
    line,
  }
}

export async function linkSource(path: string): Promise<LinkSource> {
  const locked = lockedPackage(path)
  const file = join(data, 'channel', path)
  const bytes = readFileSync(file)
  const hash = (algorithm: string) => createHash(algorithm).update(bytes).digest('hex')
  return {
    locked,
    archive: await openArchive(file, locked.format),
    facts: { md5: hash('md5'), sha256: hash('sha256'), size: bytes.length },
  }
}

export function contextOf(prefix: string, sources: readonly LinkSource[]): LinkContext {
  const python = sources.find(({ locked }) => locked.name === 'python')
  return { prefix, rootPrefix: '/opt/conda', ...(python && { python: pythonOf(python.archive.info.index) }) }
}

/** An entry with its content read. */
export type LinkedEntry = PrefixEntry & { readonly bytes: Buffer }

export async function linkAll(
  source: LinkSource,
  context: LinkContext,
  select?: (path: string) => boolean,
  compiler?: SourceCompiler,
): Promise<LinkedEntry[]> {
  const entries: LinkedEntry[] = []
  for await (const entry of linkPackage(source, context, select, compiler)) {
    const chunks: Uint8Array[] = []
    if (entry.type === 'file') for await (const chunk of entry.content) chunks.push(chunk)
    entries.push({ ...entry, bytes: Buffer.concat(chunks) })
  }
  return entries
}
