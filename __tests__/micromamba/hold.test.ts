import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { environmentOf } from '../../src/environment/read.ts'
import { solve, solveHolding, SolveError, type SolvedPackage } from '../../src/micromamba/solve.ts'
import { startChannel, type Channel } from '../world/channel/server.ts'
import { standInEnvironment, writeStandIn } from '../world/micromamba/stand-in.ts'

// Each solve starts a Node, and a solver in it.
jest.setTimeout(120_000)

/** `name version`, and what it depends on. */
const packages: readonly (readonly [string, ...string[]])[] = [
  ['app 1.0', 'lib 1.*'],
  ['app 2.0', 'lib 2.*'],
  ['lib 1.0'],
  ['lib 1.1'],
  ['lib 2.0'],
  ['user 1.0', 'lib <2'],
  ['user 2.0', 'lib'],
  ['tool 1.0'],
  ['tool 2.0'],
]
const everything = ['app', 'lib', 'user', 'tool']

let scratch: string
let channel: Channel
let micromamba: string
const before = { ...process.env }

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'hold-'))
  micromamba = join(scratch, 'bin/micromamba')
  await writeStandIn(micromamba)
  const records = packages.map(([text, ...depends]) => {
    const [name = '', version = ''] = text.split(' ')
    const record = { name, version, build: 'h0_0', build_number: 0, depends, subdir: 'noarch' }
    return [`${name}-${version}-h0_0.conda`, { ...record, sha256: 'ab'.repeat(32), size: 1 }] as const
  })
  await mkdir(join(scratch, 'channel/noarch'), { recursive: true })
  const repodata = { info: { subdir: 'noarch' }, packages: {}, 'packages.conda': Object.fromEntries(records) }
  await writeFile(join(scratch, 'channel/noarch/repodata.json'), JSON.stringify(repodata))
  channel = await startChannel({ folder: join(scratch, 'channel') })
  Object.assign(process.env, standInEnvironment)
})
afterAll(async () => {
  process.env = before
  await channel.stop()
  await rm(scratch, { recursive: true, force: true })
})

const held = (...texts: string[]) =>
  texts.map((text) => {
    const [name = '', version = ''] = text.split(' ')
    return { name, version, build: 'h0_0' }
  })

async function hold(specs: readonly string[], ...texts: string[]) {
  const { packages: solved, couldNotStay } = await solveHolding(held(...texts), (pins) =>
    solve(
      { path: micromamba },
      { environment: environmentOf(specs, [channel.url]), platform: 'linux-64', virtualPackages: {}, pins },
    ),
  )
  return { solved: solved.map(({ name, version }) => `${name} ${version}`).sort(), couldNotStay }
}

describe('with a solver', () => {
  test('nothing is held: the newest', async () => {
    expect(await hold(everything)).toEqual({
      solved: ['app 2.0', 'lib 2.0', 'tool 2.0', 'user 2.0'],
      couldNotStay: [],
    })
  })
  test('what is held stays, what is not is updated', async () => {
    expect(await hold(everything, 'app 1.0', 'lib 1.0', 'user 1.0')).toEqual({
      solved: ['app 1.0', 'lib 1.0', 'tool 2.0', 'user 1.0'],
      couldNotStay: [],
    })
  })
  test('what stands in the way moves and is named, and no more than that', async () => {
    expect(await hold([...everything, 'app >1'], 'lib 1.0', 'user 1.0', 'tool 1.0')).toEqual({
      solved: ['app 2.0', 'lib 2.0', 'tool 1.0', 'user 2.0'],
      couldNotStay: ['lib', 'user'],
    })
  })
  test('what is not needed any more goes all the same', async () => {
    expect(await hold(['tool'], 'app 1.0', 'lib 1.0', 'tool 1.0')).toEqual({
      solved: ['tool 1.0'],
      couldNotStay: [],
    })
  })
  test('what its channel does not have any more moves', async () => {
    expect(await hold(['app', 'tool'], 'tool 0.9', 'lib 1.0')).toEqual({
      solved: ['app 1.0', 'lib 1.0', 'tool 2.0'],
      couldNotStay: ['tool'],
    })
  })
  test('what cannot be solved in any case is said as ever', async () => {
    await expect(hold(['app >2'], 'tool 1.0')).rejects.toThrow(/cannot be solved for linux-64:\n.*app >2/s)
  })
})

/** A solver with one rule, and an explanation that names more than what is in the way. */
function solverWhere(isSolvable: (names: readonly string[]) => boolean, explanation: string) {
  const runs: string[][] = []
  return {
    runs,
    solve: (pins: readonly string[]): Promise<SolvedPackage[]> => {
      const names = pins.map((pin) => pin.split(' ')[0] ?? '')
      runs.push(names)
      if (!isSolvable(names)) return Promise.reject(new SolveError('unsolvable', explanation))
      return Promise.resolve(
        ['a', 'b', 'c', 'd'].map((name) => ({
          name,
          version: names.includes(name) ? '1' : '2',
          build: 'h0_0',
          url: '',
          sha256: '',
          size: 1,
          depends: [],
        })),
      )
    },
  }
}

describe('with an explanation that tells little', () => {
  const all = held('a 1', 'b 1', 'c 1', 'd 1')
  test('what went without need is put back', async () => {
    const { solve: solver } = solverWhere(
      (names) => !names.includes('c'),
      'pin on a 1, pin on b 1 and pin on c 1 are not installable',
    )
    expect(await solveHolding(all, solver)).toMatchObject({ couldNotStay: ['c'] })
  })
  test('where no pin is named, the packages that are', async () => {
    const { solve: solver } = solverWhere((names) => !names.includes('b'), 'b 2 is in the way')
    expect(await solveHolding(all, solver)).toMatchObject({ couldNotStay: ['b'] })
  })
  test('where nothing is named, all go and what can be comes back', async () => {
    const { solve: solver, runs } = solverWhere((names) => !names.includes('d'), '')
    expect(await solveHolding(all, solver)).toMatchObject({ couldNotStay: ['d'] })
    expect(runs.length).toBeLessThan(8)
  })
  test('anything else than a conflict is thrown at once', async () => {
    const failure = new SolveError('channel', 'no answer')
    await expect(solveHolding(all, () => Promise.reject(failure))).rejects.toBe(failure)
  })
})
