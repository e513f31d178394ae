import { describe, expect, test } from '@jest/globals'
import { parsePlatform } from '../../src/common/platform.ts'
import { lockPath, refuseSharedLocks } from '../../src/lock/resolve.ts'

const place = {
  environmentFile: '/srv/apps/web.yaml',
  platform: parsePlatform('linux/arm64'),
  workspace: '/srv',
} as const

test.each([
  [undefined, '/srv/apps/web.linux-aarch64.lock'],
  ['locks/{name}-{platform}.txt', '/srv/locks/web-linux-aarch64.txt'],
  ['{platform}/{platform}.lock', '/srv/linux-aarch64/linux-aarch64.lock'],
  ['/elsewhere/fixed.lock', '/elsewhere/fixed.lock'],
])('%s', (template, path) => {
  expect(lockPath({ ...place, template })).toBe(path)
})

test('variants of one architecture, which share a subdir, have lockfiles of their own', () => {
  const platform = parsePlatform('linux/amd64/v3')
  expect(lockPath({ ...place, platform })).toBe('/srv/apps/web.linux-64-v3.lock')
  expect(lockPath({ ...place, platform, template: '{platform}.lock' })).toBe('/srv/linux-64-v3.lock')
})

test.each([
  ['{nmae}.lock', "'{nmae}' stands for nothing"],
  ['{toString}.lock', "'{toString}' stands for nothing"],
  ['locks/', 'is a folder'],
])('%s is refused', (template, message) => {
  expect(() => lockPath({ ...place, template })).toThrow(message)
  expect(() => lockPath({ ...place, template })).toThrow("input 'lock-file': ")
})

describe('one lockfile', () => {
  const use = (
    path: string,
    environmentFile: string,
    platform: 'linux-64' | 'linux-aarch64' = 'linux-64',
  ) => ({
    path,
    environmentFile,
    platform,
  })

  test('for each environment and platform is as it should be', () => {
    const uses = [
      use('/srv/a', '/srv/a.yaml'),
      use('/srv/b', '/srv/a.yaml', 'linux-aarch64'),
      use('/srv/c', '/srv/c.yaml'),
    ]
    expect(() => {
      refuseSharedLocks(uses, '/srv')
    }).not.toThrow()
  })

  test.each([
    [
      'two environments',
      [use('/srv/one.linux-64.lock', '/srv/one.yaml'), use('/srv/one.linux-64.lock', '/srv/one.yml')],
      "one.yaml and one.yml would have one lockfile, 'one.linux-64.lock'",
      '{name}',
    ],
    [
      'two platforms',
      [use('/srv/my.lock', '/srv/env.yaml'), use('/srv/my.lock', '/srv/env.yaml', 'linux-aarch64')],
      "linux-64 and linux-aarch64 would have one lockfile, 'my.lock'",
      '{platform}',
    ],
  ])('for %s is refused', (_, uses, message, advice) => {
    const attempt = () => {
      refuseSharedLocks(uses, '/srv')
    }
    expect(attempt).toThrow(`input 'lock-file': ${message}`)
    expect(attempt).toThrow(advice)
  })
})
