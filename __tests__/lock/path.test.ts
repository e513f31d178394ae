import { expect, test } from '@jest/globals'
import { lockPath } from '../../src/lock/resolve.ts'

const place = {
  environmentFile: '/srv/apps/web.yaml',
  platform: 'linux-aarch64',
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

test.each([
  ['{nmae}.lock', "'{nmae}' stands for nothing"],
  ['{toString}.lock', "'{toString}' stands for nothing"],
  ['locks/', 'is a folder'],
])('%s is refused', (template, message) => {
  expect(() => lockPath({ ...place, template })).toThrow(message)
  expect(() => lockPath({ ...place, template })).toThrow("input 'lock-file': ")
})
