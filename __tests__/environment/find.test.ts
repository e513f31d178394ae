import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { findEnvironmentFile } from '../../src/environment/read.ts'

let workspace = ''
beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'find-'))
})
afterEach(() => rm(workspace, { recursive: true }))

async function withFiles(...names: string[]) {
  await Promise.all(names.map((name) => writeFile(join(workspace, name), '')))
}

describe('the default', () => {
  test.each([
    [['env.yaml'], 'env.yaml'],
    [['env.yaml', 'environment.yml'], 'env.yaml'],
    [['environment.yml'], 'environment.yml'],
    [['environment.yaml'], 'environment.yaml'],
    [['env.yml'], 'env.yml'],
  ])('of %j is %s', async (names, expected) => {
    await withFiles(...names)
    for (const input of [undefined, 'env.yaml']) {
      expect(await findEnvironmentFile(input, workspace)).toBe(join(workspace, expected))
    }
  })
  test('is not guessed among several', async () => {
    await withFiles('environment.yml', 'env.yml')
    await expect(findEnvironmentFile(undefined, workspace)).rejects.toThrow(
      /^input 'environment-file': .*environment\.yml and env\.yml could both be meant\nName the file\.$/,
    )
  })
  test('says what was looked for', async () => {
    await expect(findEnvironmentFile(undefined, workspace)).rejects.toThrow(
      /none of env\.yaml, environment\.yml, environment\.yaml, env\.yml in/,
    )
  })
})

describe('a file that is named', () => {
  test('is relative to the workspace', async () => {
    await mkdir(join(workspace, 'deep'))
    await withFiles('deep/my.yaml')
    expect(await findEnvironmentFile('deep/my.yaml', workspace)).toBe(join(workspace, 'deep', 'my.yaml'))
  })
  test('has no substitute', async () => {
    await withFiles('environment.yml')
    await expect(findEnvironmentFile('my.yaml', workspace)).rejects.toThrow(/there is no file '.*my\.yaml'/)
  })
  test('is no folder', async () => {
    await mkdir(join(workspace, 'my.yaml'))
    await expect(findEnvironmentFile('my.yaml', workspace)).rejects.toThrow(/there is no file/)
  })
})
