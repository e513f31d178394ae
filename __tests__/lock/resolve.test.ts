import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { digestOf } from '../../src/common/digest.ts'
import { resolveLock, type LockRequest, type Solution } from '../../src/lock/resolve.ts'
import type { Asked } from '../../src/lock/types.ts'
import { hex } from './samples.ts'

let folder = ''
let path = ''
let log = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resolve-'))
  path = join(folder, 'locks', 'env.lock')
  log = ''
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    log += String(text)
    return true
  })
})
afterEach(async () => {
  jest.restoreAllMocks()
  await rm(folder, { recursive: true })
})

const asked: Asked = {
  platform: 'linux-64',
  baseImage: 'docker.io/library/debian:13',
  overrides: [],
  channels: ['conda-forge'],
  specs: ['python=3.12'],
  pip: [],
}

function solution(...names: string[]): Solution {
  return {
    packages: names.map((name) => ({
      name,
      version: '1',
      build: '0',
      url: `https://host/c/noarch/${name}-1-0.conda`,
      sha256: hex,
      size: name.length,
      depends: [],
    })),
    micromambaVersion: '2.9.0',
    virtualPackages: ['__glibc=2.36'],
    baseImage: `docker.io/library/debian:13@sha256:${hex}`,
  }
}

/** Resolves, counting the solves. */
async function resolve(
  mode: LockRequest['mode'],
  more: Partial<Asked> = {},
  names = ['a', 'b'],
  secrets: string[] = [],
) {
  let solves = 0
  let earlier: Parameters<LockRequest['chooseOwnLayer']>[2]
  const result = await resolveLock(
    {
      mode,
      path,
      asked: { ...asked, ...more },
      secrets,
      chooseOwnLayer: (packages, _wheels, previous) => {
        earlier = previous
        return [...(previous?.ownLayer ?? []), packages.at(-1)?.name ?? '']
      },
    },
    () => {
      solves++
      return Promise.resolve(solution(...names))
    },
  )
  return { ...result, solves, earlier }
}

const read = () => readFile(path, 'utf8')
const longAgo = new Date(0)

describe('auto', () => {
  test('writes a lock where there is none, and uses it from then on', async () => {
    const first = await resolve('auto')
    expect(first).toMatchObject({ solves: 1, changed: true, path })
    expect(first.difference).toBeUndefined()
    expect(first.text).toBe(await read())
    expect(first.lock.packages.map(({ name, line }) => [name, line])).toEqual([
      ['a', 11],
      ['b', 12],
    ])
    expect(first.lock.header).toMatchObject({
      ...asked,
      virtualPackages: ['__glibc=2.36'],
      baseImage: solution().baseImage,
      ownLayer: ['b'],
    })

    const second = await resolve('auto')
    expect(second).toEqual({ ...first, solves: 0, changed: false, reasons: undefined })
  })
  test('solves again when something else is asked, keeps the layers, and tells what changed', async () => {
    await resolve('auto')
    const result = await resolve('auto', { specs: ['python=3.13'] }, ['a', 'c'])
    expect(result).toMatchObject({ solves: 1, changed: true })
    expect(result.earlier).toEqual({ ownLayer: ['b'], packages: ['a', 'b'], wheels: [] })
    expect(result.lock.header?.ownLayer).toEqual(['b', 'c'])
    expect(result.difference?.packages.map(({ name, kind }) => [name, kind])).toEqual([
      ['c', 'added'],
      ['b', 'removed'],
    ])
    expect(await readdir(join(folder, 'locks'))).toEqual(['env.lock'])
  })
  test("does not replace a file of somebody else's", async () => {
    await resolve('auto')
    await writeFile(path, `@EXPLICIT\nhttps://host/noarch/a-1-0.conda#${hex}\n`)
    await expect(resolve('auto')).rejects.toThrow(/nobody can tell whether it still holds\n.*frozen/)
  })
  test('refuses a lock that was damaged, with the line', async () => {
    const { text } = await resolve('auto')
    await writeFile(path, text.replace(`#sha256:${hex}`, `#sha256:${hex.slice(1)}`))
    await expect(resolve('auto')).rejects.toThrow(`${path}:11: '#sha256:`)
  })
})

describe('locked', () => {
  test('fails without a lock', async () => {
    await expect(resolve('locked')).rejects.toThrow(
      `${path}: there is no lockfile\nRun with lock-mode: update`,
    )
  })
  test('uses one that holds', async () => {
    await resolve('auto')
    expect(await resolve('locked')).toMatchObject({ solves: 0, changed: false })
  })
  test('says what differs in one that does not', async () => {
    await resolve('auto')
    await expect(resolve('locked', { specs: ['python=3.13'], channels: [] })).rejects.toThrow(
      [
        `${path}: it is not the answer to what is asked:`,
        "- the channel 'conda-forge' is gone",
        "- the spec 'python=3.13' was 'python=3.12'",
        'Run with lock-mode: update',
      ].join('\n'),
    )
  })
})

describe('frozen', () => {
  test('uses a lock of ours, whatever is asked', async () => {
    await resolve('auto')
    expect(await resolve('frozen', { specs: ['other'] })).toMatchObject({ solves: 0, changed: false })
  })
  test('uses any explicit file', async () => {
    await resolve('auto')
    await writeFile(path, `@EXPLICIT\nhttps://host/noarch/x-1-0.conda#${'ab'.repeat(16)}\n`)
    const { lock, hash } = await resolve('frozen')
    expect(lock.header).toBeUndefined()
    expect(lock.packages.map(({ name }) => name)).toEqual(['x'])
    expect((await resolve('frozen', { baseImage: 'docker.io/library/debian:12' })).hash).not.toBe(hash)
  })
  test('but none of another platform', async () => {
    await resolve('auto')
    await expect(resolve('frozen', { platform: 'linux-aarch64' })).rejects.toThrow(
      'it is for linux-64, and the image for linux-aarch64',
    )
  })
  test('fails without a lock', async () => {
    await expect(resolve('frozen')).rejects.toThrow('there is no lockfile')
  })
})

describe('what pip is asked', () => {
  const wheel = {
    name: 'tqdm',
    url: 'https://files.pythonhosted.org/packages/source/t/tqdm/tqdm-4-py3-none-any.whl',
    sha256: hex,
    requested: true,
    direct: false,
  }
  const question: Partial<Asked> = {
    pip: ['--index-url https://h/simple', '-r r.txt'],
    pipFiles: [{ path: 'r.txt', digest: digestOf('tqdm') }],
  }
  const resolved = (mode: 'auto' | 'locked' | 'update', more: Partial<Asked> = {}, wheels = [wheel]) =>
    resolveLock(
      { mode, path, asked: { ...asked, ...question, ...more }, secrets: [], chooseOwnLayer: () => [] },
      () => Promise.resolve({ ...solution('python'), pip: { version: '25.1', wheels } }),
    )

  test('is in the lock with its answer, which is used as long as it holds', async () => {
    const { lock, hash } = await resolved('auto')
    expect(lock.header).toMatchObject({ ...question, pipVersion: '25.1' })
    expect(lock.wheels).toMatchObject([{ ...wheel, kind: 'wheel', version: '4' }])
    expect(await resolved('locked')).toMatchObject({ changed: false, hash })
    expect(await resolve('frozen')).toMatchObject({ changed: false, hash })
  })
  test('is compared with what is asked now, the content of files too', async () => {
    await resolved('auto')
    const pipFiles = [{ path: 'r.txt', digest: digestOf('tqdm>4') }]
    await expect(resolved('locked', { pip: [...(question.pip ?? []), 'flask'], pipFiles })).rejects.toThrow(
      "- the pip requirement 'flask' is new\n- 'r.txt', which pip reads, has changed\n",
    )
    expect(await resolved('auto', { pipFiles })).toMatchObject({
      changed: true,
      reasons: ["'r.txt', which pip reads, has changed"],
    })
  })
  test('and a new answer, with what changed', async () => {
    await resolved('auto')
    const newer = { ...wheel, url: wheel.url.replace('tqdm-4', 'tqdm-5') }
    const { changed, difference } = await resolved('update', {}, [newer])
    expect(changed).toBe(true)
    expect(difference?.packages).toMatchObject([{ name: 'tqdm', kind: 'upgraded', asked: true }])
  })
  test('a credential in it is not written', async () => {
    const secret = { ...wheel, url: wheel.url.replace('https://', 'https://me:pw@') }
    await expect(resolved('auto', {}, [secret])).rejects.toThrow(
      'the lockfile would hold a secret on this line',
    )
    await expect(read()).rejects.toThrow('ENOENT')
  })
  test('is never left without an answer', async () => {
    await expect(resolve('auto', question)).rejects.toThrow('has no answer')
  })
})

describe('update', () => {
  test('solves though nothing else is asked', async () => {
    await resolve('auto', {}, ['a'])
    const result = await resolve('update', {}, ['a', 'b'])
    expect(result).toMatchObject({ solves: 1, changed: true })
    expect(result.difference?.packages).toMatchObject([{ name: 'b', kind: 'added', after: { size: 1 } }])
  })
  test('an unchanged lock is not written again', async () => {
    const request: LockRequest = { mode: 'update', path, asked, secrets: [], chooseOwnLayer: () => ['a'] }
    const solve = () => Promise.resolve(solution('a'))
    expect(await resolveLock(request, solve)).toMatchObject({ changed: true })
    await utimes(path, longAgo, longAgo)
    expect(await resolveLock(request, solve)).toMatchObject({
      changed: false,
      difference: { packages: [], size: 0 },
    })
    expect((await stat(path)).mtime).toEqual(longAgo)
  })
  test('replaces a lock that is broken, with a warning', async () => {
    await resolve('auto')
    await writeFile(path, 'rubbish')
    const result = await resolve('update')
    expect(result.changed).toBe(true)
    expect(result.difference).toBeUndefined()
    expect(log).toContain('::warning')
  })
})

describe('secrets', () => {
  test.each([
    ['a known one', ['https://host/hunter2/chan'], ['hunter2']],
    ['a password', ['https://me:x@host/chan'], []],
    ['a token', ['https://host/t/x/chan'], []],
  ])('%s is not written', async (_, channels, secrets) => {
    await expect(resolve('auto', { channels }, ['a'], secrets)).rejects.toThrow(
      `${path}:7: the lockfile would hold a secret on this line`,
    )
    await expect(read()).rejects.toThrow('ENOENT')
  })
  test('in a lock that is there stop the run', async () => {
    await resolve('auto', { channels: ['https://host/hunter2/chan'] })
    await expect(
      resolve('locked', { channels: ['https://host/hunter2/chan'] }, [], ['hunter2']),
    ).rejects.toThrow('would hold a secret')
  })
  test('that are ordinary words are not looked for', async () => {
    expect(await resolve('auto', {}, ['a'], ['a', 'linux'])).toMatchObject({ changed: true })
  })
})

test('a solve that fails leaves the lock as it was', async () => {
  const { text } = await resolve('auto')
  await expect(
    resolveLock({ mode: 'update', path, asked, secrets: [], chooseOwnLayer: () => [] }, () =>
      Promise.reject(new Error('unsolvable')),
    ),
  ).rejects.toThrow('unsolvable')
  expect(await read()).toBe(text)
})

test('a lock that cannot be written', async () => {
  await writeFile(join(folder, 'locks'), 'a file where the folder should be')
  await expect(resolve('auto')).rejects.toThrow(`${path}: it cannot be`)
})
