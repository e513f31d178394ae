import { describe, expect, test } from '@jest/globals'
import { MarkerProblem, markerHolds, type MarkerValues } from '../../src/pip/marker-expression.ts'
import { markersOf } from '../../src/pip/markers.ts'
import { hasNextRelease } from '../world/apt-sources.ts'
import { run } from '../world/command.ts'
import { debianPip } from '../world/pip.ts'

const sets = (extras: string[], groups: string[]) => ({
  extras: new Set(extras),
  dependencyGroups: new Set(groups),
})

const environments: MarkerValues[] = [
  { markers: markersOf({ version: '3.12.4', subdir: 'linux-64' }), ...sets([], []) },
  { markers: markersOf({ version: '3.9.20', subdir: 'linux-aarch64' }), ...sets(['socks'], ['Dev_tools']) },
  {
    markers: markersOf({ version: '3.14.0rc2', subdir: 'linux-64' }),
    ...sets(['a-b', 'c'], ['default', 'test']),
  },
]

const markers = [
  'python_version >= "3.10"',
  "python_version<'3.10'",
  '"3.10" <= python_version',
  '"3.9" == python_version',
  'python_version == "3.12.*"',
  'python_version ~= "3.9"',
  'python_version === "3.12"',
  'python_version in "3.8 3.9 3.10"',
  '"3.1" in python_version',
  'python_version not in "3.12, 3.13"',
  'python_version not    in "3.12, 3.13"',
  'python_full_version >= "3.14"',
  'python_full_version >= "3.14.dev0"',
  'python_full_version < "3.14.0"',
  'python_full_version != "3.12.4"',
  "implementation_version > '3.9.20'",
  'sys_platform == "linux"',
  'sys_platform != "win32"',
  '"linux" in sys_platform',
  'sys.platform == "linux" and os.name == "posix"',
  'os_name == "nt"',
  'platform_machine == "x86_64" or platform_machine == "aarch64"',
  'platform.machine in "x86_64 AMD64"',
  'platform_system == "Linux"',
  ...(hasNextRelease ? ['platform_system > "Darwin"', 'platform_system >= "Darwin"'] : []),
  'platform_system <= "Linux"',
  'python_implementation == "CPython"',
  'platform.python_implementation == "PyPy"',
  'platform_python_implementation != "PyPy"',
  'implementation_name == "cpython"',
  'platform_version == ""',
  '(python_version >= "3.10")',
  '((python_version >= "3.10" and sys_platform == "linux") or os_name == "nt")',
  'python_version < "3.10" or python_version >= "3.14" and platform_machine == "x86_64"',
  '(python_version < "3.10" or python_version >= "3.14") and platform_machine == "aarch64"',
  'python_version<"3.10"and os_name=="posix"or sys_platform=="win32"',
  '\tpython_version\t>= "3.10" ',
  "'socks' in extras",
  "'socks' not in extras",
  '\'A_B\' in extras and "c" in extras',
  "'dev-tools' in dependency_groups",
  "'default' in dependency_groups or 'test' not in dependency_groups",
  'python_version >= "three"',
  'python_version in "three"',
  'os_name == "po\'six"',
]

const wrong = [
  '',
  'python_version',
  'python_version >=',
  'python_version >= 3.9',
  'python_version >= "3.9',
  'python_version >= "3.9" and',
  'python_version >= "3.9" os_name == "posix"',
  'python_version >= "3.9" && os_name == "posix"',
  '(python_version >= "3.9"',
  'python_version >= "3.9")',
  '()',
  'not python_version >= "3.9"',
  'python_version not "3.9"',
  'python_versions >= "3.9"',
  'constructor == "3.9"',
  '"3.9" in constructor',
  'extra == "socks"',
  'python_version = "3.9"',
  'os_name ~= "posix"',
  "extras == 'socks'",
  '"3.9" == "3.9"',
]

const program = `
import json, sys
sys.path.insert(0, sys.argv[1])
from pip._vendor.packaging.markers import Marker
def ask(marker, environment):
    try:
        return Marker(marker).evaluate(environment, context="lock_file")
    except Exception:
        return None
markers, environments = json.loads(sys.argv[2])
for one in environments:
    one.update({key: set(one[key]) for key in ("extras", "dependency_groups")})
print(json.dumps([[ask(marker, one) for one in environments] for marker in markers]))
`

async function asPipHas(asked: readonly string[]): Promise<(boolean | null)[][]> {
  const pip = (await debianPip()).folder
  const given = environments.map(({ markers: values, extras, dependencyGroups }) => ({
    ...values,
    extras: [...extras],
    dependency_groups: [...dependencyGroups],
  }))
  const answer = await run('python3', ['-c', program, pip, JSON.stringify([asked, given])])
  return JSON.parse(answer.toString()) as (boolean | null)[][]
}

describe("as pip's own library says", () => {
  test('markers hold, or do not', async () => {
    const known = await asPipHas(markers)
    const ours = markers.map((marker) => environments.map((values) => markerHolds(marker, values)))
    const named = (answers: readonly (readonly (boolean | null)[])[]) =>
      Object.fromEntries(markers.map((marker, index) => [marker, answers[index]]))
    expect(named(ours)).toEqual(named(known))
  })

  test('what is none is refused', async () => {
    const known = await asPipHas(wrong)
    const taken = wrong.filter((_, index) => known[index]?.some((answer) => answer !== null))
    expect(taken).toEqual([])
    for (const marker of wrong) {
      for (const values of environments) {
        expect(() => markerHolds(marker, values)).toThrow(MarkerProblem)
      }
    }
  })
})

test('where that library breaks, or compares a text with a set', () => {
  const [values] = environments
  if (!values) throw new Error('there is one')
  expect(markerHolds('platform_release >= "5.10"', values)).toBe(false)
  expect(markerHolds('platform_machine == "1.0"', values)).toBe(false)
  // Since pip 26, and before that by letters.
  expect(markerHolds('platform_system > "Darwin"', values)).toBe(false)
  expect(() => markerHolds('"a" == extras', values)).toThrow("'extras' is a set")
})

test('brackets without end are refused', () => {
  const [values] = environments
  if (!values) throw new Error('there is one')
  expect(() => markerHolds('('.repeat(100_000), values)).toThrow('too many brackets')
})
