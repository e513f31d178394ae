import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { formatLock } from '../../src/lock/format.ts'
import { header, locked } from '../lock/samples.ts'

let folder: string
const lockOf = (platform: 'linux-64' | 'linux-aarch64', ...names: string[]) =>
  formatLock({
    header: { ...header, platform, specs: ['python'] },
    packages: names.map((name) => locked(`c/noarch/${name}-0.conda`)),
  })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-diff-'))
  const files = {
    'old/env.linux-64.lock': lockOf('linux-64', 'python-3.12.4', 'zlib-1.2'),
    'env.linux-64.lock': lockOf('linux-64', 'python-3.12.5', 'zlib-1.3'),
    'old/env.linux-aarch64.lock': lockOf('linux-aarch64', 'python-3.12.4'),
    'env.linux-aarch64.lock': lockOf('linux-aarch64', 'python-3.12.5'),
    'explicit.txt': `@EXPLICIT\nhttps://host/c/linux-aarch64/zlib-1.2-0.conda#${'ab'.repeat(16)}\n`,
    'broken.lock': '@EXPLICIT\nzlib\n',
  }
  for (const [name, text] of Object.entries(files))
    await writeFile(join(folder, name.replace('/', '-')), text)
})
afterAll(() => rm(folder, { recursive: true }))

async function lockDiff(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(join(process.cwd(), 'script/lock-diff'), words, { cwd: folder }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}

const pairs = [
  'old-env.linux-64.lock',
  'env.linux-64.lock',
  'old-env.linux-aarch64.lock',
  'env.linux-aarch64.lock',
]

describe('script/lock-diff', () => {
  test('tells the difference of several platforms at once', async () => {
    const { code, stdout } = await lockDiff(...pairs)
    expect(code).toBe(1)
    expect(stdout).toMatch(/^\*\*2 upgraded; `python` `3\.12\.4` → `3\.12\.5`\*\*\n/)
    expect(stdout).toContain('on linux-64 only: 1 upgraded')
  })
  test('in one line', async () => {
    expect(await lockDiff('--line', ...pairs.slice(2))).toMatchObject({
      code: 1,
      stdout: '1 upgraded; python 3.12.4 → 3.12.5\n',
    })
  })
  test('in as many characters as there may be', async () => {
    const { stdout } = await lockDiff('--limit', '300', ...pairs)
    expect(stdout.length).toBeLessThanOrEqual(301)
    expect(stdout).toContain('would not fit into 300 characters')
  })
  test("nothing, of anybody's file", async () => {
    expect(await lockDiff('explicit.txt', 'explicit.txt')).toMatchObject({
      code: 0,
      stdout: 'nothing changed\n',
    })
  })
  test.each([
    ['no files', [], 'Usage: script/lock-diff'],
    ['half a pair', ['env.linux-64.lock'], 'Usage: script/lock-diff'],
    ['a limit that is none', ['--limit', 'x', 'explicit.txt', 'explicit.txt'], 'Usage: script/lock-diff'],
    ['a file that is not there', ['explicit.txt', 'none.lock'], 'none.lock: there is no such file'],
    ['a file that is no lock', ['explicit.txt', 'broken.lock'], "broken.lock:2: 'zlib' is not the address"],
    ['an unknown option', ['--sums'], "there is no option '--sums'"],
  ])('%s: exit code 2', async (_, words, message) => {
    const { code, stderr } = await lockDiff(...words)
    expect(stderr).toContain(message)
    expect(code).toBe(2)
  })
})
