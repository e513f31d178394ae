import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { metadata } from '../../src/action/outputs.ts'
import { digestedName, type Result } from '../../src/action/result.ts'
import { digestOf } from '../../src/common/digest.ts'
import { parsePlatform } from '../../src/common/platform.ts'
import { parseReference } from '../../src/registry/registry.ts'

const blob = (text: string) => {
  const bytes = Buffer.from(text)
  return { descriptor: { mediaType: 'text/plain', digest: digestOf(bytes), size: bytes.length }, bytes }
}

const result: Result = {
  artifact: {
    platform: parsePlatform('linux/arm64'),
    manifest: blob('manifest'),
    config: blob('config'),
    layers: [],
  },
  bases: ['docker.io/library/debian:13@sha256:0'],
  tags: [parseReference('ghcr.io/org/app:1'), parseReference('ghcr.io/org/app:2')],
  pushed: true,
  locks: [{ file: 'env.linux-aarch64.lock', hash: 'sha256:1', changed: true, packages: 3 }],
  cache: { hit: false, primaryKey: 'key' },
  reused: false,
  bytesPushed: 0,
}

test("metadata has the keys of docker/build-push-action's, and ours in a place of their own", () => {
  expect(metadata(result)).toEqual({
    'containerimage.digest': digestOf('manifest'),
    'containerimage.config.digest': digestOf('config'),
    'containerimage.descriptor': {
      mediaType: 'text/plain',
      digest: digestOf('manifest'),
      size: 8,
      platform: { os: 'linux', architecture: 'arm64' },
    },
    'image.name': 'ghcr.io/org/app:1,ghcr.io/org/app:2',
    'micromamba-image': {
      locks: [{ file: 'env.linux-aarch64.lock', hash: 'sha256:1', changed: true }],
      bases: ['docker.io/library/debian:13@sha256:0'],
      images: [
        { platform: 'linux/arm64', digest: digestOf('manifest'), config: digestOf('config'), layers: [] },
      ],
    },
  })
})

test('the image by digest goes by the first of its names', () => {
  expect(digestedName(result)).toBe(`ghcr.io/org/app@${digestOf('manifest')}`)
  expect(digestedName({ ...result, tags: [] })).toBeUndefined()
})

test('every output that action.yml declares is set, and no other', () => {
  const action = parse(readFileSync('action.yml', 'utf8')) as { outputs: Record<string, unknown> }
  const source = readFileSync('src/action/outputs.ts', 'utf8')
  const set = [...source.matchAll(/setOutput\(\s*'([^']+)'/g)].map(([, name]) => name)
  expect([...new Set(set)].sort()).toEqual(Object.keys(action.outputs).sort())
})
