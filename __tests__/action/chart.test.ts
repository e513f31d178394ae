import { expect, test } from '@jest/globals'
import { sizeChart } from '../../src/action/chart.ts'
import { imageOf, layer } from './sample.ts'

test('the base is one slice, then the biggest layers, then the rest', () => {
  const layers = [
    layer('ADD rootfs.tar', 20_000_000, 'base'),
    layer('RUN something', 10_000_000, 'base'),
    ...Array.from({ length: 12 }, (_, index) => layer(`packages ${index + 1}/32`, 2_000_000 + index)),
    layer('small', 300_000),
    layer('python', 31_500_000, 'reused'),
  ]
  expect(sizeChart(imageOf(layers)).split('\n')).toEqual([
    '```mermaid',
    'pie showData title MB by layer',
    '    "the base" : 30',
    '    "python" : 31.5',
    ...[12, 11, 10, 9, 8, 7, 6].map((number) => `    "packages ${number}/32" : 2`),
    '    "6 smaller layers" : 10.3',
    '```',
  ])
})

test('what is in no slice, and what could end a label, is left out', () => {
  const evil = 'a"b\n```\n<script>%%{init}%%'
  const chart = sizeChart(imageOf([layer(evil, 5_000_000), layer('nothing', 100)]))
  expect(chart.split('\n')).toEqual([
    '```mermaid',
    'pie showData title MB by layer',
    '    "abscriptinit" : 5',
    '```',
  ])
  expect(sizeChart(imageOf([]))).toBe('')
})
