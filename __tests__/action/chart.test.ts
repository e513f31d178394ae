import { expect, test } from '@jest/globals'
import { sizeChart } from '../../src/action/chart.ts'
import type { Figures, PackageFigure } from '../../src/size/types.ts'

const one = (name: string, compressed: number): PackageFigure => ({ name, compressed, exact: true })

function figures(base: number, packages: readonly PackageFigure[], others: Figures['others'] = []): Figures {
  const all = [...packages, ...others].reduce((sum, { compressed }) => sum + compressed, base)
  return {
    compressed: all,
    base: { name: 'the base', compressed: base, layers: 2 },
    environments: [{ name: 'base', packages, isGuessed: false }],
    others,
  }
}

test('the base is one slice, then the biggest packages and other layers, then the rest', () => {
  const packages = [
    ...Array.from({ length: 12 }, (_, index) => one(`package${index + 1}`, 2_000_000 + index)),
    one('small', 300_000),
    one('python', 31_500_000),
  ]
  expect(sizeChart(figures(30_000_000, packages, [one('micromamba', 5_000_000)])).split('\n')).toEqual([
    '```mermaid',
    'pie showData title MB, compressed',
    '    "the base" : 30',
    '    "python" : 31.5',
    '    "micromamba" : 5',
    ...[12, 11, 10, 9, 8, 7].map((number) => `    "package${number}" : 2`),
    '    "7 more" : 12.3',
    '```',
  ])
})

test('packages of several environments have its name before them', () => {
  const { environments, ...rest } = figures(0, [one('python', 9_000_000)])
  const both = { ...rest, environments: [...environments, { ...environments[0], name: 'gpu' }] } as Figures
  expect(sizeChart(both)).toContain('"gpu: python" : 9')
})

test('what is in no slice, and what could end a label, is left out', () => {
  const evil = 'a"b\n```\n<script>%%{init}%%'
  const chart = sizeChart(figures(0, [one(evil, 5_000_000), one('nothing', 100)]))
  expect(chart.split('\n')).toEqual([
    '```mermaid',
    'pie showData title MB, compressed',
    '    "abscriptinit" : 5',
    '```',
  ])
  expect(sizeChart(figures(0, []))).toBe('')
})
