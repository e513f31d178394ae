import { expect, test } from '@jest/globals'
import { lineNamedIn, placeIn, requirementsText } from '../../src/pip/requirements-text.ts'

test.each([
  [[], ''],
  [[['a', 1]], 'a\n'],
  [
    [
      ['a', 3],
      ['b', 5],
    ],
    '\n\na\n\nb\n',
  ],
  [
    [
      ['a \\\n  ==1', 2],
      ['b', 3],
      ['c', 6],
    ],
    '\na \\\n  ==1\nb\n\nc\n',
  ],
  // What was given without a file has no line.
  [
    [
      ['a', 0],
      ['b', 0],
    ],
    'a\nb\n',
  ],
] as [[string, number][], string][])('each requirement at its line: %j', (requirements, text) => {
  expect(requirementsText(requirements.map(([one, line]) => ({ text: one, line })))).toBe(text)
})

test.each([
  ['-r /a/env.yaml (line 3)', { file: '/a/env.yaml', line: 3 }],
  ['b 1 (from x->-r /a b/env.yaml (line 12))', { file: '/a b/env.yaml', line: 12 }],
  ['-c pins.txt (line 1)', { file: 'pins.txt', line: 1 }],
  ["Invalid requirement: 'x=1' (from line 10 of /a/env.yaml)\nHint", { file: '/a/env.yaml', line: 10 }],
  ['-r /a/env.yaml', undefined],
])('the place in %j', (text, place) => {
  expect(placeIn(text)).toEqual(place)
})

test.each([
  ['Could not find a version that satisfies the requirement Alpha_one>=2 (from versions: none)', 5],
  ['Could not find a version that satisfies the requirement other (from alpha.one) (from versions: none)', 5],
  ["Could not open requirements file: No such file: '/srv/x/missing.txt'", 6],
  ['beta-2.0-cp311-cp311-win_amd64.whl is not a supported wheel on this platform.', 7],
  ['Invalid requirement: --no-deps alpha', 9],
  ['something else', undefined],
])('the line that is meant: %s', (said, line) => {
  const texts = [
    '',
    'alpha-one # of ours',
    '-r x/missing.txt',
    'https://host/beta-2.0-cp311-cp311-win_amd64.whl#sha256=0',
    'alpha',
    '--no-deps alpha',
  ]
  expect(
    lineNamedIn(
      said,
      texts.map((text, index) => ({ text, line: index + 4 })),
    ),
  ).toBe(line)
})
