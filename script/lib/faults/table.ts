import type { Verdict } from './types.ts'

const signs = { survived: 's', refused: 'r', wrong: 'X' } as const

/** Faults by stages: two signs a cell, for once and for ever. */
export function formatTable(verdicts: readonly Verdict[]): string {
  const stages = [...new Set(verdicts.map((it) => it.case.stage))]
  const faults = [...new Set(verdicts.map((it) => it.case.fault))]
  const signOf = (fault: string, stage: string, times: string) => {
    const found = verdicts.find(
      (it) => it.case.fault === fault && it.case.stage === stage && it.case.times === times,
    )
    return found ? signs[found.kind] : ' '
  }
  const widest = Math.max(...faults.map((fault) => fault.length))
  const rows = faults.map((fault) => {
    const cells = stages.map((stage) => {
      const cell = signOf(fault, stage, 'once') + signOf(fault, stage, 'for ever')
      return cell.trim() === '' ? ' · ' : `${cell} `
    })
    return `${fault.padEnd(widest)} ${cells.map((cell) => cell.padStart(4)).join('')}`
  })
  const numbers = stages.map((_, index) => String(index + 1).padStart(3) + ' ').join('')
  const legend = stages.map((stage, index) => `${index + 1} ${stage}`)
  const count = (kind: Verdict['kind']) => verdicts.filter((it) => it.kind === kind).length
  return [
    `${' '.repeat(widest)} ${numbers}`,
    ...rows,
    '',
    `Once and for ever: s survived, r refused clearly, X wrong. Stages: ${legend.join('; ')}.`,
    `${verdicts.length} cases: ${count('survived')} survived, ${count('refused')} refused clearly, ${count('wrong')} wrong.`,
  ].join('\n')
}

/** What is wrong, one a line. */
export function formatWrong(verdicts: readonly Verdict[]): string {
  return verdicts
    .filter(({ kind }) => kind === 'wrong')
    .map(
      ({ case: { fault, stage, times }, objections }) =>
        `wrong: ${fault} @ ${stage}, ${times}: ${objections.join('; ')}`,
    )
    .join('\n')
}
