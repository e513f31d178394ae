import { createHash } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { formatJson } from '../../src/prefix/conda-meta.ts'
import { findClobbers, selectWinning } from '../../src/prefix/clobber.ts'
import { planLink } from '../../src/prefix/link.ts'
import { contextOf, linkAll, linkSource, transcripts, type TranscriptEntry } from './transcripts.ts'

/** Made by no package; micromamba makes them as they are needed. */
function directoriesOf(paths: Iterable<string>): Record<string, TranscriptEntry> {
  const directories: Record<string, TranscriptEntry> = {}
  for (const path of paths) {
    const names = path.split('/')
    for (let depth = 1; depth < names.length; depth++) {
      directories[names.slice(0, depth).join('/')] = { type: 'dir', mode: '0o755' }
    }
  }
  return directories
}

describe.each(transcripts)('what the real micromamba made: $name', (transcript) => {
  const linked = async () => {
    const sources = await Promise.all(transcript.packages.map(linkSource))
    const context = contextOf(transcript.prefix, sources)
    const clobbers = findClobbers(sources.map(({ archive }) => planLink(archive.info, context)))
    const perPackage = await Promise.all(
      sources.map((source, position) => linkAll(source, context, selectWinning(clobbers, position))),
    )
    return perPackage.flat()
  }

  test('the same files, bytes, modes and links', async () => {
    const files: Record<string, TranscriptEntry> = {}
    for (const entry of await linked()) {
      const { path } = entry
      expect(files[path]).toBeUndefined()
      if (path.startsWith('conda-meta/')) {
        expect(entry).toMatchObject({ type: 'file', mode: 0o644 })
      } else if (entry.type === 'file') {
        expect(entry.size).toBe(entry.bytes.length)
        files[path] = {
          type: 'file',
          mode: `0o${entry.mode.toString(8)}`,
          size: entry.size,
          sha256: createHash('sha256').update(entry.bytes).digest('hex'),
        }
      } else if (entry.type === 'symlink') {
        files[path] = { type: 'symlink', target: entry.target }
      } else if (entry.type === 'hardlink') {
        files[path] = files[entry.target] ?? { type: 'dir' }
      }
    }
    const { 'conda-meta': condaMeta, ...expected } = transcript.files
    expect(condaMeta).toEqual({ type: 'dir', mode: '0o755' })
    expect({ ...directoriesOf(Object.keys(files)), ...files }).toEqual(expected)
  })

  test('the same conda-meta records, but for the machine', async () => {
    const records: Record<string, unknown> = {}
    for (const entry of await linked()) {
      if (entry.path.startsWith('conda-meta/')) records[entry.path] = entry.bytes.toString()
    }
    const expected = Object.entries(transcript.conda_meta).map(([path, record]) => {
      const dist = path.slice('conda-meta/'.length, -'.json'.length)
      const canonical = {
        ...withoutHostFiles(record),
        extracted_package_dir: `/opt/conda/pkgs/${dist}`,
        package_tarball_full_path: `/opt/conda/pkgs/${String(record['fn'])}`,
        link: { source: `/opt/conda/pkgs/${dist}`, type: 1 },
      }
      return [path, formatJson(canonical)]
    })
    expect(records).toEqual(Object.fromEntries(expected))
  })
})

/** `bin/absolute` leads to /usr/bin/env, whose hash is the machine's that made the transcript. */
function withoutHostFiles(record: Readonly<Record<string, unknown>>): object {
  const empty = createHash('sha256').digest('hex')
  return JSON.parse(JSON.stringify(record), (_key, value: unknown) =>
    typeof value === 'object' && value !== null && '_path' in value && value._path === 'bin/absolute'
      ? { ...value, sha256_in_prefix: empty }
      : value,
  ) as object
}
