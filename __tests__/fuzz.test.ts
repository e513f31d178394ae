import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, jest, test } from '@jest/globals'
import { fuzz } from '../script/lib/fuzz/run.ts'
import { targets } from '../script/lib/fuzz/targets/all.ts'

/** Inputs that once broke a reader: a folder for each, texts as JSON. */
const kept = join(import.meta.dirname, 'data/fuzz')

// The long run is the nightly one, script/fuzz.
const inputs = 150

describe.each(targets.map((target) => [target.name, target] as const))('%s', (name, target) => {
  test('no input breaks it', async () => {
    // What readers warn of.
    const log = jest.spyOn(process.stdout, 'write').mockReturnValue(true)
    const count = name.includes('against bash') ? inputs / 5 : inputs
    const { finding } = await fuzz(target, { seed: 1, inputs: count }).finally(() => {
      log.mockRestore()
    })
    expect(finding).toBeUndefined()
  })

  const folder = join(kept, name.replace(/[^\w]+/g, '-'))
  for (const file of existsSync(folder) ? readdirSync(folder) : []) {
    test(`${file} no longer breaks it`, async () => {
      const bytes = readFileSync(join(folder, file))
      const input = file.endsWith('.json') ? (JSON.parse(bytes.toString()) as string) : bytes
      await target.run(input)
    })
  }
})
