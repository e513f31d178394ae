import { Readable } from 'node:stream'
import { describe, expect, jest, test } from '@jest/globals'
import { formatSummary, summaryAnnotation } from '../../src/base/summary.ts'
import { digestOf } from '../../src/common/digest.ts'
import { parsePlatform } from '../../src/common/platform.ts'
import { fingerprintAnnotation } from '../../src/image/assemble.ts'
import { areFactsOf, layerKeyAnnotation, type LayerFacts } from '../../src/layers/build.ts'
import { claimsOf } from '../../src/layers/path-set.ts'
import { configMediaType, layerMediaTypes, manifestMediaType } from '../../src/oci/media-types.ts'
import { parseReference, type RegistryClient } from '../../src/registry/registry.ts'
import type { Base, BaseReader } from '../../src/stages/base.ts'
import { findEarlierImages, openEarlierLayers, takeUnchanged } from '../../src/stages/earlier.ts'
import { checkSummary, prepareBase } from '../../src/stages/prepared-base.ts'
import { readRequest } from '../../src/action/request.ts'
import { inputVariables, readInputs } from '../../script/lib/action-metadata.ts'
import { baseOf, debian } from '../base/samples.ts'

/** An earlier image that lies in one place: nothing is taken of it, or the run says what is wrong. */

const platform = parsePlatform('linux/amd64')
const name = parseReference('ghcr.io/org/app:1')
const key = digestOf('a key')
const fingerprint = digestOf('all that it is made of')

const configText = JSON.stringify({
  os: 'linux',
  architecture: 'amd64',
  rootfs: { type: 'layers', diff_ids: [digestOf('1')] },
  history: [{ comment: 'micromamba-image-action' }],
})
const layer = {
  mediaType: layerMediaTypes.zstd as string,
  digest: digestOf('layer') as string,
  size: 5,
  annotations: { [layerKeyAnnotation]: key as string },
}
const honest = {
  schemaVersion: 2,
  mediaType: manifestMediaType,
  config: { mediaType: configMediaType, digest: digestOf(configText) as string, size: configText.length },
  layers: [layer],
  annotations: { [fingerprintAnnotation]: fingerprint as string },
}

/** A registry with that manifest under the name, and that config. */
function registryOf(manifest: unknown, config: string): RegistryClient {
  const bytes = Buffer.from(JSON.stringify(manifest))
  const cannot = () => Promise.reject(new Error('nobody should ask for this'))
  return {
    fetchManifest: cannot,
    findManifest: () => Promise.resolve({ mediaType: manifestMediaType, digest: digestOf(bytes), bytes }),
    headManifest: cannot,
    putManifest: cannot,
    checkPush: cannot,
    uploadBlob: cannot,
    openBlob: () => Promise.resolve(Readable.from([])),
    readBlob: () => Promise.resolve(Buffer.from(config)),
    hasBlob: () => Promise.resolve(true),
  }
}

/** What is taken of an image: all of it, or layers by their keys. */
async function takenOf(manifest: unknown, config = configText): Promise<{ whole: boolean; layers: number }> {
  const log = jest.spyOn(process.stdout, 'write').mockReturnValue(true)
  try {
    const registry = registryOf(manifest, config)
    const request = { platforms: [platform], tags: [], push: false, cacheFrom: [name] }
    const [earlier] = await findEarlierImages(request, { registry })
    const whole = await takeUnchanged(earlier, fingerprint, platform, { registry })
    const layers = await openEarlierLayers(earlier, platform, 'zstd', { registry })
    return { whole: whole !== undefined, layers: (await layers.find([key])).size }
  } finally {
    log.mockRestore()
  }
}

const nothing = { whole: false, layers: 0 }

test('an honest one is taken', async () => {
  expect(await takenOf(honest)).toEqual({ whole: true, layers: 1 })
})

describe('in its manifest', () => {
  test.each<[string, object, { whole: boolean; layers: number }]>([
    ['that is no manifest', { schemaVersion: 2 }, nothing],
    ['that is both an image and an index', { ...honest, manifests: [] }, nothing],
    ['with annotations that are no texts', { ...honest, annotations: { [fingerprintAnnotation]: 1 } }, nothing],
    ['without a fingerprint', { ...honest, annotations: {} }, nothing],
    ['of another fingerprint', { ...honest, annotations: { [fingerprintAnnotation]: 'x' } }, { whole: false, layers: 1 }],
    ['with a config of another kind', { ...honest, config: { ...honest.config, mediaType: 'text/plain' } }, nothing],
    ['with a digest that is none', { ...honest, layers: [{ ...layer, digest: 'sha256:../../x' }] }, nothing],
    ['with a size below zero', { ...honest, layers: [{ ...layer, size: -1 }] }, nothing],
    ['with a size that is text', { ...honest, layers: [{ ...layer, size: '5' }] }, nothing],
    ['with a layer more than its config', { ...honest, layers: [layer, layer] }, nothing],
    ['with a layer of an unknown kind', { ...honest, layers: [{ ...layer, mediaType: 'x/y' }] }, nothing],
    // Its key says zstd: engines would unpack it as something else.
    ['with a layer of another compression', { ...honest, layers: [{ ...layer, mediaType: layerMediaTypes.gzip }] }, { whole: true, layers: 0 }],
    ['with a layer of another key', { ...honest, layers: [{ ...layer, annotations: { [layerKeyAnnotation]: 'x' } }] }, { whole: true, layers: 0 }],
  ])('%s', async (_, manifest, taken) => {
    expect(await takenOf(manifest)).toEqual(taken)
  }) // prettier-ignore
})

test.each([
  ['that is none', '{}'],
  ['of another architecture', configText.replace('amd64', 'arm64')],
  ['of another system', configText.replace('linux', 'windows')],
  ['whose diff ID is none', configText.replace(digestOf('1'), 'sha256:1')],
  ['whose history is no list', configText.replace('[{"comment":"micromamba-image-action"}]', '{"0":1}')],
  ['that is not JSON', configText.slice(1)],
])('in its config, %s: nothing is taken', async (_, config) => {
  expect(await takenOf(honest, config)).toEqual(nothing)
})

describe("in a layer's facts", () => {
  const packages = [
    { name: 'python', version: '3.12.4', build: 'h1_0' },
    { name: 'tool', version: '1', build: '0' },
  ]
  const facts: LayerFacts = {
    ...claimsOf(['tool'], ['bin/tool']),
    texts: {},
    scripted: ['tool-1-0'],
    messages: {},
    distributions: [],
    python: { version: '3.12', executable: 'bin/python3.12', sitePackages: 'lib/python3.12/site-packages' },
    prefix: '/opt/conda',
    sizes: [{ name: 'tool', size: 5, needs: ['python'] }],
  }
  const python = facts.python ?? { version: '', executable: '', sitePackages: '' }

  test('honest ones are used', () => {
    expect(areFactsOf(packages, facts)).toBe(true)
    expect(areFactsOf([{ name: 'python', version: '3.13.1', build: 'h_cp313t' }], {
      ...facts,
      scripted: [], sizes: [],
      python: { version: '3.13', executable: 'bin/python3.13t', sitePackages: 'lib/python3.13t/site-packages' },
    })).toBe(true) // prettier-ignore
  })

  test.each<[string, Partial<LayerFacts>]>([
    ['of a python of another version', { python: { ...python, version: '3.11' } }],
    ['of a python elsewhere', { python: { ...python, executable: 'bin/sh' } }],
    ['of modules out of the prefix', { python: { ...python, sitePackages: '../../etc' } }],
    ['of modules at an absolute path', { python: { ...python, sitePackages: '/etc' } }],
    ['of scripts of a package that is not in it', { scripted: ['other-1-0'] }],
    ['of the size of a package that is not in it', { sizes: [{ name: 'other', size: 5, needs: [] }] }],
    ['of the size of a wheel, beside packages', { sizes: [{ name: 'pip:tool', size: 5, needs: [] }] }],
    ['of messages of a package that is not in it', { messages: { 'other-1-0': 'run me' } }],
  ])('%s, it is made again', (_, lie) => {
    expect(areFactsOf(packages, { ...facts, ...lie })).toBe(false)
  })

  test('of a python that none of its packages is, it is made again; of one that it does not tell of, too', () => {
    expect(areFactsOf(packages.slice(1), facts)).toBe(false)
    expect(areFactsOf(packages, { ...facts, python: undefined })).toBe(false) // as exact types do not allow
  })
})

describe('of its base', () => {
  const digest = digestOf('the base')
  const files = baseOf(debian)
  const base: Base = {
    image: { pinned: { ...parseReference('debian:13'), digest }, config: { os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [] } }, layers: [] },
    variables: new Map(),
    rootPrefix: '/opt/conda',
    files: () => Promise.resolve(files),
    virtualPackages: () => Promise.resolve({}),
  } // prettier-ignore
  const reader: BaseReader = {
    pin: () => Promise.resolve(`docker.io/library/debian:13@${digest}`),
    read: () => Promise.resolve(base),
  }
  const truth = {
    user: { name: 'mambauser', uid: 57439, gid: 57439, home: '/home/mambauser' },
    hasMicromamba: false,
    hasBash: true,
  }

  /** What is known of the base where an earlier image says this of it. */
  async function prepared(summary: typeof truth, user?: string) {
    const variables = inputVariables(await readInputs('action.yml'), user === undefined ? {} : { user })
    const before = { ...process.env }
    Object.assign(process.env, variables)
    const request = readRequest({ GITHUB_WORKSPACE: '/tmp' })
    process.env = before
    const honestly = await prepareBase(request, platform, [], reader, undefined)
    const { key: its } = JSON.parse(honestly.annotations[summaryAnnotation] ?? '') as { key: typeof digest }
    const annotations = { [summaryAnnotation]: formatSummary(summary, its) }
    const earlier = { annotations } as unknown as Parameters<typeof prepareBase>[4] // no more of it is looked at
    return prepareBase(request, platform, [], reader, earlier)
  }

  test.each([
    ['a user whose name ends a line', { ...truth, user: { ...truth.user, name: 'a\nroot' } }],
    ['a user below zero', { ...truth, user: { ...truth.user, uid: -1 } }],
    ['a user of half a number', { ...truth, user: { ...truth.user, gid: 0.5 } }],
    ['a home that is relative', { ...truth, user: { ...truth.user, home: 'etc' } }],
  ])('%s is none: the base is read', async (_, lie) => {
    expect((await prepared(lie)).summary).toEqual(truth)
  })

  test('a user that was not asked for is not taken', async () => {
    const lie = { ...truth, user: { name: 'root', uid: 0, gid: 0, home: '/root' } }
    expect((await prepared(lie, 'ann:1000')).summary.user).toMatchObject({ name: 'ann', uid: 1000 })
  })

  test.each([
    ['another user', { ...truth, user: { name: 'root', uid: 0, gid: 0, home: '/root' } }, 'the user root (0:0, /root) and no micromamba'],
    ['micromamba', { ...truth, hasMicromamba: true }, 'and a micromamba'],
    ['no bash', { ...truth, hasBash: false }, 'but no bash'],
  ])('%s ends the run, as soon as the base is read', async (_, lie, message) => {
    const known = await prepared(lie)
    await expect(checkSummary(known, base, undefined)).rejects.toThrow(message)
    await expect(checkSummary(known, base, undefined)).rejects.toThrow('cache-from: none')
  }) // prettier-ignore

  test('the truth does not', async () => {
    await checkSummary(await prepared(truth), base, undefined)
  })
})
