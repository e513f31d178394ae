import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from '@jest/globals'
import { rawTar, type RawEntry } from '../../script/lib/fuzz/targets/raw-tar.ts'
import type { BaseFiles } from '../../src/base/base-files.ts'
import { readBaseFiles } from '../../src/base/base-files.ts'
import { FileTree, impliedDirectory, type BaseFile, type LayerFile } from '../../src/base/file-tree.ts'
import { chooseUser } from '../../src/base/users.ts'
import { digestOf, parseDigest } from '../../src/common/digest.ts'
import { isWiringFile, wire } from '../../src/image/wiring.ts'
import { parseConfig } from '../../src/oci/config.ts'
import type { ImageLayer } from '../../src/oci/image.ts'
import { baseOf, compressedLayer, debian, layerOf } from './samples.ts'

const everything = () => true

/** A layer of entries that nobody has in memory at once. */
function streamed(parts: () => Iterable<Buffer>): ImageLayer {
  const layer = compressedLayer(Buffer.alloc(0), '')
  return { ...layer, open: () => Promise.resolve(Readable.from(parts(), { objectMode: false })) }
}

const entry = (name: string, more: Partial<RawEntry> = {}) =>
  rawTar([{ name, type: '0', ...more }]).subarray(0, 512)

describe('layers that lie, or are too much, are refused', () => {
  test('a diff ID that is not that of the layer', async () => {
    const layer = { ...layerOf(rawTar([{ name: 'a', type: '0' }])), diffId: digestOf('something else') }
    await expect(readBaseFiles([layer], everything)).rejects.toThrow(
      /^input 'base-image': a layer is sha256:\w+ when it is unpacked, and the config says sha256:/,
    )
  })

  test.each<[string, RawEntry, RegExp]>([
    ['a name of 256 bytes', { name: 'x', type: '0', prefix: 'p'.repeat(155) }, /^$/],
    [
      'a soft link to nowhere',
      { name: 'etc/passwd', type: '2' },
      /holds 'etc\/passwd', a link that leads nowhere/,
    ],
    [
      'a size of too many bits',
      { name: 'b', type: '0', size: Buffer.from([0xfe, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) },
      /holds 'b', of a size that is no number/,
    ],
    ['a hard link to nothing', { name: 'b', type: '1' }, /holds 'b', a link that leads nowhere/],
  ])('%s', async (title, one, message) => {
    const long = { name: 'x', type: 'L', content: Buffer.from('n'.repeat(256)) }
    const tar = title.startsWith('a name') ? rawTar([long, one]) : rawTar([one])
    const wanted = title.startsWith('a name') ? /has a name of more than 255 bytes/ : message
    await expect(readBaseFiles([layerOf(tar)], everything)).rejects.toThrow(wanted)
  })

  test('more files than there may be, in all layers together', async () => {
    const layers = ['a', 'b', 'c'].map((name) => layerOf(rawTar([{ name, type: '0' }])))
    const most = { paths: 2, bytes: 100 }
    await expect(readBaseFiles(layers, everything, most)).rejects.toThrow(
      "input 'base-image': it has too many files",
    )
    expect((await readBaseFiles(layers.slice(1), everything, most)).get('c')?.type).toBe('file')
  })

  test('files by the gigabyte that have to be looked at', async () => {
    const size = 4 * 1024 * 1024
    const content = Buffer.alloc(size)
    function* parts() {
      for (let count = 0; count < 1000; count++) {
        yield entry(`${count}/.bashrc`, { size: size.toString(8).padStart(11, '0') })
        yield content
      }
    }
    await expect(readBaseFiles([streamed(parts)], isWiringFile)).rejects.toThrow(
      'it has too large files, which all have to be looked at',
    )
  })
})

test('a passwd of 100 MB is not taken for none: the image would have no users but its own', async () => {
  const size = 100_000_000
  const line = Buffer.from('user:x:1000:1000::/home/user:/bin/sh\n'.repeat(1000))
  function* parts() {
    yield entry('etc/passwd', { size: size.toString(8).padStart(11, '0') })
    for (let left = size; left > 0; left -= line.length) yield line.subarray(0, left)
    yield Buffer.alloc(512 - (size % 512) + 1024)
  }
  const tar = streamed(parts)
  const hash = createHash('sha256')
  for (const part of parts()) hash.update(part)
  const files = await readBaseFiles(
    [{ ...tar, diffId: parseDigest(`sha256:${hash.digest('hex')}`) }],
    isWiringFile,
  )
  expect(() => chooseUser(files, new Map())).toThrow("input 'base-image': its /etc/passwd cannot be read")
})

describe('whiteouts', () => {
  test('of /etc/passwd: the image has the users that are left, and its own', async () => {
    const lower = rawTar([{ name: 'etc/passwd', type: '0', content: Buffer.from('gone:x:5:5::/:/bin/sh\n') }])
    const upper = rawTar([{ name: 'etc/.wh.passwd', type: '0' }])
    const files = await readBaseFiles([layerOf(lower), layerOf(upper)], isWiringFile)
    expect(files.text('etc/passwd')).toBeUndefined()
    const user = chooseUser(files, new Map())
    const environment = { environmentName: 'base', executable: '/bin/micromamba' }
    const made = wire({
      base: files,
      user,
      environments: [],
      defaults: environment,
      rootPrefix: '/opt/conda',
    })
    const passwd = made.find(({ path }) => path === 'etc/passwd')
    expect(passwd && 'content' in passwd && Buffer.from(passwd.content as Uint8Array).toString()).toBe(
      'root:x:0:0:root:/root:/sbin/nologin\nmambauser:x:57439:57439::/home/mambauser:/sbin/nologin\n',
    )
  })

  test('in great numbers are done one by one', () => {
    const tree = new FileTree<BaseFile>(impliedDirectory)
    const file = { type: 'file', mode: 0o644, uid: 0, gid: 0 } as const
    const paths = Array.from({ length: 60_000 }, (_, index) => `d/${index}`)
    tree.apply(paths.map((path) => ({ path: `${path}/f`, file })))
    tree.apply(paths.map((path) => ({ path: path.replace('/', '/.wh.'), file })))
    tree.apply(paths.map(() => ({ path: 'd/.wh..wh..opq', file })))
    expect([...tree.files.keys()]).toEqual(['d'])
  })

  /** As the specification has it, path by path. */
  function plain(layers: readonly (readonly LayerFile[])[]): string[] {
    const files = new Map<string, string>()
    for (const layer of layers) {
      const added = new Set<string>()
      for (const one of layer) {
        const slash = one.path.lastIndexOf('/') + 1
        const [parent, name] = [one.path.slice(0, slash), one.path.slice(slash)]
        const below = (start: string) =>
          [...files.keys()].filter((path) => path.startsWith(start) && !added.has(path))
        if (name === '.wh..wh..opq') below(parent).forEach((path) => files.delete(path))
        else if (name.startsWith('.wh.')) {
          const hidden = `${parent}${name.slice(4)}`
          if (files.get(hidden) === 'directory') below(`${hidden}/`).forEach((path) => files.delete(path))
          if (!added.has(hidden)) files.delete(hidden)
        } else if ('file' in one) {
          const { type } = one.file
          const stays = type === 'directory' && files.get(one.path) === 'directory'
          if (!stays && files.get(one.path) === 'directory')
            [...files.keys()]
              .filter((path) => path.startsWith(`${one.path}/`))
              .forEach((path) => files.delete(path))
          for (let at = one.path.lastIndexOf('/'); at > 0; at = one.path.lastIndexOf('/', at - 1)) {
            const above = one.path.slice(0, at)
            if (files.get(above) === 'directory') break
            files.set(above, 'directory')
            added.add(above)
          }
          files.set(one.path, type)
          added.add(one.path)
        }
      }
    }
    return [...files].map(([path, type]) => `${type} ${path}`).sort()
  }

  test('hide what they hide, whatever comes before and behind them', () => {
    const name = fc.constantFrom('a', 'b', 'a', 'b', '.wh.a', '.wh.b', '.wh..wh..opq')
    const one = fc
      .tuple(
        fc.array(fc.constantFrom('a', 'b'), { maxLength: 3 }),
        name,
        fc.constantFrom('file', 'directory'),
      )
      .map(([above, last, type]): LayerFile => {
        const file = { type: type, mode: 0, uid: 0, gid: 0 }
        return { path: [...above, last].join('/'), file }
      })
    fc.assert(
      fc.property(fc.array(fc.array(one, { maxLength: 8 }), { maxLength: 4 }), (layers) => {
        const tree = new FileTree<BaseFile>(impliedDirectory)
        for (const layer of layers) tree.apply(layer)
        expect([...tree.files].map(([path, { type }]) => `${type} ${path}`).sort()).toEqual(plain(layers))
      }),
      { numRuns: 500 },
    )
  })
})

test('a base that is compressed to next to nothing takes time, and no memory', async () => {
  const size = 200 * 1024 * 1024
  const tar = Buffer.concat([
    entry('big', { size: size.toString(8).padStart(11, '0') }),
    Buffer.alloc(size + 1024),
  ])
  const bytes = gzipSync(tar, { level: 1 })
  const layer = compressedLayer(bytes, '+gzip', digestOf(tar))
  expect((await readBaseFiles([layer], everything)).get('big')?.type).toBe('file')
})

test.each([
  [{ history: [{ created_by: 5 }] }, 'history'],
  [{ history: [{ empty_layer: 'no' }] }, 'history'],
  [{ config: { ExposedPorts: [80] } }, 'config.ExposedPorts'],
  [{ config: { Volumes: '/data' } }, 'config.Volumes'],
  [{ config: { StopSignal: 9 } }, 'config.StopSignal'],
  [{ config: { Env: { A: 'b' } } }, 'config.Env'],
  [{ rootfs: { diff_ids: ['md5:0'] } }, 'rootfs.diff_ids'],
])('a config with %j is refused', (lie, field) => {
  const config = { os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [] }, ...lie }
  expect(() => parseConfig(JSON.stringify(config))).toThrow(`its field '${field}' is missing or malformed`)
})

test('names of users and groups are data, whatever is in them', () => {
  const passwd = 'root:x:0:0::/root:/bin/sh\n$(id):x:7:7:::\n::add-mask::x\n\u202e:x:8:8::/:/bin/sh\n'
  const files: BaseFiles = baseOf({ ...debian, 'etc/passwd': passwd })
  expect(chooseUser(files, new Map())).toMatchObject({ name: 'mambauser', exists: false })
})
