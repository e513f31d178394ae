import { expect, test } from '@jest/globals'
import { allCases } from '../../script/lib/faults/cases.ts'
import { runCases } from '../../script/lib/faults/run.ts'
import { formatWrong } from '../../script/lib/faults/table.ts'

/** Of the table that `script/faults` makes, the cases that each change has to pass: one of each kind, at the stages where most is at stake. */

test('what a network and a registry can do to a push ends as it should', async () => {
  const usual = allCases().filter((one) => one.usual)
  const verdicts = await runCases(usual, { jobs: 1 })
  expect(formatWrong(verdicts)).toBe('')
  expect(verdicts).toHaveLength(usual.length)
})
