import { describe, expect, test } from '@jest/globals'
import { messageOf, UserError } from '../../src/common/errors.ts'
import { foreignLines, foreignText, withoutCommands } from '../../src/common/foreign.ts'

/** What the runner would obey in a text that is written to the log. */
const commandsIn = (text: string) =>
  text.split(/\r\n|[\n\r]/).filter((line) => line.trimStart().startsWith('::') || line.includes('##['))

describe('foreign text', () => {
  test.each([
    ['no such thing', 'no such thing'],
    ['denied\n::set-output name=digest::x', 'denied ::set-output name=digest::x'],
    ['denied\r::add-mask::a', 'denied ::add-mask::a'],
    ['a\r\n\t b\u0085c\u2028d\u0000', 'a  b c d'],
    ['\u001b[31mred\u001b[0m', '[31mred [0m'],
    ['see ##[add-path]/tmp', 'see ## [add-path]/tmp'],
    ['', ''],
  ])('%j is one line', (text, line) => {
    expect(foreignText(text)).toBe(line)
    expect(commandsIn(`it said: ${foreignText(text)}`)).toEqual([])
  })

  test('is cut where nobody would read on', () => {
    expect(foreignText('x'.repeat(3000))).toBe(`${'x'.repeat(2000)} …`)
  })

  test('keeps its lines behind bars', () => {
    const text = 'Could not solve\n  ::add-mask::a\r\n\r├─ python ##[error]\r::warning::b\n\n'
    expect(foreignLines(text)).toBe(
      ['| Could not solve', '|   ::add-mask::a', '|', '| ├─ python ## [error]', '| ::warning::b'].join('\n'),
    )
    expect(commandsIn(foreignLines(text))).toEqual([])
  })
})

describe('the last guard', () => {
  test.each(['ours alone:\n- one\n- two', 'a::b', "'::' is what it begins with"])(
    'leaves %j alone',
    (text) => {
      expect(withoutCommands(text)).toBe(text)
    },
  )
  test('every message of a UserError goes through it', () => {
    const error = new UserError('it said: a\n ::set-output name=a::b\n\u2003::add-mask::c', {
      advice: 'Mend it.\r::error::d ##[add-path]e',
    })
    expect(commandsIn(error.message)).toEqual([])
    expect(error.message).toContain('set-output')
  })
  test('what another library throws is one line', () => {
    expect(messageOf(new SyntaxError('bad\n::add-mask::a'))).toBe('bad ::add-mask::a')
    expect(messageOf('a\n::b')).toBe('a ::b')
    expect(messageOf(new UserError('ours\n- kept', { advice: 'Do it.' }))).toBe('ours\n- kept\nDo it.')
  })
})
