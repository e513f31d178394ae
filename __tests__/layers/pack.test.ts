import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { zstdDecompressSync } from 'node:zlib'
import { afterAll, describe, expect, it } from '@jest/globals'
import { extract, type Header } from 'tar-stream'
import { layerEntries, runJob } from '../../src/layers/job.ts'
import { packEntries } from '../../src/layers/pack.ts'
import { fixedTime } from '../../src/layers/reproducible.ts'
import type { LayerEntry } from '../../src/layers/types.ts'
import type { PrefixEntry } from '../../src/prefix/link.ts'
import { collect, inPieces } from './collect.ts'
import { pythonOf } from '../../src/prefix/link.ts'
import { jobOf, jobPackage } from './packages.ts'

const directory = mkdtempSync(join(tmpdir(), 'pack-'))
afterAll(() => {
  rmSync(directory, { recursive: true })
})
const destination = (name: string) => join(directory, name)
const owner = { uid: 57439, gid: 57439 }
const context = { prefix: '/opt/conda', rootPrefix: '/opt/conda' }
const sha256 = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

async function read(file: string): Promise<{ header: Header; content: string }[]> {
  const entries: { header: Header; content: string }[] = []
  for await (const entry of Readable.from([zstdDecompressSync(readFileSync(file))]).pipe(extract())) {
    const content = (await collect(entry as AsyncIterable<Uint8Array>)).toString()
    entries.push({ header: entry.header, content })
  }
  return entries
}

describe('runJob', () => {
  it('tells of an entry point that nobody can read', async () => {
    const noarch = { type: 'python', entry_points: ['tool = tool:main [fast]', 'broken = demo'] }
    const info = { 'link.json': JSON.stringify({ noarch }) }
    const job = jobOf([await jobPackage('tool', [], 'python', info)], destination('entry-points'))
    const python = pythonOf({ version: '3.12.4', build: '0' })
    const { warnings } = await runJob({ ...job, context: { ...job.context, python } })
    expect(warnings).toEqual([
      `tool-1.0-0: the entry point "broken = demo" in info/link.json has no ':'; there is no script for it`,
    ])
  })

  it('packs the packages in their order, parents first and once, all of one owner', async () => {
    const first = await jobPackage('first', [
      { name: 'bin/run', content: 'program', mode: 0o755, mtime: new Date(1_700_000_000_000) },
      { name: 'bin/also', type: 'link', linkname: 'bin/run' },
      { name: 'bin/soft', type: 'symlink', linkname: 'run' },
    ])
    const second = await jobPackage('second', [{ name: 'bin/other', content: 'more' }])
    await runJob(jobOf([first, second], destination('order')))
    const entries = await read(destination('order'))
    expect(entries.map(({ header }) => [header.name, header.type, header.mode.toString(8)])).toEqual([
      ['opt/conda/', 'directory', '777'],
      ['opt/conda/bin/', 'directory', '755'],
      ['opt/conda/bin/run', 'file', '755'],
      ['opt/conda/bin/also', 'link', '755'],
      ['opt/conda/bin/soft', 'symlink', '777'],
      ['opt/conda/conda-meta/', 'directory', '777'],
      ['opt/conda/conda-meta/first-1.0-0.json', 'file', '644'],
      ['opt/conda/bin/other', 'file', '644'],
      ['opt/conda/conda-meta/second-1.0-0.json', 'file', '644'],
    ])
    expect(new Set(entries.map(({ header }) => `${header.uid}:${header.gid}`))).toEqual(
      new Set(['57439:57439']),
    )
    const times = new Map(entries.map(({ header }) => [header.name, Number(header.mtime) / 1000]))
    expect(times.get('opt/conda/bin/run')).toBe(1_700_000_000)
    expect(times.get('opt/conda/bin/also')).toBe(1_700_000_000)
    expect(times.get('opt/conda/bin/')).toBe(fixedTime)
    expect(times.get('opt/conda/conda-meta/first-1.0-0.json')).toBe(fixedTime)
  })

  it('gives a path to the package that is later in the lock', async () => {
    const first = await jobPackage('first', [{ name: 'share/x', content: 'first' }])
    const second = await jobPackage('second', [{ name: 'share/x', content: 'second' }])
    await runJob(jobOf([first, second], destination('clobber')))
    const found = (await read(destination('clobber'))).filter(({ header }) => header.name.endsWith('/x'))
    expect(found.map(({ content }) => content)).toEqual(['second'])
  })

  it('says what it has written', async () => {
    const job = jobOf([await jobPackage('one', [{ name: 'a', content: 'a' }])], destination('said'))
    const bytes = () => readFileSync(job.file)
    const { layer } = await runJob(job)
    expect(layer).toEqual({
      descriptor: {
        mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd',
        digest: sha256(bytes()),
        size: bytes().length,
      },
      diffId: sha256(zstdDecompressSync(bytes())),
      file: job.file,
    })
    const { layer: gzipped } = await runJob({ ...job, compression: 'gzip' })
    expect(gzipped.diffId).toBe(layer.diffId)
    expect(gzipped.descriptor.mediaType).toBe('application/vnd.oci.image.layer.v1.tar+gzip')
    expect(gzipped.descriptor.digest).toBe(sha256(bytes()))
  })
})

describe('layerEntries', () => {
  const paths = async (entries: PrefixEntry[], place = context) => {
    const placed: string[] = []
    for await (const entry of layerEntries(entries, place, owner)) {
      placed.push(
        `${entry.path} ${'mode' in entry ? entry.mode.toString(8) : 'target' in entry ? entry.target : entry.type}`,
      )
    }
    return placed
  }

  it('places links of both kinds', async () => {
    expect(
      await paths([
        { type: 'symlink', path: 'lib/x', target: '../y' },
        { type: 'hardlink', path: 'lib/z', target: 'lib/w' },
      ]),
    ).toEqual([
      'opt/conda 777',
      'opt/conda/lib 755',
      'opt/conda/lib/x ../y',
      'opt/conda/lib/z opt/conda/lib/w',
    ])
  })

  it('has what leads from the root prefix to an environment below it, and nothing above', async () => {
    const place = { prefix: '/srv/mamba/envs/a', rootPrefix: '/srv/mamba' }
    expect(await paths([{ type: 'directory', path: 'empty', mode: 0o755 }], place)).toEqual([
      'srv/mamba 777',
      'srv/mamba/envs 777',
      'srv/mamba/envs/a 755',
      'srv/mamba/envs/a/empty 755',
    ])
  })

  it('lets everybody write what an install into the root prefix does, and nothing else', async () => {
    const content = async function* () {}
    const file = (path: string): PrefixEntry => ({
      type: 'file',
      path,
      mode: 0o644,
      size: 0,
      content: content(),
    })
    const entries = ['conda-meta/history', 'conda-meta/state', 'conda-meta/a-1-0.json', 'bin/history'].map(
      file,
    )
    expect(await paths(entries)).toEqual([
      'opt/conda 777',
      'opt/conda/conda-meta 777',
      'opt/conda/conda-meta/history 666',
      'opt/conda/conda-meta/state 666',
      'opt/conda/conda-meta/a-1-0.json 644',
      'opt/conda/bin 755',
      'opt/conda/bin/history 644',
    ])
    const other = { prefix: '/opt/conda/envs/a', rootPrefix: '/opt/conda' }
    expect(await paths([file('conda-meta/history')], other)).toEqual([
      'opt/conda 777',
      'opt/conda/envs 777',
      'opt/conda/envs/a 755',
      'opt/conda/envs/a/conda-meta 755',
      'opt/conda/envs/a/conda-meta/history 644',
    ])
  })
})

describe("a prefix that is its group's too", () => {
  const ownership = { uid: 57439, gid: 0, groupWritable: true }

  it("lets the group do what the owner may, and links have their file's mode", async () => {
    const content = Buffer.from('x')
    const file = (path: string, mode: number): PrefixEntry => {
      const bytes = inPieces(content, [1])
      return { type: 'file', path, mode, size: content.length, content: bytes }
    }
    const entries: PrefixEntry[] = [
      file('bin/tool', 0o755),
      file('lib/private', 0o600),
      file('lib/read-only', 0o444),
      file('lib/strange', 0o4670),
      { type: 'hardlink', path: 'lib/link', target: 'lib/private' },
      { type: 'directory', path: 'var', mode: 0o755 },
    ]
    const laid: string[] = []
    for await (const entry of layerEntries(entries, context, ownership)) {
      const mode = 'mode' in entry ? entry.mode.toString(8) : '-'
      laid.push(`${entry.path} ${mode} ${entry.uid}:${entry.gid}`)
      expect(entry).not.toHaveProperty('groupWritable')
    }
    expect(laid).toEqual([
      'opt/conda 777 57439:0',
      'opt/conda/bin 775 57439:0',
      'opt/conda/bin/tool 775 57439:0',
      'opt/conda/lib 775 57439:0',
      'opt/conda/lib/private 660 57439:0',
      'opt/conda/lib/read-only 444 57439:0',
      'opt/conda/lib/strange 4660 57439:0',
      'opt/conda/lib/link - 57439:0',
      'opt/conda/var 775 57439:0',
    ])
  })
})

describe('packEntries', () => {
  it('leaves no file behind when it fails', async () => {
    const bytes = Buffer.alloc(3_000_000, 'x')
    const entries: LayerEntry[] = [
      { type: 'file', path: 'a', ...owner, mode: 0o644, size: bytes.length, content: bytes },
      { type: 'file', path: 'b', ...owner, mode: 0o644, size: 1, content: new Uint8Array(2) },
    ]
    await expect(packEntries(entries, 'zstd', destination('failed'))).rejects.toThrow("'b' has 1 bytes")
    expect(existsSync(destination('failed'))).toBe(false)
  })

  it('says that it cannot write', async () => {
    await expect(packEntries([], 'zstd', destination('no/such/folder'))).rejects.toThrow('ENOENT')
  })
})
