import { createReadStream } from 'node:fs'
import {
  chmod,
  chown,
  link,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { readLayerTar, type LayerBlob } from '../../src/base/layer-tar.ts'
import { packChanges } from '../../src/execute/changes.ts'
import { DiskTree, modeFor } from '../../src/execute/tree.ts'
import type { KeepRules, PackedChanges } from '../../src/execute/types.ts'
import { packEntries } from '../../src/layers/pack.ts'
import { fixedTime } from '../../src/layers/reproducible.ts'
import type { LayerEntry, PackedLayer } from '../../src/layers/types.ts'
import { run } from '../world/command.ts'

let scratch: string
let count = 0

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'tree-'))
})
afterEach(() => rm(scratch, { recursive: true, force: true }))

const root = { uid: 0, gid: 0 }
const everything: KeepRules = { never: [], refuseSpecial: false }

function directory(path: string, mode = 0o755, owner = root): LayerEntry {
  return { type: 'directory', path, mode, ...owner }
}

function file(path: string, text = path, mode = 0o644, owner = root): LayerEntry {
  const content = Buffer.from(text)
  return { type: 'file', path, mode, size: content.length, content, ...owner }
}

async function layerOf(entries: readonly LayerEntry[]): Promise<LayerBlob> {
  return blobOf(await packEntries(entries, 'zstd', join(scratch, `layer-${count++}`)))
}

function blobOf({ descriptor, file: path }: PackedLayer): LayerBlob {
  return { mediaType: descriptor.mediaType, open: () => Promise.resolve(createReadStream(path)) }
}

async function lay(...layers: (readonly LayerEntry[])[]): Promise<DiskTree> {
  const folder = join(scratch, `root-${count++}`)
  await mkdir(folder)
  const tree = new DiskTree(folder)
  for (const entries of layers) await tree.add(await layerOf(entries))
  tree.settle()
  return tree
}

async function pack(tree: DiskTree, rules: KeepRules = everything): Promise<PackedChanges> {
  const path = join(scratch, `changes-${count++}`)
  return packChanges(tree.differences(), { rules, compression: 'zstd', file: path })
}

/** What a layer has: a line an entry. */
async function linesOf({ layer }: PackedChanges): Promise<string[]> {
  const lines: string[] = []
  for await (const { path, header, content } of readLayerTar(blobOf(layer))) {
    const text = (await Array.fromAsync(content)).map(String).join('')
    const what = header.type === 'file' ? text : header.linkname || header.type
    const mode = header.type === 'symlink' ? '' : ` ${header.mode.toString(8)}`
    lines.push(`${path}${mode} ${header.uid}:${header.gid} ${what}`.trimEnd())
    expect(header.mtime.getTime()).toBe(fixedTime * 1000)
  }
  return lines
}

const sample = [
  directory('etc'),
  file('etc/hosts'),
  directory('opt', 0o711),
  directory('opt/env', 0o777, { uid: 7, gid: 8 }),
  file('opt/env/kept', 'as it was', 0o600, { uid: 7, gid: 8 }),
  directory('opt/env/full'),
  ...['a', 'b', 'c'].map((name) => file(`opt/env/full/${name}`)),
]

describe('what changed in a tree', () => {
  test('what patterns leave out of a prefix is no part of the layer, nor are directories that would have nothing else', async () => {
    const tree = await lay(sample)
    const place = (path: string) => join(tree.root, path)
    for (const path of [
      'opt/env/share/man/man1',
      'opt/env/share/doc/deep',
      'opt/env/share/man/empty',
      'opt/elsewhere',
    ])
      await mkdir(place(path), { recursive: true })
    for (const path of [
      'share/man/man1/a.1',
      'share/doc/LICENSE',
      'share/doc/deep/a',
      'share/kept',
      'full/a.tmp',
    ])
      await writeFile(place(`opt/env/${path}`), path)
    await writeFile(place('opt/elsewhere/a.tmp'), 'a')
    const exclude = { prefix: 'opt/env', patterns: ['@docs', '*.tmp', '*.x'] }
    const packed = await pack(tree, { ...everything, exclude })
    expect(packed.paths).toEqual([
      ...['opt/elsewhere', 'opt/elsewhere/a.tmp'],
      ...['opt/env/share', 'opt/env/share/doc', 'opt/env/share/doc/LICENSE', 'opt/env/share/kept'],
    ])
    expect(packed.leftOut?.patterns).toEqual([
      { pattern: '@docs', files: 2, bytes: 34 },
      { pattern: '*.tmp', files: 1, bytes: 10 },
    ])
    // For the next command it is not there.
    expect(packed).toMatchObject({
      isStale: false,
      leftover: ['opt/env/full/a.tmp', 'opt/env/share/doc/deep', 'opt/env/share/man'],
    })
    const whole = await pack(tree, { ...everything, exclude: { ...exclude, patterns: [] } })
    expect([whole.leftOut?.paths, whole.leftOut?.sets]).toEqual([undefined, ['@docs']])
  })

  test('nothing changed is no layer, whatever was touched, or written as it was', async () => {
    const tree = await lay(sample)
    const kept = join(tree.root, 'opt/env/kept')
    await writeFile(kept, 'as it was')
    await utimes(kept, new Date(), new Date())
    await chmod(join(tree.root, 'opt/env/full/a'), 0o644)
    await rename(join(tree.root, 'opt/env/full'), join(tree.root, 'opt/env/moved'))
    await rename(join(tree.root, 'opt/env/moved'), join(tree.root, 'opt/env/full'))
    const packed = await pack(tree)
    expect(await linesOf(packed)).toEqual([])
    expect(packed).toMatchObject({
      paths: [],
      files: 0,
      bytes: 0,
      removed: 0,
      dropped: [],
      special: [],
      activation: {},
      isStale: false,
      leftover: [],
    })
  })

  test('what is new, other or gone stands there by path, below its directories as they are', async () => {
    const tree = await lay(sample)
    const at = (path: string) => join(tree.root, 'opt/env', path)
    await writeFile(at('kept'), 'as it is ')
    await mkdir(at('new/deep'), { recursive: true })
    await writeFile(at('new/deep/file'), 'x')
    await chmod(at('new/deep/file'), 0o4755)
    await symlink('deep/file', at('new/soft'))
    await link(at('new/deep/file'), at('new/hard'))
    await chown(at('new/deep'), 70_000, 80_000)
    await rm(at('full/b'))
    const packed = await pack(tree)
    expect(await linesOf(packed)).toEqual([
      'opt 711 0:0 directory',
      'opt/env 777 7:8 directory',
      'opt/env/full 755 0:0 directory',
      'opt/env/full/.wh.b 644 0:0',
      'opt/env/kept 600 7:8 as it is',
      'opt/env/new 755 0:0 directory',
      'opt/env/new/deep 755 70000:80000 directory',
      'opt/env/new/deep/file 4755 0:0 x',
      'opt/env/new/hard 4755 0:0 opt/env/new/deep/file',
      'opt/env/new/soft 0:0 deep/file',
    ])
    expect(packed).toMatchObject({
      files: 6,
      removed: 1,
      special: ['opt/env/new/deep/file', 'opt/env/new/hard'],
    })
  })

  test('a directory is opaque where all of it went, and gone where it went itself', async () => {
    const tree = await lay(sample)
    await rm(join(tree.root, 'opt/env/full'), { recursive: true })
    expect(await linesOf(await pack(tree))).toEqual([
      'opt 711 0:0 directory',
      'opt/env 777 7:8 directory',
      'opt/env/.wh.full 644 0:0',
    ])
    await mkdir(join(tree.root, 'opt/env/full'))
    await writeFile(join(tree.root, 'opt/env/full/new'), '1')
    expect(await linesOf(await pack(tree))).toEqual([
      'opt 711 0:0 directory',
      'opt/env 777 7:8 directory',
      'opt/env/full 755 0:0 directory',
      'opt/env/full/.wh..wh..opq 644 0:0',
      'opt/env/full/new 644 0:0 1',
    ])
  })

  test('another kind of thing takes the place of one', async () => {
    const tree = await lay(sample)
    const at = (path: string) => join(tree.root, 'opt/env', path)
    await rm(at('full'), { recursive: true })
    await writeFile(at('full'), 'a file now')
    await rm(at('kept'))
    await mkdir(at('kept'))
    expect((await linesOf(await pack(tree))).slice(2)).toEqual([
      'opt/env/full 644 0:0 a file now',
      'opt/env/kept 755 0:0 directory',
    ])
  })

  test('another file under an old name is seen, though no time tells', async () => {
    const tree = await lay([directory('a'), file('a/x', '1'), directory('b'), file('b/x', '2')])
    await rename(join(tree.root, 'a'), join(tree.root, 'c'))
    await rename(join(tree.root, 'b'), join(tree.root, 'a'))
    await rename(join(tree.root, 'c'), join(tree.root, 'b'))
    expect(await linesOf(await pack(tree))).toEqual([
      'a 755 0:0 directory',
      'a/x 644 0:0 2',
      'b 755 0:0 directory',
      'b/x 644 0:0 1',
    ])
  })

  test("devices are kept or refused, sockets and pipes left out, the runtime's places passed over", async () => {
    const tree = await lay(sample)
    await run('mknod', [join(tree.root, 'opt/null'), 'c', '1', '3'])
    await run('mkfifo', [join(tree.root, 'opt/pipe')])
    const server = createServer().listen(join(tree.root, 'opt/socket'))
    for (const place of ['proc', 'tmp', 'run', 'dev', 'sys']) {
      await mkdir(join(tree.root, place))
      await writeFile(join(tree.root, place, 'file'), '')
    }
    await writeFile(join(tree.root, 'etc/hosts'), 'other')
    await writeFile(join(tree.root, 'etc/resolv.conf'), 'new')
    const packed = await pack(tree)
    server.close()
    expect(await linesOf(packed)).toEqual(['opt 711 0:0 directory', 'opt/null 644 0:0 character-device'])
    expect(packed.special).toEqual(['opt/null'])
    await expect(pack(await refused(tree), { ...everything, refuseSpecial: true })).rejects.toThrow(
      '/opt/null',
    )
  })

  async function refused(tree: DiskTree): Promise<DiskTree> {
    await rm(join(tree.root, 'opt/null'))
    await run('mknod', [join(tree.root, 'opt/null'), 'c', '1', '3'])
    return tree
  }

  test('what is elsewhere, or for the next command only, is dropped, named and taken away', async () => {
    const tree = await lay(sample)
    await mkdir(join(tree.root, 'home/user'), { recursive: true })
    await writeFile(join(tree.root, 'home/user/.cache'), '')
    await mkdir(join(tree.root, 'opt/env/pkgs'))
    await writeFile(join(tree.root, 'opt/env/pkgs/x'), '')
    await writeFile(join(tree.root, 'opt/env/new'), '1')
    const packed = await pack(tree, { only: 'opt/env', never: ['opt/env/pkgs'], refuseSpecial: true })
    expect((await linesOf(packed)).slice(2)).toEqual(['opt/env/new 644 0:0 1'])
    expect(packed).toMatchObject({ dropped: ['home'], isStale: false })
    await tree.adopt(packed, blobOf(packed.layer))
    await expect(stat(join(tree.root, 'home'))).rejects.toThrow('ENOENT')
    await expect(stat(join(tree.root, 'opt/env/pkgs'))).rejects.toThrow('ENOENT')

    await writeFile(join(tree.root, 'etc/other'), '')
    await rm(join(tree.root, 'opt/env/new'))
    await rm(join(tree.root, 'etc'), { recursive: true })
    const stale = await pack(tree, { only: 'opt/env', never: [], refuseSpecial: true })
    expect(stale).toMatchObject({ isStale: true, dropped: ['etc'], removed: 1 })
    expect((await linesOf(stale)).slice(2)).toEqual(['opt/env/.wh.new 644 0:0'])
    await tree.adopt(stale, blobOf(stale.layer))
    expect(await readFile(join(tree.root, 'etc/hosts'), 'utf8')).toBe('etc/hosts')
    expect((await stat(join(tree.root, 'etc/hosts'))).mtimeMs).toBe(fixedTime * 1000)
    await expect(stat(join(tree.root, 'etc/other'))).rejects.toThrow('ENOENT')
    expect(await linesOf(await pack(tree))).toEqual([])
  })

  test('one step after the other: the second has what the second changed', async () => {
    const tree = await lay(sample)
    await writeFile(join(tree.root, 'opt/env/one'), '1')
    const first = await pack(tree)
    await tree.adopt(first, blobOf(first.layer))
    await writeFile(join(tree.root, 'opt/env/one'), '1')
    await writeFile(join(tree.root, 'opt/env/two'), '2')
    expect((await linesOf(await pack(tree))).slice(2)).toEqual(['opt/env/two 644 0:0 2'])
  })

  test('activation files are told, those that are gone with their directory too', async () => {
    const below = 'opt/env/etc/conda/activate.d'
    const tree = await lay([...sample, file(`${below}/old.sh`, 'old')])
    await rm(join(tree.root, below), { recursive: true })
    await mkdir(join(tree.root, below))
    await writeFile(join(tree.root, below, 'new.sh'), 'export X=1')
    const { activation } = await pack(tree)
    expect(activation).toEqual({ [`${below}/old.sh`]: null, [`${below}/new.sh`]: 'export X=1' })
  })

  test("below a prefix that is its group's too, what is made is so as well", async () => {
    const tree = await lay(sample)
    await writeFile(join(tree.root, 'opt/env/new'), '1')
    await writeFile(join(tree.root, 'opt/new'), '1')
    await chown(join(tree.root, 'opt/env/new'), 7, 8)
    const packed = await pack(tree, { ...everything, openToGroup: 'opt/env' })
    expect(await linesOf(packed)).toContain('opt/env/new 664 7:0 1')
    expect(await linesOf(packed)).toContain('opt/new 644 0:0 1')
  })
})

test('layers are laid with whiteouts, links, modes, owners and times', async () => {
  const tree = await lay(sample, [
    { type: 'symlink', path: 'bin', target: 'opt', ...root },
    file('bin/through', 'link'),
    { type: 'whiteout', path: 'opt/env/full/a', ...root },
    file('opt/env/full/d', 'd', 0o4755, { uid: 7, gid: 8 }),
    { type: 'hardlink', path: 'opt/env/full/e', target: 'opt/env/full/d', ...root },
    file('opt/env/kept', 'replaced'),
  ])
  expect(await readFile(join(tree.root, 'opt/through'), 'utf8')).toBe('link')
  await expect(stat(join(tree.root, 'opt/env/full/a'))).rejects.toThrow('ENOENT')
  const linked = await stat(join(tree.root, 'opt/env/full/e'))
  expect([linked.mode & 0o7777, linked.uid, linked.gid, linked.nlink]).toEqual([0o4755, 7, 8, 2])
  expect(linked.mtimeMs).toBe(fixedTime * 1000)
  expect((await stat(join(tree.root, 'opt/env'))).mtimeMs).toBe(fixedTime * 1000)
  expect(await readFile(join(tree.root, 'opt/env/kept'), 'utf8')).toBe('replaced')
})

test.each([
  ['his own', 0o640, 7, 8, 0o640],
  ["his group's", 0o640, 0, 8, 0o440],
  ["everybody's", 0o754, 0, 0, 0o454],
])('a file that is %s has a mode by which he may do the same', (_, mode, uid, gid, expected) => {
  expect(modeFor({ type: 'file', size: 0, mode, uid, gid }, { uid: 7, gid: 8 })).toBe(expected)
})
