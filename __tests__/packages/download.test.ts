import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { UserError } from '../../src/common/errors.ts'
import { parsePackageLine } from '../../src/lock/package-line.ts'
import type { LockedPackage } from '../../src/lock/types.ts'
import { fetchPackages, missingTarballs, tarballName } from '../../src/packages/download.ts'
import { serveFiles, type FileServer } from '../world/file-server.ts'

const hash = (algorithm: string, bytes: Uint8Array) => createHash(algorithm).update(bytes).digest('hex')
/** Bytes that differ everywhere, so that none can be taken for another. */
function content(size: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(size)
  for (let index = 0; index < size; index++) bytes[index] = (index * 31) ^ (index >> 8) ^ (index >> 16) ^ seed
  return bytes
}

let server: FileServer
let files: Map<string, Uint8Array>
let root: string
let directory: string
let log: string
const environment = { ...process.env }

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'download-'))
  directory = join(root, 'packages')
  files = new Map()
  server = await serveFiles(({ path }) => files.get(path))
  process.env['MICROMAMBA_IMAGE_RETRY_SECONDS'] = '0'
  log = ''
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    log += String(text)
    return true
  })
})
afterEach(async () => {
  jest.restoreAllMocks()
  process.env = { ...environment }
  await server.stop()
  await rm(root, { recursive: true })
})

/** Puts an archive into the channel, and gives its line in the lock. */
function publish(
  name: string,
  bytes: Uint8Array,
  options: { line?: number; algorithm?: 'md5' | 'sha256'; channel?: string } = {},
): LockedPackage {
  const { line = 7, algorithm = 'sha256', channel = server.url } = options
  const path = `/linux-64/${name}-1.0-0.conda`
  files.set(path, bytes)
  return { ...parsePackageLine(`${channel}${path}#${hash(algorithm, bytes)}`, false), line }
}

const plain = (url: URL) => ({ url, headers: {} })

function fetch(packages: readonly LockedPackage[], authorize = plain) {
  return fetchPackages(packages, directory, { lockFile: 'env.linux-64.lock', authorize })
}

async function failure(promise: Promise<unknown>): Promise<UserError> {
  const error: unknown = await promise.catch((thrown: unknown) => thrown)
  if (!(error instanceof UserError)) throw new Error(`not a UserError: ${String(error)}`)
  return error
}

describe('fetchPackages', () => {
  it('brings archives, in the order of the packages, and says what they come to', async () => {
    const archives = Array.from({ length: 12 }, (_, index) => content(1000 * (12 - index), index))
    const packages = archives.map((bytes, index) => publish(`p${index}`, bytes))
    const fetched = await fetch(packages)
    expect(fetched).toEqual(
      packages.map((locked, index) => {
        const bytes = archives[index] ?? Buffer.alloc(0)
        return {
          locked,
          file: join(directory, `sha256-${hash('sha256', bytes)}.conda`),
          sha256: hash('sha256', bytes),
          md5: hash('md5', bytes),
          size: bytes.length,
          from: 'channel',
        }
      }),
    )
    for (const [index, { file }] of fetched.entries()) {
      expect((await readFile(file)).equals(archives[index] ?? Buffer.alloc(0))).toBe(true)
    }
    expect(log).toContain(`12 packages: 12 from ${new URL(server.url).host} (78 kB)`)
  })

  it('checks a package by md5 where the lock has no better', async () => {
    const bytes = content(100)
    const [fetched] = await fetch([publish('old', bytes, { algorithm: 'md5' })])
    expect(fetched).toMatchObject({ sha256: hash('sha256', bytes), md5: hash('md5', bytes) })
    expect(await readdir(directory)).toEqual([`md5-${hash('md5', bytes)}.conda`])
  })

  it('does not ask for what is on this machine', async () => {
    const packages = [publish('a', content(10, 1)), publish('b', content(10, 2))]
    await fetch(packages)
    expect((await fetch(packages)).map(({ from }) => from)).toEqual(['disk', 'disk'])
    expect(server.requests).toHaveLength(2)
    expect(log).toContain('2 packages: 2 on this machine already (20 B)')
  })

  it('brings what did not come right once more, as what ends early and looks whole', async () => {
    const bytes = content(1000)
    const locked = publish('a', bytes)
    server.disturb = ({ before }) => (before === 0 ? { status: 200, body: 'the beginning' } : undefined)
    await fetch([locked])
    expect(log).toContain('a-1.0-0.conda did not come as the lockfile has it, and is fetched again')
    expect(await readdir(directory)).toEqual([tarballName(locked)])
  })

  it.each([
    [{ 'content-type': 'text/html; charset=utf-8' }, 'it came as a web page'],
    [{ 'content-encoding': 'gzip' }, 'it came in the encoding gzip, which was not asked for'],
  ])('says what is strange about an answer with %j', async (headers, words) => {
    const locked = publish('a', content(1000))
    server.disturb = () => ({ status: 200, headers, body: '<html>Please log in.</html>' })
    const { message } = await failure(fetch([locked]))
    expect(message).toContain(words)
    expect(await readdir(directory)).toEqual([])
  })

  it('replaces what is damaged on this machine', async () => {
    const locked = publish('a', content(10))
    await mkdir(directory)
    await writeFile(join(directory, tarballName(locked)), 'damaged')
    const [fetched] = await fetch([locked])
    expect(fetched?.from).toBe('channel')
    expect(await readFile(fetched?.file ?? '')).toEqual(content(10))
    expect(log).toContain('::warning::a-1.0-0.conda was damaged on this machine')
  })

  it('reads a channel in a folder', async () => {
    const channel = pathToFileURL(root).href
    const locked = publish('a', content(10), { channel })
    const error = await failure(fetch([locked]))
    expect(error.message).toContain(`env.linux-64.lock:7: ${locked.url.href}: it cannot be read: `)
    expect(error.message).toContain('ENOENT')
    await mkdir(join(root, 'linux-64'))
    await writeFile(join(root, 'linux-64/a-1.0-0.conda'), content(10))
    expect(await fetch([locked])).toMatchObject([{ from: 'channel', size: 10 }])
    expect(log).toContain(`1 package: 1 from ${channel}`)
  })

  it('does not take a package that cannot be read for one that is gone', async () => {
    const locked = publish('a', content(10), { channel: pathToFileURL(root).href })
    await mkdir(join(root, 'linux-64/a-1.0-0.conda'), { recursive: true })
    expect((await failure(fetch([locked]))).message).toMatch(/EISDIR[^]*readable for the user of the job/)
  })

  it('sends what opens the channel', async () => {
    const locked = publish('a', content(10))
    const seen: (string | undefined)[] = []
    server.disturb = ({ headers }) => {
      seen.push(headers.authorization)
      return undefined
    }
    await fetch([locked], (url) => ({ url, headers: { authorization: 'Bearer x' } }))
    expect(seen).toEqual(['Bearer x'])
  })
})

describe('a download that breaks off', () => {
  // Enough for most of it to have arrived when the connection breaks.
  const size = 3_000_000
  const cut = { cutAfter: 1_000_000 }

  it('goes on where it ended', async () => {
    const locked = publish('big', content(size))
    server.disturb = ({ before }) => (before < 2 ? cut : undefined)
    expect(await fetch([locked])).toMatchObject([{ size }])
    expect(server.requests.map(({ status, range }) => [status, range !== undefined])).toEqual([
      [200, false],
      [206, true],
      [206, true],
    ])
    expect(server.requests.at(-1)?.bytes).toBeLessThan(size)
  })

  it('begins anew when the file is another one by then', async () => {
    const locked = publish('big', content(size))
    const path = locked.url.pathname
    const good = content(size)
    files.set(path, content(size, 2))
    server.disturb = ({ before }) => {
      if (before === 0) return cut
      files.set(path, good)
      return undefined
    }
    expect(await fetch([locked])).toMatchObject([{ sha256: hash('sha256', good) }])
    expect(server.requests.map(({ status }) => status)).toEqual([200, 200])
  })

  it.each([
    [
      'a part that was not asked for',
      { status: 206, headers: { 'content-range': 'bytes 5-9/3000000' }, body: 'wrong' },
    ],
    ['a part of it does not know where', { status: 206, body: 'wrong' }],
    ['that there is no such part', { status: 416 }],
  ])('begins anew when the server answers %s', async (_, answer) => {
    const locked = publish('big', content(size))
    server.disturb = ({ before }) => [cut, answer][before]
    expect(await fetch([locked])).toMatchObject([{ size }])
    expect(server.requests.at(-1)).toMatchObject({ status: 200, bytes: size })
    expect(server.requests.at(-1)).not.toHaveProperty('range')
  })

  it('is given up after five tries, and leaves nothing', async () => {
    const locked = publish('big', content(size))
    server.disturb = () => ({ cutAfter: 10 })
    const error = await failure(fetch([locked]))
    expect(error.message).toContain('it cannot be had')
    expect(error.line).toBe(7)
    expect(server.requests).toHaveLength(5)
    expect(await readdir(directory)).toEqual([])
  })
})

describe('a package that cannot be had', () => {
  it.each([
    [404, 'the channel no longer has it (404)\nUpdate the lockfile'],
    [410, 'the channel no longer has it (410)\nUpdate the lockfile'],
    [401, 'the channel refused it (401)\nGive credentials'],
    [403, 'the channel refused it (403)\nGive credentials'],
    [400, 'the channel answered 400\n'],
    [503, 'it cannot be had: the server answered 503\n'],
  ])('with status %i names the line of the lock', async (status, message) => {
    const locked = publish('gone', content(10), { line: 12 })
    server.disturb = () => ({ status })
    const error = await failure(fetch([locked]))
    expect(error.message).toContain(`env.linux-64.lock:12: ${locked.url.href}: ${message}`)
    expect(error).toMatchObject({ file: 'env.linux-64.lock', line: 12 })
  })

  it('does not show what opens the channel', async () => {
    const locked = publish('gone', content(10))
    server.disturb = () => ({ status: 404 })
    const error = await failure(
      fetch([locked], (url) => ({ url: new URL(`/t/secret${url.pathname}`, url), headers: {} })),
    )
    expect(error.message).not.toContain('secret')
  })

  it.each(['sha256', 'md5'] as const)('has another %s than the lock says', async (algorithm) => {
    const locked = publish('replaced', content(10), { algorithm })
    files.set(locked.url.pathname, content(10, 2))
    const error = await failure(fetch([locked]))
    expect(error.message).toContain(
      `its ${algorithm} is ${hash(algorithm, content(10, 2))}, and the lockfile says ${hash(algorithm, content(10))}`,
    )
    expect(await readdir(directory)).toEqual([])
  })
})

it('missingTarballs gives the packages whose archives are not there', async () => {
  const [a, b] = [publish('a', content(10, 1)), publish('b', content(10, 2))]
  expect(await missingTarballs([a, b], directory)).toEqual([a, b])
  await fetch([b])
  expect(await missingTarballs([a, b], directory)).toEqual([a])
})
