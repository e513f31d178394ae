import fc from 'fast-check'
import { UserError } from '../../../../src/common/errors.ts'
import { decodeText } from '../../../../src/environment/decode.ts'
import { parseEnvironment } from '../../../../src/environment/parse.ts'
import { readList } from '../../../../src/environment/pip/list.ts'
import { physicalLines } from '../../../../src/environment/pip/logical-lines.ts'
import { formatLock } from '../../../../src/lock/format.ts'
import { parseFrozenLock } from '../../../../src/lock/frozen.ts'
import { parseLock } from '../../../../src/lock/parse.ts'
import { accepts, holds, type FuzzTarget } from '../target.ts'
import { chosen, lines, word } from './words.ts'

const hex = 'ab'.repeat(32)
const digest = `sha256:${'1'.repeat(64)}`

const lockText = `# micromamba-image-lock: 1
# input-hash: ${digest}
# platform: linux-64
# base-image: docker.io/library/debian:13@${digest}
# micromamba: 2.9.0
# virtual-package: __glibc=2.28
# channel: conda-forge
# spec: python=3.12
# pip: requests
# pip-version: 25.1
# pip-requested: requests
# own-layer: python
@EXPLICIT
https://conda.anaconda.org/conda-forge/linux-64/python-3.12.1-h1_0.conda#sha256:${hex}
https://conda.anaconda.org/conda-forge/noarch/tzdata-2025a-0.tar.bz2#sha256:${hex}
# pip requests @ https://files.pythonhosted.org/packages/requests-2.32.0-py3-none-any.whl#sha256=${hex}
`

const explicitText = `@EXPLICIT
https://conda.anaconda.org/conda-forge/linux-64/zlib-1.3-0.conda#${'c'.repeat(32)}
`

const condaLockText = `version: 1
metadata:
  platforms: [linux-64]
package:
- name: zlib
  version: '1.3'
  manager: conda
  platform: linux-64
  dependencies: {libgcc: '>=13'}
  url: https://conda.anaconda.org/conda-forge/linux-64/zlib-1.3-0.conda
  hash: {md5: ${'c'.repeat(32)}, sha256: ${hex}}
  category: main
`

const pixiText = `version: 6
environments:
  default:
    channels:
    - url: https://conda.anaconda.org/conda-forge/
    packages:
      linux-64:
      - conda: https://conda.anaconda.org/conda-forge/linux-64/zlib-1.3-0.conda
packages:
- conda: https://conda.anaconda.org/conda-forge/linux-64/zlib-1.3-0.conda
  sha256: ${hex}
  depends: [libgcc >=13]
`

/** What is in a lock has to be there again when it is written and read. */
function readLock(text: string): void {
  const lock = parseLock(text, 'env.lock', 'linux-64')
  const { header } = lock
  if (!header) return
  const again = parseLock(formatLock({ ...lock, header }), 'env.lock', 'linux-64')
  const withoutLines = (value: unknown) =>
    JSON.stringify(value, (key, item: unknown) => (key === 'line' ? 0 : item))
  holds(withoutLines(again) === withoutLines(lock), 'that a lock is the same when it is written and read')
}

export const lock: FuzzTarget<string> = {
  name: 'lock',
  share: 5,
  corpus: () => Promise.resolve([lockText, explicitText]),
  tokens: lockText.split(/\b/).concat(lockText.split('\n'), '\ufeff', '\r\n', '#sha256:', 'file://', '%2f', '@EXPLICIT'),
  made: lines(
    chosen('# ', 'micromamba-image-lock: 1', 'pip: ', 'spec: ', 'platform: ', 'pip-file: ', 'own-layer: ', word),
    chosen('https://', 'file:///', 'http://user:pass@', 'h/linux-64/', 'noarch/', 'a-1-0', '.conda', '#sha256:', hex, word),
    fc.constant('@EXPLICIT'),
    chosen('# pip ', 'a @ ', 'git+https://', 'file:', 'a-1-py3-none-any.whl', '#sha256=', hex, '&subdirectory=', word),
  ),
  run: (text) => accepts(() => { readLock(text) }, UserError),
} // prettier-ignore

export const frozen: FuzzTarget<string> = {
  name: 'lock of conda-lock or pixi',
  share: 1.5,
  corpus: () => Promise.resolve([condaLockText, pixiText]),
  tokens: [condaLockText, pixiText]
    .flatMap((text) => text.split(/(\s+)/))
    .concat('&a ', '*a', '!!binary ', '<<: '),
  made: lines(
    chosen(
      'version: ',
      'package:',
      'packages:',
      '- conda: ',
      '  - ',
      'url: ',
      'https://a/linux-64/a-1-0.conda',
      word,
    ),
    chosen('  hash: ', '{', '}', '[', ']', 'sha256: ', hex, '&a ', '*a', ': ', word),
  ),
  run: (text) => accepts(() => parseFrozenLock(text, 'conda-lock.yml', 'linux-64', 'default'), UserError),
}

const environments = [
  'name: app\nchannels: [conda-forge, https://user:pass@conda.example.org/x]\ndependencies:\n- python=3.12\n- pip\n- pip:\n  - requests\n  - -r more.txt\nvariables:\n  A: b\n',
  'dependencies: &all\n  - numpy>=2\n  - {pip: [a, b]}\nchannels:\n  - <<: *all\n',
]

export const environment: FuzzTarget<Buffer> = {
  name: 'env.yaml',
  share: 2,
  corpus: () => Promise.resolve(environments.map((text) => Buffer.from(text))),
  tokens: environments.flatMap((text) => text.split(/(\s+)/)).concat('\t', '!!map ', '!a ', '&a ', '*a ', '<<: ', '? ', '--- ', '|', '>', '%YAML 1.2', '\xff\xfe', '\xef\xbb\xbf', '$A', '${A}'),
  made: lines(
    chosen('name', 'channels', 'dependencies', 'variables', ': ', '- ', '  ', 'pip', '[', ']', '{', '}', '&a ', '*a', '<<', '!!str ', '"', word),
  ).map((text) => Buffer.from(text)),
  run: (bytes) => accepts(() => parseEnvironment(decodeText(bytes, 'env.yaml'), 'env.yaml', { A: 'b' }), UserError),
} // prettier-ignore

const requirementTexts = [
  'requests[security]>=2.0,<3 ; python_version < "3.13" --hash=sha256:ab',
  '-r other.txt\n-c https://h/c.txt',
  'a @ git+https://h/a.git@main#egg=a&subdirectory=b',
  '-e ./here[extra]\n--index-url https://user:${TOKEN}@h/simple --extra-index-url=x',
  './wheels/a-1.0-py3-none-any.whl \\\n  --hash sha256:ab # comment',
]

export const requirement: FuzzTarget<string> = {
  name: 'requirement',
  share: 5,
  corpus: () => Promise.resolve(requirementTexts),
  tokens: requirementTexts.flatMap((text) => text.split(/\b/)).concat('file:///', '--global-option=', '${A}', ' ; ', '\\\n', '#egg='),
  made: lines(chosen('a', 'B.c', '[x]', '==', '>=', '~=', '1.*', ',', ';', ' ', '@', 'git+https://h/', 'file:', '-r', '--', 'hash=', '(', ')', '\\', '"', "'", word)),
  run: (text) =>
    accepts(
      () => readList(physicalLines(text), 'r.txt', { A: 'b', TOKEN: 'secret' }, (line, what) => new UserError(`${line}${what}`)),
      UserError,
    ),
} // prettier-ignore
