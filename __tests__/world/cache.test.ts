import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { cachedFolder, exists, worldCache } from './cache.ts'
import { inTurn } from './turn.ts'

/** Of this test alone, in a folder that others write to as well. */
const name = `test-${process.pid}`

afterEach(async () => {
  const own = (await readdir(worldCache)).filter((entry) => entry.includes(name))
  for (const entry of own) await rm(join(worldCache, entry), { recursive: true })
})

const write = (content: string) => (folder: string) => writeFile(join(folder, 'file'), content)
const content = async (folder: string) => readFile(join(folder, 'file'), 'utf8')

describe('cachedFolder', () => {
  test('builds once', async () => {
    const first = await cachedFolder(name, ['a'], write('first'))
    const second = await cachedFolder(name, ['a'], write('second'))
    expect(second).toBe(first)
    expect(await content(second)).toBe('first')
  })

  test('builds anew from other ingredients', async () => {
    const folders = [
      await cachedFolder(name, ['a', 'b'], write('1')),
      await cachedFolder(name, ['ab'], write('2')),
    ]
    expect(await Promise.all(folders.map(content))).toEqual(['1', '2'])
  })

  test('leaves nothing behind when it fails, and builds the next time', async () => {
    const failing = cachedFolder(name, [], async (folder) => {
      await write('half')(folder)
      throw new Error('interrupted')
    })
    await expect(failing).rejects.toThrow('interrupted')
    expect((await readdir(worldCache)).filter((entry) => entry.includes(name))).toEqual([])
    expect(await content(await cachedFolder(name, [], write('whole')))).toBe('whole')
  })

  test('two that want it at once get one that was built once, and whole', async () => {
    let builds = 0
    const build = async (folder: string) => {
      builds++
      await write('half')(folder)
      await new Promise((resolve) => setTimeout(resolve, 20))
      await write('whole')(folder)
    }
    const [one, two] = await Promise.all([cachedFolder(name, [], build), cachedFolder(name, [], build)])
    expect(two).toBe(one)
    expect(await content(one)).toBe('whole')
    expect(builds).toBe(1)
  })
})

test('a turn that another process has is over when that process is', async () => {
  const script = `
    import { inTurn } from ${JSON.stringify(join(import.meta.dirname, 'turn.ts'))}
    await inTurn('${name}', () => new Promise(() => {
      console.log('mine')
      setTimeout(() => {}, 60_000)
    }))`
  const other = spawn(process.execPath, ['--input-type=module', '--eval', script])
  await once(other.stdout, 'data')
  let isKilled = false
  setTimeout(() => (isKilled = other.kill('SIGKILL')), 50)
  expect(await inTurn(name, () => Promise.resolve(isKilled))).toBe(true)
})

test('exists', async () => {
  const folder = await mkdtemp(join(worldCache, `${name}-`))
  expect([await exists(folder), await exists(join(folder, 'nothing'))]).toEqual([true, false])
})
