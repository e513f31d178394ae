import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { pack } from 'tar-stream'
import { indexTar } from '../../script/lib/size/archive.ts'
import { specsIn } from '../../script/lib/size/environments.ts'
import { formatFigures } from '../../script/lib/size/format.ts'
import { measureImage } from '../../script/lib/size/image.ts'
import { recordsIn } from '../../script/lib/size/repodata.ts'
import { digestOf, hexOf } from '../../src/common/digest.ts'
import { machinePlatform } from '../../src/common/platform.ts'
import { madeHere } from '../../src/image/config.ts'
import type { ImageConfig } from '../../src/oci/config.ts'
import { layerOf, tarOf } from '../base/samples.ts'
import { writeMade } from '../world/channel/made.ts'
import { text, type ChannelSubdir, type Recipe } from '../world/channel/recipe.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'size-'))
})
afterAll(() => rm(folder, { recursive: true }))

function script(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(process.cwd(), 'script/size.ts'), ...words],
      { cwd: folder },
      (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
      },
    )
  })
}

const record = (name: string, files: readonly string[], depends: readonly string[] = [], spec = 'None') => ({
  name: `opt/conda/conda-meta/${name}-1.0-0.json`,
  content: JSON.stringify({ name, version: '1.0', depends, files, requested_spec: spec }),
})
const site = 'opt/conda/lib/python3.12/site-packages'
const big = 'x'.repeat(5000)

/** An image as a Dockerfile makes it: a base, an install that leaves its cache, a pip install, and a removal. */
const dockerfile = () =>
  Promise.all([
    tarOf([{ name: 'bin/bash', content: 'y'.repeat(7000) }]),
    tarOf([
      record(
        'python',
        ['bin/python', 'lib/libz.so', 'lib/python3.12/os.py'],
        ['zlib >=1.2', '__glibc >=2.17'],
        'python=3.12',
      ),
      record('zlib', ['lib/libz.so.1']),
      { name: 'opt/conda/conda-meta/history', content: "# update specs: ['python=3.12']\n" },
      { name: 'opt/conda/bin/python', content: 'p'.repeat(20_000) },
      { name: 'opt/conda/lib/libz.so', content: big },
      { name: 'opt/conda/lib/libz.so.1', content: big },
      { name: 'opt/conda/lib/python3.12/os.py', content: 'o'.repeat(100) },
      { name: 'opt/conda/lib/python3.12/__pycache__/os.cpython-312.pyc', content: 'o'.repeat(200) },
      { name: 'opt/conda/pkgs/python-1.0-0.conda', content: 'q'.repeat(9000) },
    ]),
    tarOf([
      { name: `${site}/flask/__init__.py`, content: 'f'.repeat(300) },
      {
        name: `${site}/flask-3.0.dist-info/METADATA`,
        content:
          'Name: Flask\nVersion: 3.0\nRequires-Dist: Jinja2 (>=3)\nRequires-Dist: x; extra == "y"\n\ntext',
      },
      { name: `${site}/flask-3.0.dist-info/REQUESTED`, content: '' },
      {
        name: `${site}/flask-3.0.dist-info/RECORD`,
        content: 'flask/__init__.py,,\nflask-3.0.dist-info/METADATA,,\n../../../bin/flask,,\n',
      },
      { name: 'opt/conda/bin/flask', content: '#!' },
      { name: `${site}/jinja2-3.1.dist-info/METADATA`, content: 'Name: Jinja2\nVersion: 3.1\n\n' },
      { name: `${site}/jinja2-3.1.dist-info/RECORD`, content: 'jinja2-3.1.dist-info/METADATA,,\n' },
    ]),
    tarOf([{ name: 'opt/conda/.wh.pkgs' }, { name: 'srv/app.py', content: 'a'.repeat(50) }]),
  ])

const config = (history: ImageConfig['history']): ImageConfig => ({
  os: 'linux',
  architecture: 'amd64',
  rootfs: { type: 'layers', diff_ids: [] },
  history,
})

describe('an image of conda environments, whoever made it', () => {
  const measure = async (history: ImageConfig['history'] = []) => {
    const layers = (await dockerfile()).map((tar, index) => ({
      ...layerOf(tar, index === 2 ? 'zstd' : 'gzip'),
      createdBy: `RUN ${index}`,
    }))
    return { layers, figures: await measureImage(config(history), layers) }
  }

  test('is measured by its files and the records in it', async () => {
    const { layers, figures } = await measure()
    expect(figures).toMatchObject({
      compressed: layers.reduce((sum, { descriptor }) => sum + descriptor.size, 0),
      base: { size: 7000, compressed: layers[0]?.descriptor.size, layers: 1 },
      baseBy: 'first package',
      hidden: 9000,
      inSeveralEnvironments: 0,
    })
    const [environment, ...more] = figures.environments
    expect(more).toEqual([])
    expect(environment).toMatchObject({ name: 'base', isGuessed: false })
    const byName = new Map(environment?.packages.map((one) => [one.name, one]))
    const ofRecord = (name: string) => record(name, []).content.length
    expect(byName.get('python')).toMatchObject({ version: '1.0', exact: false, chain: ['python'] })
    // Its files, the bytecode that was compiled of them, and its record.
    expect(byName.get('python')?.size).toBeGreaterThan(25_300 + ofRecord('python'))
    expect(byName.get('zlib')).toMatchObject({
      size: 5000 + record('zlib', ['lib/libz.so.1']).content.length,
      chain: ['python', 'zlib'],
    })
    expect(byName.get('pip:flask')).toMatchObject({ version: '3.0', chain: ['pip:flask'] })
    expect(byName.get('pip:jinja2')).toMatchObject({ chain: ['pip:flask', 'pip:jinja2'] })
    expect(figures.others.map(({ name }) => name).sort()).toEqual([
      'RUN 1',
      'RUN 2',
      'RUN 3',
      'the package cache /opt/conda/pkgs/',
    ])
    const parts = [
      ...(environment?.packages ?? []),
      ...figures.others,
      ...(figures.base ? [figures.base] : []),
    ]
    expect(parts.reduce((sum, { compressed }) => sum + compressed, 0)).toBe(figures.compressed)
  })

  test('has the files of two packages found', async () => {
    expect((await measure()).figures.duplicates).toEqual([
      {
        size: 5000,
        copies: [
          { path: '/opt/conda/lib/libz.so', package: 'python' },
          { path: '/opt/conda/lib/libz.so.1', package: 'zlib' },
        ],
      },
    ])
  })

  test('of ours tells by its history which layers are the base', async () => {
    const { figures } = await measure([{}, {}, { comment: madeHere }, { comment: madeHere }])
    expect(figures).toMatchObject({ baseBy: 'history', base: { layers: 2 } })
    // The cache of the base is the base's.
    expect(figures.others.map(({ name }) => name)).not.toContain('the package cache /opt/conda/pkgs/')
  })

  test('is told in a table, as long as is asked', async () => {
    const { figures } = await measure()
    const told = {
      what: 'image',
      name: 'app',
      digest: '',
      platform: 'linux/amd64',
      layers: 4,
      ...figures,
    } as const
    const lines = formatFigures(told, 3).split('\n')
    expect(lines[0]).toMatch(/^app, linux\/amd64: \S+ kB compressed, 47\.\d kB unpacked, 4 layers$/)
    expect(lines.find((line) => line.includes('the base'))).toMatch(/7 kB +\d+ % {2}the base, 1 layer$/)
    expect(lines.find((line) => / zlib 1\.0 /.test(line))).toMatch(
      /≈ \d+ B +5\.\d+ kB {2}zlib 1\.0 +python → zlib$/,
    )
    expect(lines).toContainEqual(expect.stringMatching(/^and \d more, /))
    expect(lines).toContain('The same file in two packages: 1, 5 kB unpacked')
    expect(lines).toContain('Replaced or removed by upper layers, and pulled all the same: 9 kB unpacked')
  })
})

describe('what sets of exclude would leave out', () => {
  const files = ['include/z.h', 'lib/libz.a', 'share/doc/z/README', 'share/doc/z/LICENSE', 'lib/libz.so']
  const inner = ['include/inner.h']
  const layers = async () => [
    layerOf(await tarOf([{ name: 'usr/include/base.h', content: big }])),
    layerOf(
      await tarOf([
        record('z', files),
        ...files.map((path) => ({ name: `opt/conda/${path}`, content: 'z'.repeat(1000) })),
        { name: 'opt/conda/include/nobodys.h', content: big },
        {
          name: 'opt/conda/envs/gpu/conda-meta/inner-1.0-0.json',
          content: JSON.stringify({ name: 'inner', version: '1.0', files: inner }),
        },
        { name: 'opt/conda/envs/gpu/include/inner.h', content: 'i'.repeat(10) },
      ]),
    ),
    // It is not there any more.
    layerOf(await tarOf([{ name: 'opt/conda/lib/.wh.libz.a' }])),
  ]

  test('is told of packages in all environments, and of what is seen', async () => {
    const { sets, compressed } = await measureImage(config([]), await layers())
    expect(sets).toEqual([
      { set: '@headers', files: 2, size: 1010, compressed: expect.any(Number) as unknown },
      { set: '@docs', files: 1, size: 1000, compressed: expect.any(Number) as unknown },
      { set: 'all', files: 3, size: 2010, compressed: expect.any(Number) as unknown },
    ])
    expect(sets[2]?.compressed).toBeGreaterThan(0)
    expect(sets[2]?.compressed).toBeLessThan(compressed)
  })

  test('stands in the text', async () => {
    const figures = await measureImage(config([]), await layers())
    const text = formatFigures(
      { what: 'image', name: 'a', digest: '', platform: 'p', layers: 3, ...figures },
      30,
    )
    expect(text).toMatch(/What sets of 'exclude' would leave out\ncompressed +unpacked +files {2}set\n/)
    expect(text).toMatch(/≈ \d+ B +1\.01 kB +2 {2}@headers\n.*@docs\n.*2\.01 kB +3 {2}all of them\n/)
  })
})

test("what an environment and the package cache have in common is the package's, whichever comes first", async () => {
  const cache = 'opt/conda/pkgs/flask-3.0-0/site-packages'
  const place = 'srv/env/lib/python3.12/site-packages'
  const metadata = 'flask-3.0.dist-info/METADATA'
  const link = (to: string, from: string) => ({ name: to, type: 'link' as const, linkname: from })
  const tar = await tarOf([
    {
      name: 'opt/conda/conda-meta/zlib-1.0-0.json',
      content: JSON.stringify({ name: 'zlib', version: '1.0' }),
    },
    { name: `${cache}/flask.py`, content: big },
    { name: `${cache}/${metadata}`, content: 'Name: flask\n\n' },
    { name: `${cache}/left.py`, content: 'x' },
    {
      name: 'srv/env/conda-meta/flask-3.0-0.json',
      content: JSON.stringify({
        name: 'flask',
        version: '3.0',
        files: ['lib/python3.12/site-packages/flask.py', `lib/python3.12/site-packages/${metadata}`],
      }),
    },
    link(`${place}/flask.py`, `${cache}/flask.py`),
    link(`${place}/${metadata}`, `${cache}/${metadata}`),
  ])
  const figures = await measureImage(config([]), [layerOf(tar)])
  const found = figures.environments.map(({ name, packages }) => [name, ...packages.map((one) => one.name)])
  expect(found).toEqual([
    ['/opt/conda', 'zlib'],
    ['/srv/env', 'flask'],
  ])
  expect(figures.environments[1]?.packages[0]?.size).toBeGreaterThan(5000)
  expect(figures.others).toMatchObject([{ name: 'the package cache /opt/conda/pkgs/', size: 1 }])
})

test('environments stand side by side, and what they have alike is told', async () => {
  const files = (prefix: string) => [
    { name: `${prefix}/lib/big`, content: big },
    {
      name: `${prefix}/conda-meta/python-1.0-0.json`,
      content: JSON.stringify({ name: 'python', version: '1.0', files: ['lib/big'] }),
    },
  ]
  const tar = await tarOf([...files('opt/conda'), ...files('opt/conda/envs/gpu')])
  const figures = await measureImage(config([]), [layerOf(tar)])
  expect(figures.environments.map(({ name, packages }) => [name, packages.length])).toEqual([
    ['base', 1],
    ['gpu', 1],
  ])
  expect(figures).toMatchObject({ inSeveralEnvironments: 5000, duplicates: [] })
  const text = formatFigures(
    { what: 'image', name: 'a', digest: '', platform: 'p', layers: 1, ...figures },
    9,
  )
  expect(text).toMatch(/^ +base +gpu {2}unpacked {2}package +asked for by$/m)
})

test.each([
  ['# update specs: ["python >=3.8", "conda-forge::numpy"]', ['python >=3.8', 'conda-forge::numpy']],
  [
    "# update specs: ['a', 'b']\n# remove specs: ['a']\n# install specs: [\"c[version='1']\"]",
    ['b', "c[version='1']"],
  ],
  ['# cmd: conda create', []],
])('of the history %j the specs are read', (history, specs) => {
  expect(specsIn(history)).toEqual(specs)
})

test("a channel's index is searched in one pass, however it is cut", async () => {
  const index = Buffer.from(
    JSON.stringify({
      info: { subdir: 'noarch' },
      packages: { 'a-1-0.tar.bz2': { size: 1, depends: ['{', 'b'] } },
      'packages.conda': {
        'a-1-0.conda': { size: 2, summary: '"}\\' },
        'c-1-0.conda': { nested: { size: [3] } },
      },
      removed: ['a-1-0.conda'],
    }),
  )
  for (let cut = 1; cut < 40; cut++) {
    const chunks = async function* () {
      for (let at = 0; at < index.length; at += cut) yield await Promise.resolve(index.subarray(at, at + cut))
    }
    const found = new Map(
      await Array.fromAsync(recordsIn(chunks(), new Set(['a-1-0.conda', 'a-1-0.tar.bz2', 'c-1-0.conda']))),
    )
    expect([...found.values()].map((one) => JSON.parse(one) as unknown)).toEqual([
      { size: 1, depends: ['{', 'b'] },
      { size: 2, summary: '"}\\' },
      { nested: { size: [3] } },
    ])
  }
})

async function archiveOf(name: string, files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const path = join(folder, name)
  const tar = pack()
  for (const [file, content] of Object.entries(files)) tar.entry({ name: file }, content)
  tar.finalize()
  await writeFile(path, Buffer.concat((await Array.fromAsync(tar)) as Buffer[])) // a tar gives bytes
  return path
}

describe('script/size', () => {
  const { architecture } = machinePlatform()
  /** An image in pieces: layers as tars, and a config that has them. */
  const pieces = async () => {
    const tars = await dockerfile()
    const text = JSON.stringify({
      os: 'linux',
      architecture,
      rootfs: { type: 'layers', diff_ids: tars.map((tar) => digestOf(tar)) },
    })
    return { tars, text }
  }

  test('reads what docker save and podman save write, without unpacking it', async () => {
    const { tars, text } = await pieces()
    const layers = Object.fromEntries(
      tars.map((tar, index) => [`${'long/'.repeat(30)}${index}/layer.tar`, tar]),
    )
    const path = await archiveOf('saved.tar', {
      ...layers,
      'config.json': text,
      'manifest.json': JSON.stringify([{ Config: 'config.json', Layers: Object.keys(layers) }]),
    })
    const file = await open(path)
    expect([...(await indexTar(file)).keys()]).toEqual([
      ...Object.keys(layers),
      'config.json',
      'manifest.json',
    ])
    await file.close()
    const { code, stdout, stderr } = await script('saved.tar')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^saved\.tar, linux\/\w+: \S+ kB compressed, .*4 layers\n/)
    expect(stdout).toMatch(/ python 1\.0 +python$/m)
  })

  test('reads an OCI layout in a tar, as JSON', async () => {
    const { tars, text } = await pieces()
    const blobs = tars.map((tar) => gzipSync(tar))
    const descriptor = (mediaType: string, bytes: string | Buffer) => ({
      mediaType,
      digest: digestOf(bytes),
      size: Buffer.byteLength(bytes),
    })
    const manifest = JSON.stringify({
      schemaVersion: 2,
      config: descriptor('application/vnd.oci.image.config.v1+json', text),
      layers: blobs.map((blob) => descriptor('application/vnd.oci.image.layer.v1.tar+gzip', blob)),
    })
    const all = [text, manifest, ...blobs].map(
      (blob) => [`blobs/sha256/${hexOf(digestOf(blob))}`, blob] as const,
    )
    await archiveOf('layout.tar', {
      ...Object.fromEntries(all),
      'index.json': JSON.stringify({
        schemaVersion: 2,
        manifests: [descriptor('application/vnd.oci.image.manifest.v1+json', manifest)],
      }),
    })
    const { code, stdout } = await script('--json', 'layout.tar')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      what: 'image',
      digest: digestOf(manifest),
      layers: 4,
      hidden: 9000,
    })
    const other = architecture === 'arm64' ? 'linux/amd64' : 'linux/arm64'
    const refused = await script('--platform', other, 'layout.tar')
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toMatch(
      /^error: layout\.tar: it is for linux\/\w+, not for linux\/\w+\nSay which with --platform\.\n$/,
    )
  })

  test("says of a lockfile what its channel's index says", async () => {
    const channel = join(folder, 'channel')
    await rm(channel, { recursive: true, force: true })
    const subdir = machinePlatform().subdir as ChannelSubdir
    const recipe = (name: string, bytes: number, depends: readonly string[] = []): Recipe => ({
      ...{ name, version: '1.0', build: 'h0_0', subdir, depends },
      files: [text(`share/${name}`, name.repeat(bytes))],
    })
    await mkdir(channel)
    await writeMade(channel, [recipe('asked', 10, ['needed >=1', '__glibc']), recipe('needed', 10)])
    const line = (name: string) => `file://${channel}/${subdir}/${name}-1.0-h0_0.conda#${'ab'.repeat(16)}`
    await writeFile(
      join(folder, 'env.lock'),
      `@EXPLICIT\n${line('needed')}\n${line('asked')}\n${line('gone')}\n`,
    )
    const { code, stdout, stderr } = await script('env.lock')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^env\.lock, linux-\w+: \S+ k?B of archives\n/)
    expect(stdout).toMatch(/ needed 1\.0 +asked → needed$/m)
    expect(stdout).toMatch(/^ +\? {2}gone 1\.0/m)
    expect(stdout).toContain('Nobody tells the size of gone')
  })

  test.each([
    ['nothing', [], 'Usage: script/size'],
    ['two', ['a', 'b'], 'Usage: script/size'],
    ['an option that is none', ['--sums', 'a'], "'--sums'"],
    ['a file that is not there', ['none.lock'], 'none.lock: there is no such file'],
    ['a platform that is none', ['--platform', 'mars', 'a'], 'mars'],
  ])('%s: exit code 2', async (_, words, message) => {
    const { code, stderr } = await script(...words)
    expect({ code, says: stderr.includes(message) || stderr }).toEqual({ code: 2, says: true })
  })

  test('--help says how', async () => {
    expect((await script('--help')).stdout).toMatch(/^Usage: script\/size /)
  })
})
