import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { loadState, saveState } from '../../src/action/state.ts'
import { parseRecords } from '../../script/lib/workflow-commands.ts'

let folder: string
const before = { ...process.env }
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'state-'))
  Object.assign(process.env, { RUNNER_TEMP: folder, GITHUB_STATE: join(folder, 'state') })
})
afterAll(async () => {
  process.env = before
  await rm(folder, { recursive: true })
})

test.each([1, 2, 5000])(
  'the names of %i archives come to the post step, in variables that a program can be started with',
  async (count) => {
    await writeFile(join(folder, 'state'), '')
    const files = Array.from(
      { length: count },
      (_, index) => `sha256-${String(index).padStart(64, '0')}.conda`,
    )
    const state = { directory: '/temp/packages', key: 'downloads-linux-64-1', files }
    saveState(state)
    for (const [name, value] of Object.entries(parseRecords(await readFile(join(folder, 'state'), 'utf8')))) {
      expect(value.length).toBeLessThan(128 * 1024)
      process.env[`STATE_${name}`] = value
    }
    expect(loadState()).toEqual(state)
    expect(await readdir(folder)).toEqual(['state'])
  },
)
