import { describe, expect, test } from '@jest/globals'
import { parsePlatform } from '../../src/common/platform.ts'
import type { BaseReader } from '../../src/stages/base.ts'
import { companionOf, companionPath } from '../../src/stages/companion.ts'
import { header, locked } from '../lock/samples.ts'
import { pylock, wheelsOf } from '../pylock/samples.ts'

const platform = parsePlatform('linux/amd64')
const member = { name: 'web', file: 'apps/web.yaml' }
const asking = (companion: string) => ({
  workspace: '/work',
  lock: { mode: 'frozen', updateOnly: [], companion } as const,
})

test('its path is a template as that of the lockfile', () => {
  expect(companionPath(asking('locks/pylock.{name}-{platform}.toml'), member, platform)).toBe(
    '/work/locks/pylock.web-linux-64.toml',
  )
  expect(
    companionPath({ workspace: '/work', lock: { mode: 'frozen', updateOnly: [] } }, member, platform),
  ).toBeUndefined()
})

describe('the wheels', () => {
  const ladder = ['2_17', '2_28', '2_34', '2_39'].map(
    (glibc) => `a-1-cp312-cp312-manylinux_${glibc}_x86_64.whl`,
  )
  const text = pylock(
    wheelsOf('a', ...ladder),
    "[[packages]]\nname = 'mine'\ndirectory = { path = '../mine' }",
  )
  const packages = [locked('c/linux-64/python-3.12.4-0.conda')]
  /** A base of which nothing else is asked. */
  const bases = {
    pin: () => Promise.resolve('pinned'),
    read: () => Promise.resolve({ virtualPackages: () => Promise.resolve({ __glibc: '2.36' }) }),
  } as unknown as BaseReader

  const wheels = async (
    lock: Parameters<NonNullable<ReturnType<typeof companionOf>>['read']>[1],
    overrides = {},
  ) => {
    const companion = companionOf(asking('locks/pylock.toml'), member, platform, {
      ...{ lockFile: '/work/env.lock', overrides, bases },
    })
    return companion?.read(text, lock)
  }

  test("fit the C library that the lockfile was solved for, else the one that is given, else the base's", async () => {
    const glibc = { __glibc: '2.39' }
    expect(await wheels({ header, packages, wheels: [] }, glibc)).toMatchObject([{ fileName: ladder[1] }, {}])
    expect(await wheels({ packages, wheels: [] }, glibc)).toMatchObject([{ fileName: ladder[3] }, {}])
    expect(await wheels({ packages, wheels: [] }, { __glibc: '' })).toMatchObject([
      { fileName: ladder[0] },
      {},
    ])
    expect(await wheels({ packages, wheels: [] })).toMatchObject([{ fileName: ladder[2] }, {}])
  })

  test('are called by where they stand, and paths begin where those of the lockfile do', async () => {
    const own = await wheels({ packages, wheels: [] })
    expect(own?.[1]).toMatchObject({ url: 'file:mine', lockFile: 'locks/pylock.toml', line: 13 })
    expect((await wheels({ header, packages, wheels: [] }))?.[1]).toMatchObject({ url: 'file:../mine' })
  })
})
