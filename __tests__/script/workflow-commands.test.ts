import { describe, expect, test } from '@jest/globals'
import { LogRenderer, parseCommand, parseRecords } from '../../script/lib/workflow-commands.ts'

test.each([
  ['::group::Solving', { name: 'group', message: 'Solving', properties: {} }],
  [
    '::error title=a%3A b,file=env.yaml,line=3::one%0Atwo, 100%25',
    {
      name: 'error',
      message: 'one\ntwo, 100%',
      properties: { title: 'a: b', file: 'env.yaml', line: '3' },
    },
  ],
  // An escaped percent sign is no beginning of another escape.
  ['::notice::%250A', { name: 'notice', message: '%0A', properties: {} }],
  ['::warning file=C:\\x::a::b', { name: 'warning', message: 'a::b', properties: { file: 'C:\\x' } }],
  ['std::vector::size', undefined],
  [' ::group::not at the beginning', undefined],
])('%s', (line, expected) => {
  expect(parseCommand(line)).toEqual(expected)
})

describe('the log', () => {
  const rendered = (lines: string[], options?: { debug: boolean }) => {
    const renderer = new LogRenderer(new Set(), options)
    return lines.map((line) => renderer.render(line)).filter((line) => line !== undefined)
  }

  test('shows groups and annotations for people', () => {
    const lines = ['::group::Solving', 'text', '::endgroup::', '::warning file=a,line=2::slow']
    expect(rendered(lines)).toEqual(['▸ Solving', 'text', 'warning: a:2: slow'])
  })

  test('names a place once', () => {
    expect(rendered(['::error file=a,line=2::a:2: wrong'])).toEqual(['error: a:2: wrong'])
  })

  test('shows debug lines only when asked', () => {
    expect(rendered(['::debug::detail'])).toEqual([])
    expect(rendered(['::debug::detail'], { debug: true })).toEqual(['debug: detail'])
  })

  test('hides secrets, the longer first, and each line of one', () => {
    const lines = ['::add-mask::pass', '::add-mask::password', 'a password, a pass', '::error::pass']
    expect(rendered(lines)).toEqual(['a ***, a ***', 'error: ***'])
    expect(rendered(['::add-mask::one%0Atwo', 'two one'])).toEqual(['*** ***'])
  })

  test('takes lines as they are between stop-commands and its word', () => {
    const lines = ['::stop-commands::word', '::error::x', '::word::', '::error::y']
    expect(rendered(lines)).toEqual(['::error::x', 'error: y'])
  })
})

test('records: single lines, several lines, the last of a name', () => {
  expect(parseRecords('a=1=2\nb<<END\nx\n\ny=z\nEND\na=3\nempty=\n')).toEqual({
    a: '3',
    b: 'x\n\ny=z',
    empty: '',
  })
})

test.each([
  ['neither', 'not of the form'],
  ['a<<END\nx\n', "the value of 'a' has no end"],
])('records refused: %j', (text, message) => {
  expect(() => parseRecords(text)).toThrow(message)
})
