import { describe, expect, test } from '@jest/globals'
import { pythonShebang, shortenShebang } from '../../src/prefix/shebang.ts'

/** A path of `length` bytes that ends in `/python`. */
const long = (length: number) => `/${'p'.repeat(length - '//python'.length)}/python`

function shortened(content: string): string {
  return shortenShebang(Buffer.from(content, 'latin1')).toString('latin1')
}

describe('first lines that are too long', () => {
  test.each([
    ['a path', `#!${long(126)}\nrest\n`, '#!/usr/bin/env python\nrest\n'],
    ['with arguments', `#!${long(126)} -E -s\nrest`, '#!/usr/bin/env python -E -s\nrest'],
    [
      'arguments that make it so',
      `#!${long(20)} ${'x'.repeat(110)}\n`,
      `#!/usr/bin/env python ${'x'.repeat(110)}\n`,
    ],
    ['spaces before the path', `#!   ${long(126)}\n`, '#!/usr/bin/env python\n'],
    [
      'a path with an escaped space',
      `#!/${'p'.repeat(126)}/my\\ python -E\n`,
      '#!/usr/bin/env my\\ python -E\n',
    ],
    ['no newline', `#!${long(126)}`, '#!/usr/bin/env python'],
    ['bytes that are no UTF-8', `#!${long(126)} \xff\n\xfe`, '#!/usr/bin/env python \xff\n\xfe'],
  ])('%s', (_, content, expected) => {
    expect(shortened(content)).toBe(expected)
  })

  test.each([
    ['127 bytes', `#!${long(125)}\n${'x'.repeat(200)}`],
    ['127 bytes without a newline', `#!${long(125)}`],
    ['a carriage return', `#!${long(200)}\r\n`],
    ['a relative path', `#!bin/${'p'.repeat(200)}\n`],
    ['no shebang', `# ${'x'.repeat(200)}\n`],
    ['a shebang in the second line', `\n#!${long(200)}\n`],
    ['empty', ''],
  ])('left as it is: %s', (_, content) => {
    expect(shortened(content)).toBe(content)
  })
})

test.each([
  ['/opt/conda/bin/python3.12', '#!/opt/conda/bin/python3.12'],
  [long(125), `#!${long(125)}`],
  [long(126), `#!/bin/sh\n'''exec' "${long(126)}" "$0" "$@" #'''`],
  ['/opt/my conda/bin/python', `#!/bin/sh\n'''exec' "/opt/my conda/bin/python" "$0" "$@" #'''`],
])('for python at %s', (python, expected) => {
  expect(pythonShebang(python)).toBe(expected)
})
