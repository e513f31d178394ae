import { expect, test } from '@jest/globals'
import { parsePythonVersion } from '../../src/lock/diff/python-versions.ts'
import { parseSpecifier, parseSpecifiers } from '../../src/pip/specifiers.ts'
import { hasNextRelease } from '../world/apt-sources.ts'
import { run } from '../world/command.ts'
import { debianPip } from '../world/pip.ts'

const specifiers = [
  ...[
    '==3.12',
    '== 3.12.0',
    '==3.12.*',
    '!=3.12.*',
    '!=3.12',
    '==3.12.4.*',
    '==3.12.0.*',
    '==3.*',
    '==1!3.*',
  ],
  ...[
    '~=3.12',
    '~=3.12.1',
    '~=3.12.0rc1',
    '~=3',
    '~=3.12.dev1',
    '>=3.12',
    '>=3.12.dev0',
    '<=3.12',
    '<=3.12.post1',
  ],
  ...['<3.13', '<3.14.0rc2', '<3.14', '<3.14.0a1', '>3.12', '>3.12.4', '>3.12.post1', '>1!0'],
  // Older pips go by the release alone.
  ...(hasNextRelease ? ['<3.12.post1', '>3.12.4.dev1', '<3.12.4.post2'] : []),
  ...[
    '===3.12',
    '===3.12.0',
    '===3.14.0rc2',
    '===3.12+local',
    '==3.12+local',
    '!=3.12+local',
    '==3.12+LOCAL',
    '==v3.12',
  ],
  ...[
    '==3.12-1',
    '>=3.12.c1',
    '>=3.12_alpha_1',
    '>=3.12+local',
    '~=3.12+local',
    '>=3.12.*',
    '>3.*',
    '~=3.12.*',
  ],
  ...[
    '3.12',
    '=3.12',
    '>=',
    '>= x',
    '>=3.12 <4',
    '==3.12.*.1',
    '==*',
    '<>3.12',
    '==3.12..1',
    '==3.12.',
    '>=>=3',
  ],
]
const versions = [
  ...['3.12', '3.12.0', '3.12.4', '3.12.10', '3.13.0', '3.14.0rc2', '3.14.0a1', '3.14.0.dev1', '3.14.0'],
  ...[
    '3.12.post1',
    '3.12.4.post2',
    '3.12+local',
    '3.12.4+local.7',
    '1!3.12',
    '1!0',
    '3',
    '3.12rc1',
    '3.12.1.dev5',
  ],
]

const program = `
import json, sys
sys.path.insert(0, sys.argv[1])
from pip._vendor.packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
def ask(specifier, version):
    try:
        return Specifier(specifier).contains(version, prereleases=True)
    except InvalidSpecifier:
        return None
specifiers, versions, sets = json.loads(sys.argv[2])
print(json.dumps([
    [[ask(specifier, version) for version in versions] for specifier in specifiers],
    [[SpecifierSet(one).contains(version, prereleases=True) for version in versions] for one in sets],
]))
`
const sets = ['', '>=3.9', '>=3.9,<3.14', '>= 3.9, != 3.12.*, <4', '>=3.9,', '==3.12.4,!=3.12.4']

test("each version is one of those that are meant, or not, as pip's own library says", async () => {
  const pip = (await debianPip()).folder
  const answer = await run('python3', ['-c', program, pip, JSON.stringify([specifiers, versions, sets])])
  const known = JSON.parse(answer.toString()) as (boolean | null)[][][]
  const table = (asked: readonly string[], answers: readonly (readonly (boolean | null)[])[]) =>
    Object.fromEntries(
      asked.map((text, row) => [
        text,
        Object.fromEntries(versions.map((version, column) => [version, answers[row]?.[column] ?? null])),
      ]),
    )
  const ours = (parse: typeof parseSpecifier) => (text: string) =>
    versions.map((version) => {
      const parsed = parsePythonVersion(version)
      return parsed ? (parse(text)?.(parsed) ?? null) : null
    })
  expect(table(specifiers, specifiers.map(ours(parseSpecifier)))).toEqual(table(specifiers, known[0] ?? []))
  expect(table(sets, sets.map(ours(parseSpecifiers)))).toEqual(table(sets, known[1] ?? []))
})

test.each([
  ['<3.12.post1', '3.12rc1', true],
  ['<3.12.post1', '3.12.post1.dev1', false],
  ['>3.12.4.dev1', '3.12.4.post2', true],
  ['>3.12.4.dev1', '3.12.4.dev1+local', false],
])('%s of pip 26 on: is %s one: %s', (specifier, text, expected) => {
  const version = parsePythonVersion(text)
  expect(version && parseSpecifier(specifier)?.(version)).toBe(expected)
})

test.each(['>=3.9;<4', 'python', '>=3.9 <4', '>=3.9,~=3'])('%s is none of it', (text) => {
  expect(parseSpecifiers(text)).toBeUndefined()
})
