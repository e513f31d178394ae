import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { cacheKeys, restoreTarballs, saveTarballs } from '../../src/packages/tarball-cache.ts'
import { startCacheService, type CacheService } from '../world/cache-service.ts'

let service: CacheService
let root: string
let directory: string
let log: string
const environment = { ...process.env }

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tarball-cache-'))
  directory = join(root, 'packages')
  await mkdir(directory)
  log = ''
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    log += String(text)
    return true
  })
  service = await startCacheService()
  delete process.env['GITHUB_SERVER_URL']
  delete process.env['ACTIONS_CACHE_MODE']
  Object.assign(process.env, service.environment, { RUNNER_TEMP: root, GITHUB_WORKSPACE: root })
})
afterEach(async () => {
  jest.restoreAllMocks()
  process.env = { ...environment }
  await service.stop()
  await rm(root, { recursive: true })
})

const keysOf = (hash: string, platform = 'linux-64') =>
  cacheKeys('packages', platform, `sha256:${hash.repeat(64)}`)

async function put(...names: string[]) {
  for (const name of names) await writeFile(join(directory, name), `content of ${name}`)
}

async function save(hash: string, files: string[], matchedKey?: string) {
  log = ''
  await saveTarballs({
    directory,
    key: keysOf(hash).primary,
    files,
    ...(matchedKey !== undefined && { matchedKey }),
  })
}

async function restoreAnew(hash: string, platform?: string) {
  await rm(directory, { recursive: true })
  log = ''
  return restoreTarballs(directory, keysOf(hash, platform))
}

it('keys name the platform and the lock', () => {
  expect(keysOf('a')).toEqual({
    primary: `packages-linux-64-${'a'.repeat(32)}`,
    restore: ['packages-linux-64-'],
  })
})

describe('with a cache service', () => {
  it('restores what was saved', async () => {
    await put('one.conda', 'two.conda')
    await save('a', ['one.conda', 'two.conda'])
    expect(log).toContain(`Saved 2 package archives, 40 B, as ${keysOf('a').primary}`)
    expect(await restoreAnew('a')).toBe(keysOf('a').primary)
    expect((await readdir(directory)).toSorted()).toEqual(['one.conda', 'two.conda'])
    expect(await readFile(join(directory, 'one.conda'), 'utf8')).toBe('content of one.conda')
  })

  it('restores the newest of the same platform for another lock', async () => {
    await put('one.conda')
    await save('a', ['one.conda'])
    await save('b', ['one.conda'])
    expect(await restoreAnew('c')).toBe(keysOf('b').primary)
    expect(await restoreAnew('c', 'linux-aarch64')).toBeUndefined()
    expect(log).toContain(`The cache has no entry for ${keysOf('c', 'linux-aarch64').primary}`)
  })

  it("saves the lock's files only, and nothing that was half downloaded", async () => {
    await put('one.conda', 'old.conda', 'one.conda.17.part')
    await save('a', ['one.conda', 'one.conda'])
    expect(log).toContain('Saved 1 package archive, ')
    await restoreAnew('a')
    expect(await readdir(directory)).toEqual(['one.conda'])
  })

  it('saves for each use of the action in a job what is its own', async () => {
    await put('shared.conda', 'first.conda', 'second.conda')
    await save('b', ['shared.conda', 'second.conda'])
    await save('a', ['shared.conda', 'first.conda'])
    expect(await readdir(root)).not.toContain('packages-entry')
    await restoreAnew('a')
    expect((await readdir(directory)).toSorted()).toEqual(['first.conda', 'shared.conda'])
    await restoreAnew('b')
    expect((await readdir(directory)).toSorted()).toEqual(['second.conda', 'shared.conda'])
  })

  it('saves nothing when an archive is gone: an entry stays as it is for ever', async () => {
    await put('one.conda')
    await save('a', ['one.conda', 'gone.conda'])
    expect(log).toContain('was not saved: 1 of 2 package archives are no longer there.')
    expect(service.entries).toEqual([])
  })

  it('leaves what is on the machine already as it is', async () => {
    await put('one.conda', 'two.conda')
    await save('a', ['one.conda', 'two.conda'])
    await rm(join(directory, 'two.conda'))
    await writeFile(join(directory, 'one.conda'), 'verified')
    await restoreTarballs(directory, keysOf('a'))
    expect(await readFile(join(directory, 'one.conda'), 'utf8')).toBe('verified')
    expect((await readdir(directory)).toSorted()).toEqual(['one.conda', 'two.conda'])
    expect(await readdir(root)).not.toContain('packages-entry')
  })

  it('does not save what was restored', async () => {
    await put('one.conda')
    await save('a', ['one.conda'], keysOf('a').primary)
    expect(log).toContain('The cache has')
    expect(service.requests).toEqual([])
  })

  it('has nothing to save when no archive is there', async () => {
    await save('a', ['one.conda'])
    expect(log).toContain('There are no package archives to save.')
    await rm(directory, { recursive: true })
    await save('a', ['one.conda'])
    expect(log).toContain('There are no package archives to save.')
    expect(service.entries).toEqual([])
  })

  it('says that another job was faster', async () => {
    await put('one.conda')
    await save('a', ['one.conda'])
    await save('a', ['one.conda'])
    expect(log).toContain('was not saved: another job has saved it, or this job may only read the cache')
    expect(service.entries).toHaveLength(1)
  })

  it('says that it may only read, without failing', async () => {
    service.readOnly = true
    await put('one.conda')
    await save('a', ['one.conda'])
    expect(log).toContain('may only read the cache')
    expect(log).not.toContain('::error')
  })

  it.each(['none', 'read'])('does not write where the mode of the cache is %s', async (mode) => {
    process.env['ACTIONS_CACHE_MODE'] = mode
    await put('one.conda')
    await save('a', ['one.conda'])
    expect(service.entries).toEqual([])
    expect(log).not.toContain('::error')
  })
})

describe('without a cache service', () => {
  it.each(['restore', 'save'])('says so: %s', async (what) => {
    delete process.env['ACTIONS_RESULTS_URL']
    delete process.env['ACTIONS_CACHE_URL']
    await put('one.conda')
    if (what === 'save') await save('a', ['one.conda'])
    else expect(await restoreAnew('a')).toBeUndefined()
    expect(log).toContain('There is no cache service here')
    expect(log).not.toContain('::warning')
  })

  it('that answers goes on without it', async () => {
    process.env['ACTIONS_RUNTIME_TOKEN'] = 'of somebody else'
    await put('one.conda')
    await save('a', ['one.conda'])
    expect(await restoreAnew('a')).toBeUndefined()
    expect(log).not.toContain('::error')
  })
})
