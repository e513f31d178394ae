import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { zstdDecompressSync } from 'node:zlib'
import { afterAll, describe, expect, test } from '@jest/globals'
import { extract } from 'tar-stream'
import { digestOf } from '../../src/common/digest.ts'
import { runJob } from '../../src/layers/job.ts'
import {
  findLeftOut,
  formatLeftOut,
  parseLeftOut,
  sameLeftOut,
  type LeftOut,
} from '../../src/layers/left-out.ts'
import { collect } from './collect.ts'
import { jobOf, jobPackage } from './packages.ts'

const directory = mkdtempSync(join(tmpdir(), 'left-out-'))
afterAll(() => {
  rmSync(directory, { recursive: true })
})

describe('a layer', () => {
  const context = { prefix: '/opt/conda', rootPrefix: '/opt/conda' }

  async function pack(exclude: readonly string[]) {
    const first = await jobPackage('first', [
      { name: 'lib/z.so', content: 'library' },
      { name: 'lib/z.a', content: 'archive' },
      { name: 'lib/also.so', type: 'link', linkname: 'lib/z.a' },
      { name: 'lib/soft.so', type: 'symlink', linkname: 'z.a' },
      { name: 'share/doc/z/README', content: 'read' },
      { name: 'share/doc/z/LICENSE', content: 'may' },
      { name: 'share/both', content: 'of first' },
      { name: 'etc/conda/activate.d/z.sh', content: 'export Z=1' },
    ])
    const second = await jobPackage('second', [
      { name: 'share/both', content: 'of second' },
      { name: 'share/man/man1/second.1', content: 'page' },
    ])
    const job = jobOf([first, second], join(directory, 'layer'))
    const packed = await runJob({ ...job, context: { ...context, ...(exclude.length > 0 && { exclude }) } })
    const files = new Map<string, string>()
    for await (const entry of Readable.from([zstdDecompressSync(readFileSync(job.file))]).pipe(extract())) {
      const content = (await collect(entry as AsyncIterable<Uint8Array>)).toString()
      const { linkname } = entry.header
      files.set(entry.header.name.replace('opt/conda/', ''), linkname ? linkname : content)
    }
    return { ...packed, files }
  }

  test('has what no pattern speaks of; directories of which nothing is left are not made', async () => {
    const [whole, less] = [await pack([]), await pack(['@static', '@docs', '/share/both'])]
    const gone = [...whole.files.keys()].filter((path) => !less.files.has(path))
    expect(gone.sort()).toEqual([
      'lib/z.a',
      'share/both',
      'share/doc/z/README',
      'share/man/',
      'share/man/man1/',
      'share/man/man1/second.1',
    ])
    // A hard link to what is left out has the content, a soft one leads nowhere; licences stay.
    expect([less.files.get('lib/also.so'), less.files.get('lib/soft.so')]).toEqual(['archive', 'z.a'])
    expect(less.files.get('share/doc/z/LICENSE')).toBe('may')
    // The records say what the packages are.
    for (const dist of ['first-1.0-0', 'second-1.0-0']) {
      const record = `conda-meta/${dist}.json`
      expect(less.files.get(record)).toBe(whole.files.get(record))
    }
    expect(less.leftOut.patterns.map(({ pattern, files }) => [pattern, files])).toEqual([
      ['@static', 1],
      ['@docs', 2],
      ['/share/both', 1],
    ])
  })

  test('is the same where patterns do the same, or nothing', async () => {
    const [whole, idle] = [await pack([]), await pack(['@tests', '*.lib'])]
    expect([idle.layer.diffId, idle.facts]).toEqual([whole.layer.diffId, whole.facts])
    expect(idle.leftOut).toEqual({ sets: ['@static', '@docs'], patterns: [] })
    const [set, pattern] = [await pack(['@static']), await pack(['lib/*.a', '@tests'])]
    expect(pattern.layer.diffId).toBe(set.layer.diffId)
    expect(pattern.leftOut.paths).toBe(set.leftOut.paths)
    expect(pattern.facts).toEqual(set.facts)
  })

  test('has no activation that is left out, for whoever asks', async () => {
    expect(Object.keys((await pack([])).facts.texts)).toEqual(['etc/conda/activate.d/z.sh'])
    const { facts, files } = await pack(['etc/conda/activate.d/'])
    expect(facts.texts).toEqual({})
    expect([...files.keys()].filter((path) => path.startsWith('etc'))).toEqual([])
  })
})

describe('what is known of an earlier layer', () => {
  const files = ['lib/z.a', 'share/doc/z', 'share/x'].map((path) => ({ path, size: 3 }))
  const before = ['share/x', '@static', '*.y']
  const known = findLeftOut(files, before)

  test.each<[string, readonly string[], boolean]>([
    ['the same patterns', before, true],
    ['a pattern less that did nothing', ['share/x', '@static'], true],
    ['a set more that does nothing', ['@tests', ...before, '!@locale'], true],
    ['a set more that does something', [...before, '@docs'], false],
    ['a pattern less that did something', ['@static', '*.y'], false],
    ['another order', ['@static', 'share/x', '*.y'], false],
    ['a pattern of which nothing is known', [...before, '*.z'], false],
    ['none', [], false],
  ])('with %s', (_, exclude, isSame) => {
    expect(sameLeftOut(exclude, known, before)).toBe(isSame)
  })

  test('stands in an annotation, and what is no such text is not believed', () => {
    const whole = digestOf('key')
    const text = formatLeftOut(known, before, whole)
    expect(parseLeftOut(text, before)).toEqual({ whole, sets: known.sets, patterns: known.patterns })
    expect(known.patterns).toEqual([
      { pattern: 'share/x', files: 1, bytes: 3 },
      { pattern: '@static', files: 1, bytes: 3 },
    ])
    for (const other of [
      '',
      `${text} `,
      text.replace(/^\w/, 'x'),
      text.replace('0:1:3', '7:1:3'),
      text.replace('0:', '00:'),
    ])
      expect(parseLeftOut(other, before)).toBeUndefined()
    expect(parseLeftOut(text, ['share/x'])).toBeUndefined()
  })

  test('takes little room; what has none is asked anew each time', () => {
    const many = Array.from({ length: 200 }, (_, index) => `share/${index}`)
    const all = findLeftOut(
      many.map((path) => ({ path, size: 123_456 })),
      many,
    )
    const text = formatLeftOut(all, many, digestOf('key'))
    expect(text.length).toBeLessThan(500)
    const parsed = parseLeftOut(text, many)
    expect(parsed).toMatchObject({ whole: digestOf('key'), isPartial: true })
    expect(parsed && sameLeftOut(many, parsed, many)).toBe(false)
  })

  test('a directory that is listed for itself counts', () => {
    const empty = [{ path: 'include', size: 0, type: 'directory' as const }]
    const leftOut: LeftOut = findLeftOut(empty, ['/include/'])
    expect(leftOut).toMatchObject({ sets: ['@headers'], patterns: [{ pattern: '/include/', files: 0 }] })
    expect(leftOut.paths).toBeDefined()
    expect(findLeftOut(empty, []).paths).toBeUndefined()
  })
})
