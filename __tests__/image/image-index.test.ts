import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { digestOf } from '../../src/common/digest.ts'
import { parsePlatform } from '../../src/common/platform.ts'
import { assembleIndex, descriptorPlatform, indexOf } from '../../src/image/image-index.ts'
import type { Descriptor } from '../../src/oci/descriptor.ts'
import type { Image } from '../../src/oci/image.ts'

const manifestType = 'application/vnd.oci.image.manifest.v1+json'

function image(platform: string): Image {
  const bytes = Buffer.from(platform)
  const blob = { descriptor: { mediaType: manifestType, digest: digestOf(bytes), size: bytes.length }, bytes }
  return { platform: parsePlatform(platform), manifest: blob, config: blob, layers: [] }
}

test('lists the images in their order, with their platforms', () => {
  const images = [image('linux/s390x'), image('linux/arm64'), image('linux/amd64')]
  const { index, images: members } = assembleIndex(images, { b: '2', a: '1' })
  expect(members).toBe(images)
  expect(JSON.parse(index.bytes.toString())).toEqual({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      { ...images[0]?.manifest.descriptor, platform: { os: 'linux', architecture: 's390x' } },
      { ...images[1]?.manifest.descriptor, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
      { ...images[2]?.manifest.descriptor, platform: { os: 'linux', architecture: 'amd64' } },
    ],
    annotations: { a: '1', b: '2' },
  })
  expect(index.descriptor).toEqual({
    mediaType: 'application/vnd.oci.image.index.v1+json',
    digest: digestOf(index.bytes),
    size: index.bytes.length,
  })
})

test('has these bytes, and no others', () => {
  const { index } = assembleIndex([image('linux/arm64')], {})
  expect(index.bytes.toString()).toBe(
    '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[' +
      `{"mediaType":"${manifestType}","digest":"${digestOf('linux/arm64')}","size":11,` +
      '"platform":{"os":"linux","architecture":"arm64","variant":"v8"}}]}',
  )
})

test.each<[string, Parameters<typeof descriptorPlatform>[0], Descriptor['platform']]>([
  ['amd64', { os: 'linux', architecture: 'amd64' }, { os: 'linux', architecture: 'amd64' }],
  ['arm64', { os: 'linux', architecture: 'arm64' }, { os: 'linux', architecture: 'arm64', variant: 'v8' }],
  [
    'a variant of its own',
    { os: 'linux', architecture: 'arm64', variant: 'v9' },
    { os: 'linux', architecture: 'arm64', variant: 'v9' },
  ],
])('a platform: %s', (_what, platform, expected) => {
  expect(descriptorPlatform(platform)).toEqual(expected)
})

describe('the bytes', () => {
  const shuffled = (entries: [string, string][], order: number[]) =>
    Object.fromEntries(
      entries
        .map((entry, index) => [order[index] ?? 0, entry] as const)
        .sort(([a], [b]) => a - b)
        .map(([, it]) => it),
    )

  test('do not depend on the order in which annotations were put together', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), fc.string()), { selector: ([key]) => key }),
        fc.array(fc.nat()),
        (entries, order) => {
          const descriptor = image('linux/amd64').manifest.descriptor
          const [one, two] = [Object.fromEntries(entries), shuffled(entries, order)]
          expect(indexOf([{ ...descriptor, annotations: one }], one).descriptor.digest).toBe(
            indexOf([{ annotations: two, ...descriptor }], two).descriptor.digest,
          )
        },
      ),
    )
  })
})
