import fc from 'fast-check'
import { UserError } from '../../../../src/common/errors.ts'
import { parsePackageLine } from '../../../../src/lock/package-line.ts'
import { formatWheelLine, parseWheelLine } from '../../../../src/lock/wheel-line.ts'
import { MarkerProblem, markerHolds } from '../../../../src/pip/marker-expression.ts'
import { markersOf } from '../../../../src/pip/markers.ts'
import { readPylock } from '../../../../src/pylock/read.ts'
import { accepts, acceptsLater, holds, type FuzzTarget } from '../target.ts'
import { chosen, lines, word } from './words.ts'

const hex = 'ab'.repeat(32)

const pylockText = `lock-version = "1.0"
environments = ["sys_platform == 'linux'", "sys_platform == 'win32'"]
requires-python = ">=3.9,<4"
extras = ["socks"]
dependency-groups = []
default-groups = ["default"]
created-by = "uv"

[[packages]]
name = "numpy"
version = "2.0.0"
marker = "python_version >= '3.10' and 'default' in dependency_groups"
index = "https://pypi.org/simple"
sdist = { url = "https://h/numpy-2.0.0.tar.gz", upload-time = 2024-06-16T15:00:00Z, size = 18326228, hashes = { sha256 = "${hex}" } }
wheels = [
    { url = "https://h/numpy-2.0.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", hashes = { sha256 = "${hex}" } },
    { url = "https://h/numpy-2.0.0-cp312-cp312-win_amd64.whl", hashes = { sha256 = "${hex}" } },
]

[[packages]]
name = "app"
directory = { path = "../app", editable = true, subdirectory = "src" }

[[packages]]
name = "tool"
[packages.vcs]
type = "git"
url = "https://h/tool"
requested-revision = "v1"
commit-id = "${'c0ffee00'.repeat(5)}"

[[packages]]
name = "direct"
archive = { path = 'wheels/direct-1-py3-none-any.whl', hashes = { sha256 = "${hex}" } }
[packages.tool.x]
a = 1
`

const python = parsePackageLine(
  `https://conda.anaconda.org/conda-forge/linux-64/python-3.12.1-h1_0.conda#sha256:${hex}`,
  true,
)

/** What comes of it has to be what a line of a lock can say. */
async function readAsLines(text: string): Promise<void> {
  const wheels = await readPylock({
    ...{ text, path: '/srv/pylock.toml', file: 'pylock.toml', folder: '/srv/locks', subdir: 'linux-64' },
    lock: { packages: [{ ...python, line: 1 }] },
    glibc: () => Promise.resolve('2.28'),
  })
  for (const { line, lockFile, ...wheel } of wheels) {
    const again = parseWheelLine(formatWheelLine(wheel), 'linux-64', () => wheel)
    holds(
      formatWheelLine(again) === formatWheelLine(wheel) && again.kind === wheel.kind,
      `that line ${line} of ${lockFile ?? ''} can stand in a lock`,
    )
  }
}

export const pylock: FuzzTarget<string> = {
  name: 'pylock.toml',
  share: 2,
  corpus: () => Promise.resolve([pylockText]),
  tokens: pylockText.split(/(\s+|")/).concat('"""', "'''", '[[', '\\u0000', '1979-05-27', 'inf', '0x', '#sha256=', 'md5'),
  made: lines(
    chosen('lock-version = ', 'created-by = ', 'packages', 'name', ' = ', '"1.0"', '"a"', '[', ']', '{', '}', "'", '"', word),
    fc.constantFrom('[[packages]]', '[packages.vcs]', '[packages.sdist]', '[[packages.wheels]]', '[packages.sdist.hashes]'),
    chosen('url = ', '"https://h/a-1', '-py3-none-any.whl"', '.tar.gz"', 'path = ', '"..', '/a"', 'sha256 = ', `"${hex}"`, word),
    chosen('marker = "', "python_version", ' >= ', "'3.9'", ' in ', 'extras', ' and ', '(', ')', '"', word),
  ),
  run: (text) => acceptsLater(() => readAsLines(text), UserError),
} // prettier-ignore

const markerTexts = [
  `python_version >= "3.10" and (sys_platform == 'linux' or 'dev' in dependency_groups)`,
  `"3.9" <= python_full_version or platform_machine not in "x86_64 AMD64"`,
]

const values = {
  markers: markersOf({ version: '3.12.4', subdir: 'linux-64' }),
  extras: new Set(['socks']),
  dependencyGroups: new Set(['dev']),
}

export const marker: FuzzTarget<string> = {
  name: 'environment marker',
  share: 4,
  corpus: () => Promise.resolve(markerTexts),
  tokens: markerTexts.flatMap((text) => text.split(/\b/)).concat('===', '~=', '.*', '!', '+local', 'extra', 'constructor'),
  made: lines(chosen('python_version', 'os_name', 'extras', ' in ', ' not in ', '>=', '==', '"3.9"', "'a'", ' and ', ' or ', '(', ')', word)),
  run: (text) => accepts(() => markerHolds(text, values), MarkerProblem),
} // prettier-ignore
