import { createHash } from 'node:crypto'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { knownChecksums } from '../../src/micromamba/known-checksums.ts'
import { startReleaseMirror, type MirrorOptions, type ReleaseMirror } from './micromamba/mirror.ts'

let mirror: ReleaseMirror | undefined
afterEach(() => mirror?.stop())

async function get(path: string): Promise<{ status: number; content: string }> {
  const response = await fetch(`${mirror?.url ?? ''}/${path}`)
  return { status: response.status, content: await response.text() }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

describe('the stand-in, as a release', () => {
  const start = async (options?: MirrorOptions) => (mirror = await startReleaseMirror(options))
  // A machine with a real one would have it served.
  const real = process.env['MICROMAMBA_EXE']
  beforeAll(() => {
    delete process.env['MICROMAMBA_EXE']
  })
  afterAll(() => {
    if (real !== undefined) process.env['MICROMAMBA_EXE'] = real
  })

  test('by version, and as the newest, with its checksum', async () => {
    const { version } = await start()
    expect(version).toMatch(/^2\.9\.0-\d+$/)
    expect(knownChecksums[version]).toBeUndefined()
    const { content } = await get(`${version}/micromamba-linux-64`)
    expect(content).toContain('version=2.9.0\n')
    expect(await get(`${version}/micromamba-linux-64.sha256`)).toEqual({
      status: 200,
      content: sha256(content),
    })
    expect(await get('latest/download/micromamba-osx-arm64')).toEqual({ status: 200, content })
  })

  test('and no other', async () => {
    const { version } = await start({ version: '2.7.1-3' })
    expect(version).toBe('2.7.1-3')
    expect((await get('2.7.1-3/micromamba-linux-aarch64')).content).toContain('version=2.7.1\n')
    expect((await get('2.9.0-0/micromamba-linux-64')).status).toBe(404)
    expect((await get('2.7.1-3/micromamba-linux-s390x')).status).toBe(404)
  })

  test('with another checksum, or none', async () => {
    const wrong = await start({ checksum: 'wrong' })
    const { content } = await get(`${wrong.version}/micromamba-linux-64`)
    const checksum = await get(`${wrong.version}/micromamba-linux-64.sha256`)
    expect(checksum.content).toMatch(/^[0-9a-f]{64}$/)
    expect(checksum.content).not.toBe(sha256(content))
    await wrong.stop()
    const { version } = await start({ checksum: 'missing' })
    expect((await get(`${version}/micromamba-linux-64.sha256`)).status).toBe(404)
  })
})

describe('a real one, named by MICROMAMBA_EXE', () => {
  let folder: string
  const before = process.env['MICROMAMBA_EXE']
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mirror-'))
    process.env['MICROMAMBA_EXE'] = join(folder, 'micromamba')
    await writeFile(join(folder, 'micromamba'), '#!/bin/sh\necho 3.1.4\n')
    await chmod(join(folder, 'micromamba'), 0o755)
  })
  afterAll(async () => {
    if (before === undefined) delete process.env['MICROMAMBA_EXE']
    else process.env['MICROMAMBA_EXE'] = before
    await rm(folder, { recursive: true })
  })

  test('is served for every platform, under its own version and a build number that no release has', async () => {
    mirror = await startReleaseMirror()
    expect(mirror.version).toBe('3.1.4-999')
    for (const subdir of ['linux-64', 'linux-aarch64', 'linux-ppc64le', 'osx-arm64']) {
      expect((await get(`3.1.4-999/micromamba-${subdir}`)).content).toBe('#!/bin/sh\necho 3.1.4\n')
    }
    expect((await get('3.1.4-0/micromamba-linux-64')).status).toBe(404)
  })
})
