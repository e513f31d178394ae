import { afterEach, describe, expect, test } from '@jest/globals'
import { readAnnotations } from '../../src/action/annotations.ts'

const environment = { ...process.env }
afterEach(() => {
  process.env = { ...environment }
})

function read(lines: string[], ...present: Parameters<typeof readAnnotations>[0]) {
  process.env['INPUT_ANNOTATIONS'] = lines.join('\n')
  return readAnnotations(present)
}
const all = ['manifest', 'index', 'manifest-descriptor'] as const

test('levels say whose they are; without one they are the manifest and the index', () => {
  const lines = [
    '# comment',
    'a=1',
    'manifest:b=2',
    'index:c=3',
    'manifest-descriptor:d=4',
    'manifest,index:e=x=y:z',
  ]
  expect(read(lines, ...all)).toEqual({
    manifest: { a: '1', b: '2', e: 'x=y:z' },
    index: { a: '1', c: '3', e: 'x=y:z' },
    descriptor: { d: '4' },
    misplaced: [],
  })
})

test('of a level that the run has no document of, nothing is kept in silence', () => {
  expect(read(['a=1', 'manifest,index:b=2', 'index-descriptor:c=3'], 'manifest')).toEqual({
    manifest: { a: '1', b: '2' },
    index: {},
    descriptor: {},
    misplaced: ['index:b', 'index-descriptor:c'],
  })
})

test('without a value there is none, but for one that a manifest would have otherwise', () => {
  expect(read(['a=', 'index:b=', 'manifest-descriptor:c='], ...all)).toMatchObject({
    manifest: { a: '' },
    index: {},
    descriptor: {},
  })
})

describe('what is refused', () => {
  test.each([
    ['image:a=1', "'image' in 'image:a' is no level"],
    ['manifest,:a=1', "'' in 'manifest,:a' is no level"],
    ['org.example:a=1', "'org.example' in"],
    ['manifest[linux/amd64]:a=1', 'is a level of one platform'],
    ['manifest:=1', "'manifest:' has no key"],
  ])('%s', (line, message) => {
    expect(() => read([line], ...all)).toThrow(`input 'annotations': `)
    expect(() => read([line], ...all)).toThrow(message)
  })
})
