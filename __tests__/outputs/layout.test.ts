import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { digestOf } from '../../src/common/digest.ts'
import { UserError } from '../../src/common/errors.ts'
import { writeLayout } from '../../src/outputs/outputs.ts'
import { parseReference } from '../../src/registry/registry.ts'
import { run, sampleImage, sampleIndex } from './sample.ts'

let work: string
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'layout-'))
})
afterEach(() => rm(work, { recursive: true }))

const references = [parseReference('ghcr.io/owner/name:1'), parseReference('ghcr.io/owner/name:latest')]

/** Every file below a directory, with the digest of its content. */
async function contentOf(directory: string): Promise<Record<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const pairs = await Promise.all(
    files
      .sort()
      .map(async (file) => [file.slice(directory.length + 1), digestOf(await readFile(file))] as const),
  )
  return Object.fromEntries(pairs)
}
/** What lies in the working directory: names, kinds, inodes, targets of links. */
const picture = () => run('find', work, '-printf', '%p %y %i %l\\n')
const json = async (...path: string[]): Promise<unknown> => JSON.parse(await readFile(join(...path), 'utf8'))

describe('as a directory', () => {
  test('holds the image once, under its tags', async () => {
    const image = await sampleImage()
    const path = join(work, 'new', 'layout')
    await writeLayout(image, path, references)
    const { digest, mediaType, size } = image.manifest.descriptor
    expect(await json(path, 'index.json')).toEqual({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: ['1', 'latest'].map((tag) => ({
        mediaType,
        digest,
        size,
        platform: { os: 'linux', architecture: 'amd64' },
        annotations: {
          'io.containerd.image.name': `ghcr.io/owner/name:${tag}`,
          'org.opencontainers.image.ref.name': tag,
        },
      })),
    })
    const blobs = [image.manifest, image.config, ...image.layers].map(({ descriptor }) => descriptor.digest)
    const files = await contentOf(path)
    expect(Object.keys(files).sort()).toEqual(
      [
        'index.json',
        'manifest.json',
        'oci-layout',
        ...blobs.map((it) => `blobs/${it.replace(':', '/')}`),
      ].sort(),
    )
    for (const blob of blobs) expect(files[`blobs/${blob.replace(':', '/')}`]).toBe(blob)
    expect(await readdir(join(work, 'new'))).toEqual(['layout'])
    // Readable for others, as far as the umask goes.
    expect((await stat(path)).mode).toBe((await stat(join(work, 'new'))).mode)
  })

  test.each(['gzip', 'zstd'] as const)(
    'skopeo takes it with %s layers, and keeps the digest',
    async (kind) => {
      const image = await sampleImage(kind)
      const [path, copy] = [join(work, 'layout'), join(work, 'copy')]
      await writeLayout(image, path, references)
      await run('skopeo', 'copy', '--preserve-digests', `oci:${path}:latest`, `oci:${copy}:x`)
      expect(await json(copy, 'index.json')).toMatchObject({
        manifests: [{ digest: image.manifest.descriptor.digest }],
      })
    },
  )

  test('umoci unpacks it', async () => {
    const path = join(work, 'layout')
    await writeLayout(await sampleImage(), path, references)
    const bundle = join(work, 'bundle')
    await run('umoci', 'unpack', '--rootless', '--image', `${path}:1`, bundle)
    expect(await readFile(join(bundle, 'rootfs/opt/conda/bin/tool'), 'utf8')).toContain('#!/bin/sh')
    expect(await run('umoci', 'list', '--layout', path)).toBe('1\nlatest\n')
  })

  test.each([
    ['without references', []],
    ['with a digest only', [{ ...parseReference('ghcr.io/owner/name'), digest: digestOf('') }]],
  ])('%s the image has no name', async (_what, nameless) => {
    const path = join(work, 'layout')
    const image = await sampleImage()
    await writeLayout(image, path, nameless)
    expect(await json(path, 'index.json')).toMatchObject({ manifests: [image.manifest.descriptor] })
    await run('skopeo', 'inspect', `oci:${path}`)
  })

  test('the same tag of two repositories is one name for readers of layouts', async () => {
    const path = join(work, 'layout')
    await writeLayout(await sampleImage(), path, [parseReference('a.io/x:1'), parseReference('b.io/x:1')])
    await run('skopeo', 'inspect', `oci:${path}:1`)
    expect(await json(path, 'manifest.json')).toMatchObject([{ RepoTags: ['a.io/x:1', 'b.io/x:1'] }])
  })

  test('two layers with the same bytes are one file', async () => {
    const image = await sampleImage()
    await writeLayout({ ...image, layers: [...image.layers, ...image.layers] }, join(work, 'layout'), [])
    expect(await readdir(join(work, 'layout/blobs/sha256'))).toHaveLength(4)
  })
})

describe('as a tar', () => {
  test('skopeo reads it as an OCI archive and as a Docker archive, gzip and zstd', async () => {
    for (const kind of ['gzip', 'zstd'] as const) {
      const image = await sampleImage(kind)
      const path = join(work, `${kind}.tar`)
      await writeLayout(image, path, references)
      const raw = await run('skopeo', 'inspect', '--raw', `oci-archive:${path}:latest`)
      expect(digestOf(raw)).toBe(image.manifest.descriptor.digest)
      const config = await run(
        'skopeo',
        'inspect',
        '--config',
        '--raw',
        `docker-archive:${path}:ghcr.io/owner/name:1`,
      )
      expect(digestOf(config)).toBe(image.config.descriptor.digest)
    }
  })

  test('has the same bytes each time, and the files of the directory', async () => {
    const image = await sampleImage()
    const [one, two, directory] = [join(work, 'one.tar'), join(work, 'sub/two.tar'), join(work, 'directory')]
    await writeLayout(image, one, references)
    await writeLayout(image, two, references)
    await writeLayout(image, directory, references)
    expect(digestOf(await readFile(one))).toBe(digestOf(await readFile(two)))
    await mkdir(join(work, 'unpacked'))
    await run('tar', '-xf', one, '-C', join(work, 'unpacked'))
    expect(await contentOf(join(work, 'unpacked'))).toEqual(await contentOf(directory))
  })
})

describe('of several platforms', () => {
  test('points to the index, under its tags', async () => {
    const index = await sampleIndex()
    const path = join(work, 'layout')
    await writeLayout(index, path, references)
    const { digest, mediaType, size } = index.index.descriptor
    expect(await json(path, 'index.json')).toMatchObject({
      manifests: ['1', 'latest'].map((tag) => ({
        mediaType,
        digest,
        size,
        annotations: { 'org.opencontainers.image.ref.name': tag },
      })),
    })
    expect(Object.keys(await contentOf(path)).filter((name) => !name.startsWith('blobs/'))).toEqual([
      'index.json',
      'oci-layout',
    ])
    // The index, two manifests, two configs, two layers of one image each and one of both.
    expect(await readdir(join(path, 'blobs/sha256'))).toHaveLength(8)
  })

  test('skopeo takes all of it, as a directory and as a tar, and keeps the digest', async () => {
    const index = await sampleIndex()
    const { digest } = index.index.descriptor
    for (const [name, transport] of [
      ['layout', 'oci'],
      ['layout.tar', 'oci-archive'],
    ] as const) {
      const source = `${transport}:${join(work, name)}:latest`
      await writeLayout(index, join(work, name), references)
      const copy = join(work, `copy-of-${name}`)
      await run('skopeo', 'copy', '--all', '--preserve-digests', source, `oci:${copy}:x`)
      expect(await json(copy, 'index.json')).toMatchObject({ manifests: [{ digest }] })
      for (const architecture of ['amd64', 'arm64']) {
        const config = await run('skopeo', 'inspect', '--config', '--override-arch', architecture, source)
        expect(JSON.parse(config)).toMatchObject({ architecture })
      }
    }
  })

  test('umoci finds its images', async () => {
    const path = join(work, 'layout')
    const index = await sampleIndex('', 'linux/amd64')
    await writeLayout(index, path, references)
    await run('umoci', 'unpack', '--rootless', '--image', `${path}:1`, join(work, 'bundle'))
    expect(await readFile(join(work, 'bundle/rootfs/opt/conda/bin/tool'), 'utf8')).toContain('#!/bin/sh')
  })

  test('an index of one image can be read as an archive of Docker', async () => {
    const path = join(work, 'layout.tar')
    const index = await sampleIndex('', 'linux/amd64')
    await writeLayout(index, path, references)
    const name = `docker-archive:${path}:ghcr.io/owner/name:1`
    const config = await run('skopeo', 'inspect', '--config', '--raw', name)
    expect(digestOf(config)).toBe(index.images[0]?.config.descriptor.digest)
  })
})

describe('what is there already', () => {
  test('a layout is replaced, with nothing of it left', async () => {
    const [before, after] = await Promise.all([sampleImage('gzip', 'before'), sampleImage('gzip', 'after')])
    for (const name of ['layout', 'layout.tar']) {
      const [path, clean] = [join(work, name), join(work, `clean-${name}`)]
      await writeLayout(before, path, references)
      await writeLayout(after, path, references)
      await writeLayout(after, clean, references)
      if (name === 'layout') expect(await contentOf(path)).toEqual(await contentOf(clean))
      else expect(digestOf(await readFile(path))).toBe(digestOf(await readFile(clean)))
    }
    expect((await readdir(work)).sort()).toEqual(['clean-layout', 'clean-layout.tar', 'layout', 'layout.tar'])
  })
  test('an empty directory is filled', async () => {
    await mkdir(join(work, 'layout'))
    await writeLayout(await sampleImage(), join(work, 'layout'), references)
    await run('skopeo', 'inspect', `oci:${join(work, 'layout')}:1`)
  })

  test.each<[string, string, (path: string) => Promise<unknown>]>([
    ['a directory of something else', 'out', (path) => mkdir(join(path, 'src'), { recursive: true })],
    [
      'a layout with something else in it',
      'out',
      async (path) => {
        await writeLayout(await sampleImage(), path, [])
        await writeFile(join(path, 'notes.txt'), 'mine')
      },
    ],
    [
      'a mark that is none',
      'out',
      async (path) => {
        await mkdir(path)
        await writeFile(join(path, 'oci-layout'), 'a note of mine')
      },
    ],
    ['a file', 'out', (path) => writeFile(path, 'mine')],
    ['a symbolic link to a directory', 'out', (path) => symlink(tmpdir(), path)],
    ['a symbolic link to nothing', 'out', (path) => symlink(join(path, '../nothing'), path)],
    ['a directory', 'out.tar', (path) => mkdir(path)],
    ['a symbolic link', 'out.tar', (path) => symlink('/dev/null', path)],
  ])('%s at %s is refused and kept', async (_what, name, make) => {
    const path = join(work, name)
    await make(path)
    const before = await picture()
    const image = await sampleImage()
    await expect(writeLayout(image, path, references)).rejects.toThrow(UserError)
    await expect(writeLayout(image, path, references)).rejects.toThrow(path)
    expect(await picture()).toBe(before)
  })

  test('a directory below a file is refused', async () => {
    await writeFile(join(work, 'file'), '')
    await expect(writeLayout(await sampleImage(), join(work, 'file/layout'), [])).rejects.toThrow(UserError)
  })
  test('a compressed tar is refused by its name', async () => {
    await expect(writeLayout(await sampleImage(), join(work, 'a.tar.gz'), [])).rejects.toThrow(/ends in .tar/)
  })

  test.each(['out', 'out.tar'])('stays as it was when a layer fails: %s', async (name) => {
    const path = join(work, name)
    const image = await sampleImage()
    await writeLayout(image, path, references)
    const before = await picture()
    const [layer, ...rest] = image.layers
    if (!layer) throw new Error('the sample has layers')
    const failing = [
      () => Promise.reject(new Error('the connection broke')),
      () => Promise.resolve(Readable.from([Buffer.alloc(layer.descriptor.size)])),
      () => Promise.resolve(Readable.from([Buffer.alloc(1)])),
      () => Promise.resolve(Readable.from([Buffer.alloc(1e6)])),
    ]
    const reasons = [/connection broke/, /digest is sha256:/, /ends after 1 of/, /longer than/]
    for (const [index, open] of failing.entries()) {
      const layers = [...rest, { ...layer, open }]
      await expect(writeLayout({ ...image, layers }, path, references)).rejects.toThrow(reasons[index])
      expect(await picture()).toBe(before)
    }
  })
})
