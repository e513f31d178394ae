import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { UserError } from '../../src/common/errors.ts'
import { makeScratch, removeAllScratch, removeScratch, withScratch } from '../../src/common/scratch.ts'

let folder = ''
const before = process.env['RUNNER_TEMP']
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scratch-'))
  process.env['RUNNER_TEMP'] = join(folder, 'temp')
})
afterEach(async () => {
  if (before === undefined) delete process.env['RUNNER_TEMP']
  else process.env['RUNNER_TEMP'] = before
  await rm(folder, { recursive: true })
})

test('a folder is made in the temporary one, be that not there yet, and removed', async () => {
  const made = makeScratch('a-')
  expect(await readdir(join(folder, 'temp'))).toEqual([made.slice(join(folder, 'temp/').length)])
  await removeScratch(made)
  const work = withScratch('b-', async (path) => {
    await writeFile(join(path, 'file'), '')
    throw new Error('it went wrong')
  })
  await expect(work).rejects.toThrow('it went wrong')
  expect(await readdir(join(folder, 'temp'))).toEqual([])
})

test('all go at once, with what is in them, wherever they are', async () => {
  await writeFile(join(makeScratch('a-'), 'file'), '')
  makeScratch(join(folder, '.elsewhere-'))
  removeAllScratch()
  expect(await readdir(folder)).toEqual(['temp'])
  expect(await readdir(join(folder, 'temp'))).toEqual([])
})

test('what is still written into one is not what went wrong, and goes in the end', async () => {
  const made = makeScratch('a-')
  const loop = 'while true; do mkdir -p "$0"; : >"$0/$((n++))"; done'
  const writing = spawn('bash', ['-c', loop, join(made, 'late')], { stdio: 'ignore' })
  const ended = once(writing, 'close')
  try {
    await once(writing, 'spawn')
    const work = async () => {
      try {
        await new Promise((resolve) => setTimeout(resolve, 50))
        throw new Error('it went wrong')
      } finally {
        await removeScratch(made)
      }
    }
    await expect(work()).rejects.toThrow('it went wrong')
  } finally {
    writing.kill()
    await ended
  }
})

test('a temporary folder that cannot be written is named', async () => {
  await writeFile(join(folder, 'temp'), 'a file')
  expect(() => makeScratch('a-')).toThrow(UserError)
  expect(() => makeScratch('a-')).toThrow(
    `${folder}/temp: the folder for temporary files cannot be written: `,
  )
})
