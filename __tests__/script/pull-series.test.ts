import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from '@jest/globals'
import {
  formatSeries,
  pullSeries,
  readSeries,
  tableIn,
  type Pull,
  type Series,
} from '../../script/lib/pull-series.ts'

let series: Series
let pulls: Pull[]

beforeAll(async () => {
  series = await readSeries()
  pulls = pullSeries(series)
})

test('the series begins with the reference workload, and has ten updates in which something changes', () => {
  const workload = readFileSync('script/lib/workload.txt', 'utf8').trim().split('\n')
  expect(Object.keys(series.packages).sort()).toEqual(workload.toSorted())
  expect(pulls).toHaveLength(10)
  const now = { ...series.packages }
  for (const { packages, removed = [] } of series.updates) {
    for (const [name, build] of Object.entries(packages)) expect(now[name]).not.toEqual(build)
    for (const name of removed) expect(now).toHaveProperty([name])
    Object.assign(now, packages)
  }
})

test('an update changes as many layers as packages at most, and pulls little besides those', () => {
  for (const { what, packages, changedBytes, layers, pulledBytes } of pulls) {
    expect([what, layers <= packages]).toEqual([what, true])
    expect([what, pulledBytes >= changedBytes]).toEqual([what, true])
    // The neighbours of a package in its layer are some megabytes.
    expect([what, pulledBytes - changedBytes <= layers * 4_000_000]).toEqual([what, true])
  }
})

test('a package that goes is pulled by nobody, and moves nobody', () => {
  const [gone] = pulls.filter((_, index) => series.updates[index]?.removed !== undefined)
  expect(gone).toMatchObject({ packages: 1, layers: 0, pulledBytes: 0 })
})

test('all ten together pull less than one would in a single layer', () => {
  const pulled = pulls.reduce((sum, { pulledBytes }) => sum + pulledBytes, 0)
  expect(pulled).toBeLessThan(Math.min(...pulls.map(({ allBytes }) => allBytes)))
})

test('docs/architecture.md has the table as script/pull-series makes it', () => {
  expect(tableIn(readFileSync('docs/architecture.md', 'utf8'))).toBe(formatSeries(pulls))
})

test('of a small series every number is right', () => {
  const own = 3_000_000
  const small: Series = {
    packages: { big: ['1', own], a: ['1', 10], b: ['1', 20] },
    updates: [
      { what: 'big', packages: { big: ['2', own + 1] } },
      { what: 'new', packages: { other: ['1', own] } },
      { what: 'gone', packages: {}, removed: ['big'] },
    ],
  }
  expect(pullSeries(small)).toEqual([
    { what: 'big', packages: 1, changedBytes: own + 1, layers: 1, pulledBytes: own + 1, allBytes: own + 31 },
    { what: 'new', packages: 1, changedBytes: own, layers: 1, pulledBytes: own, allBytes: 2 * own + 31 },
    { what: 'gone', packages: 1, changedBytes: 0, layers: 0, pulledBytes: 0, allBytes: own + 30 },
  ])
})
