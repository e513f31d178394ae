import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { layerTable } from '../../script/lib/layer-table.ts'
import { startConfig, startUnpacked, type Start } from '../../script/lib/start-unpacked.ts'
import { unpackLayers } from '../../script/lib/unpack.ts'
import { minimalDebian } from '../world/base.ts'
import { run } from '../world/command.ts'
import { writeTar, type TarEntry } from '../world/tar.ts'

let scratch: string
let root: string

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'unpacked-'))
  root = join(scratch, 'root')
  await mkdir(root)
})
afterEach(() => rm(scratch, { recursive: true }))

const compressors = { '': (tar: Buffer) => tar, '+gzip': gzipSync, '+zstd': zstdCompressSync }

async function layer(entries: readonly TarEntry[], compression: keyof typeof compressors = '') {
  const file = join(await mkdtemp(join(scratch, 'layer-')), 'tar')
  await writeTar(file, entries)
  await writeFile(file, compressors[compression](await readFile(file)))
  return { file, mediaType: `application/vnd.oci.image.layer.v1.tar${compression}` }
}

const text = (path: string) => readFile(join(root, path), 'utf8')

describe('the unpacked layers of an image', () => {
  test('lie on each other, however they are compressed', async () => {
    await unpackLayers(
      [
        await layer([
          { path: 'a/one', content: '1' },
          { path: 'a/two', content: '1' },
        ]),
        await layer([{ path: 'a/two', content: '2', mode: 0o4555 }], '+gzip'),
        await layer(
          [
            { path: 'a/three', content: '3' },
            { path: 'a', mode: 0o500 },
          ],
          '+zstd',
        ),
      ],
      root,
    )
    expect([await text('a/one'), await text('a/two'), await text('a/three')]).toEqual(['1', '2', '3'])
    expect((await stat(join(root, 'a/two'))).mode & 0o7777).toBe(0o755)
  })

  test('hide what whiteouts say, and nothing of their own layer', async () => {
    const below = ['gone', 'kept', 'full/old', 'full/deep/old'].map((path) => ({ path, content: 'old' }))
    const above = [
      { path: '.wh.gone', content: '' },
      { path: '.wh.kept', content: '' },
      { path: 'kept', content: 'new' },
      { path: 'full/.wh..wh..opq', content: '' },
      { path: 'full/deep/new', content: 'new' },
    ]
    await unpackLayers([await layer(below), await layer(above)], root)
    expect(await readdir(root)).toEqual(['full', 'kept'])
    expect(await text('kept')).toBe('new')
    expect(await readdir(join(root, 'full'), { recursive: true })).toEqual(['deep', 'deep/new'])
  })

  test('stay in their folder, wherever links lead', async () => {
    const outside = join(scratch, 'outside')
    await mkdir(outside)
    await writeFile(join(outside, 'mine'), 'mine')
    await unpackLayers(
      [
        await layer([
          { path: 'away', target: outside },
          { path: 'up', target: '../../outside' },
        ]),
        await layer([
          { path: 'away/file', content: '1' },
          { path: 'away/.wh.mine', content: '' },
          { path: 'up/.wh..wh..opq', content: '' },
          { path: '../outside/file', content: '2' },
        ]),
      ],
      root,
    )
    expect(await readdir(outside)).toEqual(['mine'])
    expect(await text(`${outside}/file`)).toBe('1')
    expect(await text('outside/file')).toBe('2')
    expect(await readlink(join(root, 'away'))).toBe(outside)
  })

  test('replace a link by a folder', async () => {
    await unpackLayers(
      [
        await layer([
          { path: 'old/file', content: '1' },
          { path: 'new', target: 'old' },
        ]),
        await layer([{ path: 'new' }, { path: 'new/file', content: '2' }]),
      ],
      root,
    )
    expect([await text('old/file'), await text('new/file')]).toEqual(['1', '2'])
  })
})

describe('an unpacked image starts', () => {
  const config = {
    config: { Env: ['PATH=/usr/bin:/bin', 'COLOUR=a b'], Entrypoint: ['/bin/sh', '-c', 'exec "$@"', 'sh'] },
  }
  const command = ['bash', '-c', 'echo "$COLOUR $(id -u) $(. /etc/os-release; echo $ID)" 2>/dev/null']
  const system = async () => ({
    file: await minimalDebian({ architecture: process.arch === 'arm64' ? 'arm64' : 'amd64' }),
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
  })

  /** In a process of its own, which gives up being root first if this one is root's. */
  const startAsNobody = async (): Promise<Start> => {
    await run('chmod', ['a+rwX', scratch, root])
    const script = `
      if (process.getuid() === 0) {
        process.setgid(65534)
        process.setuid(65534)
      }
      const library = ${JSON.stringify(join(import.meta.dirname, '../../script/lib'))}
      const { unpackLayers } = await import(library + '/unpack.ts')
      const { startUnpacked } = await import(library + '/start-unpacked.ts')
      const [layer, root, config, command] = JSON.parse(process.argv[1])
      await unpackLayers([layer], root)
      process.stdout.write(JSON.stringify(await startUnpacked(root, config, command)))`
    const argument = JSON.stringify([await system(), root, startConfig(config), command])
    const env = { ...process.env, NODE_OPTIONS: undefined }
    const stdout = await run(process.execPath, ['--input-type=module', '--eval', script, argument], { env })
    return JSON.parse(stdout.toString()) as Start // what the script wrote
  }

  test('for root', async () => {
    await unpackLayers([await system()], root)
    expect(await startUnpacked(root, startConfig(config), command)).toMatchObject({
      outcome: { code: 0, stdout: 'a b 0 debian\n', stderr: '' },
    })
  })

  test('for anybody where user namespaces are permitted, and elsewhere it is said why not', async () => {
    const permitted = await run('setpriv', [
      '--reuid=65534',
      'unshare',
      '--user',
      '--map-root-user',
      'true',
    ]).then(
      () => true,
      () => false,
    )
    const start = await startAsNobody()
    expect(start).toMatchObject(
      permitted
        ? { way: 'in a user namespace', outcome: { code: 0, stdout: 'a b 0 debian\n', stderr: '' } }
        : { problems: Array(3).fill(expect.stringMatching(/^(in|by) .+: ./)) },
    )
  })

  test('nowhere when there is nothing to start, and each way that was tried is named', async () => {
    const start = await startUnpacked(root, startConfig({}), command)
    expect(start).toEqual({ problems: Array(3).fill(expect.stringMatching(/^(in|by) .+: ./)) })
  })
})

test('the table of layers says of each what it is and its size', () => {
  const layers = [
    { descriptor: { size: 28_000_000 }, createdBy: 'ADD rootfs.tar /' },
    { descriptor: { size: 1500 }, createdBy: `packages: ${'name '.repeat(40)}` },
    { descriptor: { size: 12 } },
  ]
  expect(layerTable(layers).split('\n')).toEqual([
    'layer    size  what it is',
    '    1   28 MB  ADD rootfs.tar /',
    `    2  1.5 kB  packages: ${'name '.repeat(40).slice(0, 79)}…`,
    '    3    12 B',
    '        28 MB  all of them, compressed',
  ])
})
