import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { formatLock } from '../../src/lock/format.ts'
import { describeLock } from '../../src/lock/report.ts'
import { resolveLock } from '../../src/lock/resolve.ts'
import { readPylock } from '../../src/pylock/read.ts'
import { pylock, wheelsOf } from '../pylock/samples.ts'
import { header, locked, lockedWheel } from './samples.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'companion-'))
})
afterEach(() => rm(folder, { recursive: true }))

const packages = [locked('c/linux-64/python-3.12.4-0.conda')]
const wheels = [
  lockedWheel('plain', 'plain-1.0-py3-none-any.whl'),
  lockedWheel('app', 'app-1.0-py3-none-any.whl'),
]
const file = pylock(
  wheelsOf('app', 'app-1.0-py3-none-any.whl'),
  wheelsOf('plain', 'plain-1.0-py3-none-any.whl'),
)

/** A lockfile, and what lies beside it. */
async function resolve(lock: string, companion?: string) {
  const [path, beside] = [join(folder, 'env.lock'), join(folder, 'pylock.toml')]
  await writeFile(path, lock)
  if (companion !== undefined) await writeFile(beside, companion)
  const request = {
    ...{ path, secrets: ['hush-hush'], chooseOwnLayer: () => [], mode: 'frozen' as const },
    asked: { platform: 'linux-64' as const, baseImage: 'docker.io/library/debian:13' },
    companion: {
      path: beside,
      read: (text: string, of: Parameters<typeof describeLock>[0]['lock']) =>
        readPylock({
          ...{ text, path: beside, file: 'pylock.toml', folder, subdir: 'linux-64', lock: of },
          glibc: () => Promise.resolve('2.28'),
        }),
    },
  }
  return resolveLock(request, () => {
    throw new Error('it is not to be solved')
  })
}

describe('a pylock.toml beside a lockfile', () => {
  test.each([
    ['of ours', { ...header, pipVersion: '25.1' }],
    ['of packages alone', undefined],
  ])('comes to what the lockfile would with these wheels: one %s', async (_, own) => {
    const lock = { ...(own && { header: own }), packages }
    const alone = formatLock(lock)
    // What others lock counts as asked for by its address.
    const archives = file.replaceAll(/wheels = \[\n\s*\{ name = '\S+', (.*) \},\n\]/g, 'archive = { $1 }')
    const both = await resolve(alone, own ? file : archives)
    const { path } = both
    await writeFile(path, formatLock({ ...lock, wheels }))
    const one = await resolveLock(
      {
        ...{ path, secrets: [], chooseOwnLayer: () => [], mode: 'frozen' },
        asked: { platform: 'linux-64', baseImage: 'docker.io/library/debian:13' },
      },
      () => {
        throw new Error('it is not to be solved')
      },
    )
    expect(one.lock.wheels).toHaveLength(2)
    expect(both.hash).toBe(one.hash)
    expect(both.changed).toBe(false)
    expect(describeLock(both, 'env.lock')).toEqual([
      'env.lock: used as it is, with pylock.toml, 1 package, 2 wheels',
    ])
  })

  test('is refused where the lockfile has wheels itself', async () => {
    await expect(resolve(formatLock({ packages, wheels }), file)).rejects.toThrow(
      /env\.lock:3: it has wheels itself, plain first, and 'pylock\.toml' has others\n/,
    )
  })

  test('has to be there', async () => {
    await expect(resolve(formatLock({ packages }))).rejects.toThrow(
      /pylock\.toml: there is no such file\nCheck 'lock-file'/,
    )
  })

  test.each(['https://ann:pw@index.example/simple', 'https://index.example/t/abc/simple', 'x?key=hush-hush'])(
    'is refused with a secret: %s',
    async (address) => {
      const text = file.replace("name = 'plain'", `name = 'plain'\nindex = '${address}'`)
      await expect(resolve(formatLock({ packages }), text)).rejects.toThrow(
        /pylock\.toml:10: it holds a secret on this line\nTake it out/,
      )
    },
  )

  test('may have folders of an index that are called t', async () => {
    const text = file.replace(
      "name = 'plain'",
      "name = 'plain'\nindex = 'https://index.example/source/t/tqdm/'",
    )
    expect((await resolve(formatLock({ packages }), text)).lock.wheels).toHaveLength(2)
  })
})
