import { expect, test } from '@jest/globals'
import {
  sizeBars,
  sizeReport,
  type SizeFindings,
  type Weight,
} from '../../script/lib/size-compare/findings.ts'

const weight = (compressed: number): Weight => ({
  ...{ compressed, unpacked: 3 * compressed, files: 1234 },
  ...{ pull: 2, start: 0.5 },
})
const findings = (smallest?: number): SizeFindings => ({
  machine: 'a machine',
  installer: 'a stand-in',
  subjects: [
    {
      ...{ name: 'quickstart', title: 'the quickstart' },
      weights: { docker: weight(50e6), plain: weight(45e6), ...(smallest && { smallest: weight(smallest) }) },
    },
  ],
})

test('the table has a row for each way that was measured', () => {
  const lines = sizeReport(findings(20e6)).split('\n')
  expect(lines.filter((line) => line.startsWith('| the quickstart'))).toEqual([
    '| the quickstart | the Dockerfile | 50 MB | 100 % | 150 MB | 1,234 | 2.0 s | 0.50 s |',
    '| the quickstart | the action | 45 MB | 90 % | 135 MB | 1,234 | 2.0 s | 0.50 s |',
    '| the quickstart | with the sets, on distroless | 20 MB | 40 % | 60 MB | 1,234 | 2.0 s | 0.50 s |',
  ])
})

test.each([
  [20e6, [0.4]],
  [40e6, [0.8]],
  [undefined, []],
])('of %s bytes on distroless the bar sees %s of the Dockerfile’s', (smallest, values) => {
  const bars = sizeBars(findings(smallest))
  expect(bars.map(({ value }) => value)).toEqual(values)
  expect(bars.every(({ limit }) => limit === 0.6)).toBe(true)
})
