import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { digestOf, hexOf } from '../../src/common/digest.ts'
import { parsePlatform } from '../../src/common/platform.ts'
import { formatBaseName, parseBaseName } from '../../src/base/name.ts'
import { pinReference, readBase } from '../../src/base/base.ts'
import { createRegistryClient, parseReference } from '../../src/registry/registry.ts'

const digest = digestOf('x')

test.each<[string, ReturnType<typeof parseBaseName>, string?]>([
  ['oci:images/base:13', { layout: 'images/base', tag: '13' }],
  ['oci-layout://images/base:13', { layout: 'images/base', tag: '13' }, 'oci:images/base:13'],
  ['oci-layout:///abs/base', { layout: '/abs/base' }, 'oci:/abs/base'],
  ['oci:C:/images/base', { layout: 'C:/images/base' }],
  [`oci:base:1@${digest}`, { layout: 'base', tag: '1', digest }],
  [`oci:base@${digest}`, { layout: 'base', digest }],
  ['oci:at@home', { layout: 'at@home' }],
  ['debian:13', parseReference('debian:13'), 'docker.io/library/debian:13'],
])('%s is the name of a base', (text, name, full = text) => {
  expect(parseBaseName(text)).toEqual(name)
  expect(formatBaseName(name)).toBe(full)
  expect(parseBaseName(full)).toEqual(name)
})

describe('an OCI layout', () => {
  const amd64 = parsePlatform('linux/amd64')
  const client = createRegistryClient({ credentials: () => Promise.resolve(undefined) })
  let workspace: string
  const write = (text: string) => writeFile(join(workspace, 'base/blobs/sha256', hexOf(digestOf(text))), text)
  const described = (text: string, suffix: string, more: object = {}) => ({
    mediaType: `application/vnd.oci.image.${suffix}`,
    digest: digestOf(text),
    size: Buffer.byteLength(text),
    ...more,
  })
  const manifestOf = (config: string) =>
    JSON.stringify({
      schemaVersion: 2,
      config: described(config, 'config.v1+json'),
      layers: [described('the layer', 'layer.v1.tar')],
    })
  const configOf = (architecture: string) =>
    JSON.stringify({
      os: 'linux',
      architecture,
      rootfs: { type: 'layers', diff_ids: [digestOf('the layer')] },
    })
  const one = manifestOf(configOf('amd64'))
  const other = manifestOf(configOf('arm64'))
  const index = JSON.stringify({
    schemaVersion: 2,
    manifests: [
      described(one, 'manifest.v1+json', { platform: { os: 'linux', architecture: 'amd64' } }),
      described(other, 'manifest.v1+json', { platform: { os: 'linux', architecture: 'arm64' } }),
    ],
  })
  const named = (text: string, tag: string) =>
    described(text, text === index ? 'index.v1+json' : 'manifest.v1+json', {
      annotations: { 'org.opencontainers.image.ref.name': tag },
    })
  const writeIndex = (...manifests: object[]) =>
    writeFile(join(workspace, 'base/index.json'), JSON.stringify({ schemaVersion: 2, manifests }))
  const read = (name: string) => readBase(parseBaseName(name), amd64, client, workspace)
  const pin = (name: string) => pinReference(parseBaseName(name), client, workspace)

  beforeEach(async () => {
    workspace = await mkdtemp(join(tmpdir(), 'base-layout-'))
    await mkdir(join(workspace, 'base/blobs/sha256'), { recursive: true })
    for (const text of [one, other, index, configOf('amd64'), configOf('arm64'), 'the layer'])
      await write(text)
    await writeIndex(named(one, '1'), named(index, 'all'), named(one, 'same'))
  })
  afterEach(() => rm(workspace, { recursive: true }))

  test.each([
    ['oci:base:1', one],
    ['oci:base:all', index],
    [`oci:base@${digestOf(one)}`, one],
  ])('%s is pinned and read, its layers as streams', async (name, text) => {
    const pinned = { ...parseBaseName(name), digest: digestOf(text) }
    expect(await pin(name)).toEqual(pinned)
    const base = await read(name)
    expect(base).toMatchObject({ pinned, config: { architecture: 'amd64' } })
    const [layer] = base.layers
    expect(layer?.origin).toBeUndefined()
    const chunks: Buffer[] = []
    for await (const chunk of (await layer?.open()) ?? []) chunks.push(chunk as Buffer) // a file's stream gives bytes
    expect(Buffer.concat(chunks).toString()).toBe('the layer')
  })

  test('one image needs no tag, though it has several names', async () => {
    await writeIndex(named(one, '1'), named(one, 'same'))
    expect((await pin('oci:base')).digest).toBe(digestOf(one))
  })

  test.each([
    ['oci:base', 'the layout has several images: 1, all, same'],
    ['oci:base:2', 'the layout has no such image'],
    ['oci:nowhere:1', 'no OCI layout'],
  ])('%s is refused: %s', async (name, message) => {
    await expect(pin(name)).rejects.toThrow(message)
    await expect(read(name)).rejects.toThrow(message)
  })

  test('a layout that is there and cannot be read is not taken for none', async () => {
    // Root may read whatever has any mode, so it is of a kind that cannot be read as a file.
    await rm(join(workspace, 'base/index.json'))
    await mkdir(join(workspace, 'base/index.json'))
    await expect(pin('oci:base:1')).rejects.toThrow(/EISDIR[^]*Make the layout readable/)
  })

  test('what a lock pins and is gone is refused with what to do', async () => {
    await expect(read(`oci:base:1@${digest}`)).rejects.toThrow(
      `the layout has no ${digest}\nWhere a lockfile pins`,
    )
  })

  test('bytes that are not those of the digest are refused', async () => {
    const { layers } = await read('oci:base:1')
    await writeFile(join(workspace, 'base/blobs/sha256', hexOf(digestOf('the layer'))), 'evil layer')
    const drain = async () => {
      for await (const chunk of (await layers[0]?.open()) ?? []) expect(chunk).toBeDefined()
    }
    await expect(drain()).rejects.toThrow(digestOf('the layer'))
    await writeFile(join(workspace, 'base/blobs/sha256', hexOf(digestOf(one))), other)
    await expect(read('oci:base:1')).rejects.toThrow('has other bytes')
  })
})
