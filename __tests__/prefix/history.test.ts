import { describe, expect, test } from '@jest/globals'
import { formatHistory } from '../../src/prefix/history.ts'
import { formatState } from '../../src/prefix/state.ts'
import { lockedPackage, transcripts } from './transcripts.ts'

describe('conda-meta/history', () => {
  test.each(transcripts)('as micromamba has it, but for time and command: $name', ({ history, packages }) => {
    const specs = packages.map((path) => {
      const { name, version, build } = lockedPackage(path)
      return `${name}==${version}=${build}`
    })
    const formatted = formatHistory(
      packages.map((path) => lockedPackage(path)),
      { time: new Date(0), specs },
    )
    expect(formatted).toBe(
      history
        .replace(/^==> .* <==$/m, '==> 1970-01-01 00:00:00 <==')
        .replace(/^# cmd: .*$/m, '# cmd: micromamba create'),
    )
  })

  test('of an empty environment', () => {
    expect(formatHistory([], { time: new Date('2026-02-03T04:05:06.789+02:00') })).toBe(
      '==> 2026-02-03 02:05:06 <==\n# cmd: micromamba create\n# conda version: 3.8.0\n',
    )
  })
})

describe('conda-meta/state', () => {
  test('names in upper case, in order', () => {
    expect(JSON.parse(formatState({ path_b: '1', A: 'ünï "quoted"' }))).toEqual({
      env_vars: { A: 'ünï "quoted"', PATH_B: '1' },
    })
    expect(formatState({ b: '1', a: '2' })).toBe(
      '{\n    "env_vars": {\n        "A": "2",\n        "B": "1"\n    }\n}',
    )
  })

  test('no variables', () => {
    expect(formatState({})).toBe('{\n    "env_vars": {}\n}')
  })
})
