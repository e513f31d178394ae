import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { runCommand } from '../../src/common/command.ts'

let folder = ''
let log = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'command-'))
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

async function script(...lines: readonly string[]): Promise<string> {
  const path = join(folder, 'a "b\\c d', 'program')
  await mkdir(join(path, '..'))
  await writeFile(path, ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 })
  return path
}

const withoutDebug = () => log.replace(/^::debug::.*\n/gm, '')

test('what a program writes comes back, from any path, and is not in the log', async () => {
  const path = await script('echo "::set-output name=a::$1 $VALUE"', 'echo two >&2', 'exit 3')
  expect(await runCommand(path, ['an argument'], { env: { VALUE: '1', NONE: undefined } })).toEqual({
    exitCode: 3,
    stdout: '::set-output name=a::an argument 1\n',
    stderr: 'two\n',
  })
  expect(withoutDebug()).toBe('')
})

test('the command line is shown when that is asked for, and nothing else', async () => {
  const path = await script('echo one', 'echo two >&2')
  await runCommand(path, ['--option', 'value'], { env: {}, shown: true })
  expect(withoutDebug()).toBe(`[command]${path} --option value\n`)
})

test('a signal leaves no exit code', async () => {
  expect((await runCommand(await script('kill -9 $$'), [], { env: {} })).exitCode).toBeUndefined()
})

test.each([
  ['is not there', undefined],
  ['cannot be started', '#!/no/such/shell\n'],
])('a program that %s', async (_, content) => {
  const path = join(folder, 'program')
  if (content !== undefined) await writeFile(path, content, { mode: 0o755 })
  await expect(runCommand(path, [], { env: {} })).rejects.toThrow(path)
})
