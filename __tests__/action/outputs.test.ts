import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { parse } from 'yaml'
import { placeMetadata, variableLimit } from '../../src/action/metadata-file.ts'
import { metadata } from '../../src/action/outputs.ts'
import { digestedName, type Result } from '../../src/action/result.ts'
import { writeSummary } from '../../src/action/summary.ts'
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
    manifest: blob('{}'),
    config: blob('config'),
    layers: [],
  },
  bases: ['docker.io/library/debian:13@sha256:0'],
  tags: [parseReference('ghcr.io/org/app:1'), parseReference('ghcr.io/org/app:2')],
  pushed: true,
  locks: [
    {
      environment: 'base',
      asked: ['python'],
      file: 'env.linux-aarch64.lock',
      hash: 'sha256:1',
      changed: true,
      packages: 3,
    },
  ],
  cache: { hit: false, primaryKey: 'key' },
  reused: false,
  bytesPushed: 0,
  seconds: 1,
}

test("metadata has the keys of docker/build-push-action's, and ours in a place of their own", () => {
  expect(metadata(result)).toEqual({
    'containerimage.digest': digestOf('{}'),
    'containerimage.config.digest': digestOf('config'),
    'containerimage.descriptor': {
      mediaType: 'text/plain',
      digest: digestOf('{}'),
      size: 2,
      platform: { os: 'linux', architecture: 'arm64' },
    },
    'image.name': 'ghcr.io/org/app:1,ghcr.io/org/app:2',
    'micromamba-image': {
      locks: [{ file: 'env.linux-aarch64.lock', hash: 'sha256:1', changed: true }],
      bases: ['docker.io/library/debian:13@sha256:0'],
      images: [{ platform: 'linux/arm64', digest: digestOf('{}'), config: digestOf('config'), layers: [] }],
    },
  })
})

test('the image by digest goes by the first of its names', () => {
  expect(digestedName(result)).toBe(`ghcr.io/org/app@${digestOf('{}')}`)
  expect(digestedName({ ...result, tags: [] })).toBeUndefined()
})

test('every output that action.yml declares is set, and no other', () => {
  const action = parse(readFileSync('action.yml', 'utf8')) as { outputs: Record<string, unknown> }
  const source = readFileSync('src/action/outputs.ts', 'utf8')
  const set = [...source.matchAll(/setOutput\(\s*'([^']+)'/g)].map(([, name]) => name)
  expect([...new Set(set)].sort()).toEqual(Object.keys(action.outputs).sort())
})

describe('metadata for a variable', () => {
  let log = ''
  let place = ''
  beforeEach(() => {
    log = ''
    place = mkdtempSync(join(tmpdir(), 'outputs-'))
    process.env['RUNNER_TEMP'] = place
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      log += String(text)
      return true
    })
  })
  afterEach(() => {
    jest.restoreAllMocks()
    delete process.env['RUNNER_TEMP']
    rmSync(place, { recursive: true, force: true })
  })

  const layers = (count: number) => ({
    'containerimage.digest': 'sha256:0',
    'micromamba-image': {
      bases: [],
      images: [{ platform: 'linux/amd64', layers: Array(count).fill('x'.repeat(100)) }],
    },
  })

  test('is on one line, with a file that holds the same', () => {
    const { text, file = '' } = placeMetadata(layers(3))
    expect(text).toBe(JSON.stringify(layers(3)))
    expect(readFileSync(file, 'utf8')).toBe(text)
    expect(log).toBe('')
  })

  test('leaves out layers where a program with it could not be started; the file has them', () => {
    const { text, file = '' } = placeMetadata(layers(5000))
    expect(JSON.parse(text)).toEqual({
      'containerimage.digest': 'sha256:0',
      'micromamba-image': { bases: [], images: [{ platform: 'linux/amd64' }] },
    })
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(layers(5000))
    expect(log).toContain("::warning::The output 'metadata' leaves out details")
  })

  test('the largest that is given whole can be handed to a program', () => {
    const text = 'x'.repeat(variableLimit)
    expect(
      execFileSync('sh', ['-c', 'echo ${#IMAGE_METADATA}'], {
        env: { ...process.env, IMAGE_METADATA: text },
      }).toString(),
    ).toBe(`${variableLimit}\n`)
  })

  test('is given without a file where none can be written', () => {
    rmSync(place, { recursive: true })
    expect(placeMetadata(layers(1))).toEqual({ text: JSON.stringify(layers(1)) })
    expect(log).toContain("::warning::The file of the output 'metadata-file' could not be written")
  })

  describe('the summary', () => {
    const layer = {
      descriptor: blob('layer').descriptor,
      diffId: digestOf('layer'),
      createdBy: 'a package',
      from: 'built' as const,
      open: () => Promise.reject(new Error('nobody reads it')),
    }
    const large: Result = {
      ...result,
      artifact: {
        index: blob('index'),
        images: Array.from({ length: 160 }, () => ({
          platform: parsePlatform('linux/arm64'),
          manifest: blob('{}'),
          config: blob('config'),
          layers: Array<typeof layer>(100).fill(layer),
        })),
      },
    }
    const summaryOf = async (of: Result, before = '') => {
      const file = join(place, 'summary')
      writeFileSync(file, before)
      process.env['GITHUB_STEP_SUMMARY'] = file
      try {
        await writeSummary(of)
        return readFileSync(file, 'utf8')
      } finally {
        delete process.env['GITHUB_STEP_SUMMARY']
      }
    }

    test('has all where there is room', async () => {
      const text = await summaryOf(result, 'before')
      expect(text).toMatch(/^before<h2>Container image/)
      expect(text).toContain(digestOf('{}'))
      expect(text).toContain('linux/arm64: 0 layers')
      expect(text).not.toContain('no room')
    })

    test('is cut where GitHub would show none of it', async () => {
      const text = await summaryOf(large, 'x'.repeat(100_000))
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1024 * 1024)
      expect(Buffer.byteLength(text)).toBeGreaterThan(1000 * 1024)
      expect(text).toContain(digestOf('index'))
      expect(text).toMatch(/\d+ tables have no room here/)
    })

    test('that cannot be written is a warning: the image is made', async () => {
      process.env['GITHUB_STEP_SUMMARY'] = join(place, 'no/such/file')
      await writeSummary(result)
      delete process.env['GITHUB_STEP_SUMMARY']
      expect(log).toContain('::warning::The job summary could not be written: ')
    })
  })
})
