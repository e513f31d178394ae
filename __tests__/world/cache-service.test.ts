import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { restoreCache, saveCache } from '@actions/cache'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCacheService, type CacheService } from './cache-service.ts'

let service: CacheService
let root: string
let folder: string
const before = { ...process.env }

beforeEach(async () => {
  jest.spyOn(process.stdout, 'write').mockReturnValue(true)
  root = await mkdtemp(join(tmpdir(), 'cache-service-'))
  folder = join(root, 'kept')
  await mkdir(folder)
  service = await startCacheService()
  delete process.env['GITHUB_SERVER_URL']
  Object.assign(process.env, service.environment, { RUNNER_TEMP: root, GITHUB_WORKSPACE: root })
})

afterEach(async () => {
  jest.restoreAllMocks()
  process.env = { ...before }
  await service.stop()
  await rm(root, { recursive: true })
})

async function save(key: string, content: string | Uint8Array): Promise<number> {
  await writeFile(join(folder, 'file'), content)
  return saveCache([folder], key)
}

async function restored(key: string, ...restoreKeys: string[]) {
  await rm(join(folder, 'file'), { force: true })
  const matched = await restoreCache([folder], key, restoreKeys)
  return matched === undefined ? undefined : [matched, await readFile(join(folder, 'file'), 'utf8')]
}

describe('with @actions/cache as it is', () => {
  test('what was saved is restored', async () => {
    expect(await save('key-1', 'one')).toBe(1)
    expect(await restored('key-1')).toEqual(['key-1', 'one'])
    expect(service.entries).toMatchObject([{ id: 1, key: 'key-1' }])
  })

  test('nothing is found where nothing was saved, nor for other paths', async () => {
    expect(await restored('key-1')).toBeUndefined()
    await save('key-1', 'one')
    expect(await restoreCache([root], 'key-1')).toBeUndefined()
  })

  test.each([
    ['an exact key before a newer one it begins', 'a', [], ['a', '1']],
    ['the newest that a restore key begins', 'x', ['a-'], ['a-2', '3']],
    ['restore keys in their order', 'x', ['b', 'a'], ['b', '4']],
    ['the key itself as a beginning', 'a-', [], ['a-2', '3']],
  ])('%s', async (_name, key, restoreKeys, expected) => {
    await save('a', '1')
    await save('a-1', '2')
    await save('a-2', '3')
    await save('b', '4')
    expect(await restored(key, ...restoreKeys)).toEqual(expected)
  })

  test('a key is saved once', async () => {
    await save('key-1', 'one')
    expect(await save('key-1', 'two')).toBe(-1)
    expect(await restored('key-1')).toEqual(['key-1', 'one'])
  })

  test('read only: saves are refused, and restores go on', async () => {
    await save('key-1', 'one')
    service.readOnly = true
    expect(await save('key-2', 'two')).toBe(-1)
    expect(await restored('key-2', 'key-')).toEqual(['key-1', 'one'])
  })

  test('a big entry comes in blocks, and goes out in ranges', async () => {
    const big = randomBytes(130 * 1024 * 1024)
    expect(await save('big', big)).toBe(1)
    expect(service.requests.filter((it) => it.startsWith('PUT')).length).toBeGreaterThan(2)
    await rm(join(folder, 'file'))
    expect(await restoreCache([folder], 'big')).toBe('big')
    expect(big.equals(await readFile(join(folder, 'file')))).toBe(true)
  }, 60_000)
})

test('a wrong token is refused', async () => {
  const url = `${service.environment['ACTIONS_RESULTS_URL'] ?? ''}twirp/github.actions.results.api.v1.CacheService/CreateCacheEntry`
  const answer = await fetch(url, { method: 'POST', headers: { authorization: 'Bearer other' }, body: '{}' })
  expect(answer.status).toBe(401)
})
