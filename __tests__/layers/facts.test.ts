import { describe, expect, it, test } from '@jest/globals'
import { layerBudget } from '../../src/image/assemble.ts'
import { formatFacts, parseFacts, withClaims, type LayerFacts } from '../../src/layers/facts.ts'
import { claimsOf, findMeetings } from '../../src/layers/path-set.ts'

const facts: LayerFacts = {
  ...claimsOf(['a'], ['bin/a', 'share/a/x']),
  texts: { 'etc/conda/activate.d/a.sh': 'export A=1\n' },
  scripted: ['a-1.0-0'],
  messages: { 'b-2-0': 'fetch the database\n' },
  distributions: ['a', 'b-c'],
  python: { version: '3.12', executable: 'bin/python3.12', sitePackages: 'lib/python3.12/site-packages' },
  prefix: '/opt/conda',
  sizes: [
    { name: 'a', size: 300, needs: ['python', 'b'] },
    { name: 'b', size: 0, needs: [] },
  ],
}

const nothing = {
  texts: {},
  scripted: [],
  messages: {},
  distributions: [],
  prefix: '/opt/conda',
  sizes: [],
}

const formatted = formatFacts(facts) ?? ''

test.each([
  ['all there is', facts],
  ['the least', { ...claimsOf([], []), ...nothing }],
])('%s comes back from its text', (_, some) => {
  expect(parseFacts(formatFacts(some) ?? '')).toEqual(some)
})

test.each([
  ['', 'nothing'],
  ['[]', 'something else'],
  ['{"claims":"","ways":""', 'half of it'],
  [`${formatted} `, 'more than that'],
  [formatted.replace('"ways"', '"way"'), 'another key'],
  [formatted.replace('activate.d/a.sh', 'activate.d/../../x'), 'a file that activation does not read'],
  [formatted.replace('["a-1.0-0"]', '[1]'), 'a number for a name'],
  [formatted.replace('"fetch the database\\n"', '1'), 'a number for a message'],
  [formatted.replace('"scripts":[2,', '"scripts":[1,'), 'link scripts by other rules'],
  [
    formatted.replace(/"scripts":.*?\}\]/, '"scripted":["a-1.0-0"]'),
    'of an earlier version, which counts scripts that only print',
  ],
  [formatted.replace(/"scripts":.*?\}\]/, '"scripts":[2]'), 'too short a list'],
  [formatted.replace(/"distributions":.*?\],/, ''), 'of an earlier version, which knows no distributions'],
  [formatted.replace(/,"sizes":.*?\]/, ''), 'of an earlier version, which knows no sizes'],
  [formatted.replace('a 300 python b', 'a many python b'), 'a word for a size'],
  [formatted.replace('a 300 python b', 'a -300 python b'), 'less than nothing for a size'],
])('%j, %s, is refused', (text) => {
  expect(parseFacts(text)).toBeUndefined()
})

describe('in an environment of very many files', () => {
  /** Packages of 3,000 files each, in directories that are not called like them. */
  const filesOf = (layer: number, count = 3000) =>
    Array.from({ length: count }, (_, file) => {
      const folder = `lib/python3.12/site-packages/other${layer}/${file % 7}/part${file % 97}`
      return file < 20 ? `bin/tool-${layer}-${file}` : `${folder}/file${file}.dat`
    })

  it('all layers together leave the manifest below a megabyte, and nearly all are told apart', () => {
    const layers = Array.from({ length: layerBudget }, (_, layer) =>
      withClaims(nothing, [`package${layer}`], filesOf(layer)),
    )
    const manifest = JSON.stringify({
      layers: layers.map((one) => ({ annotations: { facts: formatFacts(one) } })),
    })
    expect(manifest.length).toBeLessThan(1_000_000)
    for (const one of layers.slice(0, 5)) expect(parseFacts(formatFacts(one) ?? '')).toEqual(one)
    // Of a hundred thousand hashes of 32 bits a few meet by chance.
    expect(findMeetings(layers).size).toBeLessThan(10)
  })

  it('there is as much room for paths as texts leave', () => {
    const texts = { 'etc/conda/activate.d/a.sh': 'export A="1"\n'.repeat(300) }
    const some = withClaims({ ...nothing, texts }, ['a'], filesOf(1))
    expect(formatFacts(some)).toBeDefined()
    expect(some.claims.size).toBeLessThan(withClaims(nothing, ['a'], filesOf(1)).claims.size)
  })

  it.each([
    [
      'texts',
      withClaims({ ...nothing, texts: { 'etc/conda/activate.d/a.sh': 'x'.repeat(9000) } }, ['a'], []),
    ],
    [
      'files at the top',
      withClaims(
        nothing,
        ['a'],
        Array.from({ length: 2000 }, (_, file) => `lib/${file}`),
      ),
    ],
  ])('a layer with too many %s has none, and is made again', (_, some) => {
    expect(formatFacts(some)).toBeUndefined()
  })

  it('facts without a bound, of an earlier version, are refused', () => {
    const claims = { ...nothing, ...claimsOf([], filesOf(1)) }
    expect(formatFacts(claims)).toBeUndefined()
    const small = formatFacts(withClaims(nothing, [], [])) ?? ''
    const long = Buffer.alloc(9000)
    for (let at = 0; at < long.length; at += 4) long.writeUInt32LE(at, at)
    expect(parseFacts(small.replace('"claims":""', `"claims":"${long.toString('base64')}"`))).toBeUndefined()
  })
})
