import { expect, test } from '@jest/globals'
import { parseRunLines } from '../../src/image/run-lines.ts'

test('a line is a command, as behind RUN in a Dockerfile', () => {
  const text = `
    python -m spacy download en
    # a comment
    apt-get update && \\
      # another, inside of a command

      apt-get install -y libgl1 \\
    && true   \t
    echo 'a\\b' "#"
    echo cut off \\
  `
  expect(parseRunLines(text)).toEqual([
    'python -m spacy download en',
    'apt-get update &&       apt-get install -y libgl1     && true',
    `echo 'a\\b' "#"`,
    'echo cut off',
  ])
})

test.each(['', '\n \n', '# nothing\n'])('%j is none', (text) => {
  expect(parseRunLines(text)).toEqual([])
})

test('instructions of a Dockerfile are refused with what to write', () => {
  expect(() => parseRunLines('RUN pip list')).toThrow("Write 'pip list'.")
  expect(() => parseRunLines('COPY . /app')).toThrow("'copy'")
})
