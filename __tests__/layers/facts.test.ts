import { expect, test } from '@jest/globals'
import { formatFacts, parseFacts, type LayerFacts } from '../../src/layers/facts.ts'
import { claimsOf } from '../../src/layers/path-set.ts'

const facts: LayerFacts = {
  ...claimsOf(['a'], ['bin/a', 'share/a/x']),
  texts: { 'etc/conda/activate.d/a.sh': 'export A=1\n' },
  scripted: ['a-1.0-0'],
  messages: { 'b-2-0': 'fetch the database\n' },
  distributions: ['a', 'b-c'],
  python: { version: '3.12', executable: 'bin/python3.12', sitePackages: 'lib/python3.12/site-packages' },
}

test.each([
  ['all there is', facts],
  ['the least', { ...claimsOf([], []), texts: {}, scripted: [], messages: {}, distributions: [] }],
])('%s comes back from its text', (_, some) => {
  expect(parseFacts(formatFacts(some))).toEqual(some)
})

test.each([
  ['', 'nothing'],
  ['[]', 'something else'],
  ['{"claims":"","ways":""', 'half of it'],
  [`${formatFacts(facts)} `, 'more than that'],
  [formatFacts(facts).replace('"ways"', '"way"'), 'another key'],
  [
    formatFacts(facts).replace('activate.d/a.sh', 'activate.d/../../x'),
    'a file that activation does not read',
  ],
  [formatFacts(facts).replace('["a-1.0-0"]', '[1]'), 'a number for a name'],
  [formatFacts(facts).replace('"fetch the database\\n"', '1'), 'a number for a message'],
  [formatFacts(facts).replace('"scripts":[1,', '"scripts":[0,'), 'link scripts by other rules'],
  [
    formatFacts(facts).replace(/"scripts":.*?\}\]/, '"scripted":["a-1.0-0"]'),
    'of an earlier version, which counts scripts that only print',
  ],
  [formatFacts(facts).replace(/"scripts":.*?\}\]/, '"scripts":[1]'), 'too short a list'],
  [
    formatFacts(facts).replace(/"distributions":.*?\],/, ''),
    'of an earlier version, which knows no distributions',
  ],
])('%j, %s, is refused', (text) => {
  expect(parseFacts(text)).toBeUndefined()
})
