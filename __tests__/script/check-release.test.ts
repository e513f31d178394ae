import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { run } from '../world/command.ts'

/** A repository with the script, at version 1.2.3. */
let folder: string
const git = (...words: string[]) =>
  run('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...words], { cwd: folder })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'release-'))
  await mkdir(join(folder, 'script'))
  await copyFile('script/check-release', join(folder, 'script/check-release'))
  await writeFile(
    join(folder, 'package.json'),
    '{\n  "name": "a",\n  "version": "1.2.3",\n  "type": "module"\n}\n',
  )
  await writeFile(
    join(folder, 'CHANGELOG.md'),
    '# Changelog\n\n## 1.2.30\n\n- later\n\n## 1.2.3 (2026-11-27)\n\n### Fixed\n\n- a fault\n\n## 1.2.2\n\n- before\n',
  )
  await git('init', '--quiet', '--initial-branch=main')
  await git('add', '.')
  await git('commit', '--quiet', '--message=one')
  await git('tag', 'v1.2.3')
})
afterAll(() => rm(folder, { recursive: true }))

function check(tag: string): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(join(folder, 'script/check-release'), [tag], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}

test('a release is its section of the changelog', async () => {
  expect(await check('v1.2.3')).toEqual({ code: 0, stdout: '\n### Fixed\n\n- a fault\n', stderr: '' })
})

test.each([
  ['v1.2', "error: 'v1.2' is no tag of a release: those are vX.Y.Z\n"],
  ['v1.2.3-rc.1', "error: 'v1.2.3-rc.1' is no tag of a release: those are vX.Y.Z\n"],
  ['v1.2.4', 'error: package.json has the version 1.2.3, and the tag says 1.2.4\n'],
])('%s cannot be released', async (tag, stderr) => {
  expect(await check(tag)).toEqual({ code: 1, stdout: '', stderr })
})

test('nor can a commit that is not on main, or one that the tag does not name', async () => {
  await git('commit', '--quiet', '--allow-empty', '--message=two')
  expect((await check('v1.2.3')).stderr).toBe('error: what is checked out is not what v1.2.3 names\n')
  await git('checkout', '--quiet', '--detach')
  await git('commit', '--quiet', '--allow-empty', '--message=aside')
  await git('tag', '--force', 'v1.2.3')
  expect((await check('v1.2.3')).stderr).toBe('error: v1.2.3 is not on main\n')
})

test('nor a version that the changelog says nothing of', async () => {
  await git('checkout', '--quiet', 'main')
  await writeFile(join(folder, 'CHANGELOG.md'), '## 1.2.3\n\n## 1.2.2\n\n- before\n')
  await git('tag', '--force', 'v1.2.3')
  expect((await check('v1.2.3')).stderr).toBe("error: CHANGELOG.md says nothing below '## 1.2.3'\n")
})
