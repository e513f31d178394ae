import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { judge } from '../../script/lib/faults/judge.ts'
import { machineCases } from '../../script/lib/faults/machine.ts'
import { startStand, type Stand } from '../../script/lib/faults/stand.ts'

/** The few of `script/faults` that are faults of the machine; the nightly run has all. */

let stand: Stand
beforeAll(async () => {
  stand = await startStand()
})
afterAll(() => stand.stop())

const cases = machineCases().filter(({ usual = false }) => usual)

test.each(cases.map((one) => [`${one.fault} @ ${one.stage}`, one] as const))('%s', async (name, one) => {
  const { objections, log } = await judge(one, stand, name.toLowerCase().replace(/[^a-z0-9]+/g, '-'))
  expect(objections.length === 0 || `${objections.join('; ')}\n${log}`).toBe(true)
})
