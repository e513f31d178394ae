import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, jest, test } from '@jest/globals'
import { parseFrozenLock } from '../../src/lock/frozen.ts'
import { resolveLock } from '../../src/lock/resolve.ts'

const sha256 = (seed: string) => seed.repeat(64)
const md5 = (seed: string) => seed.repeat(32)
const channel = 'https://conda.example/cf'

const read = (text: string, file = 'lock', environment = 'default') =>
  parseFrozenLock(text, file, 'linux-64', environment)
const summary = (text: string, file?: string, environment?: string) =>
  read(text, file, environment).packages.map(
    ({ name, checksum, line }) => `${line} ${name} ${checksum.algorithm}:${checksum.hex.slice(0, 2)}`,
  )

/** As conda-lock lays it out: sorted by name, so that `app` stands before what it needs. */
const condaLock = `version: 1
metadata:
  content_hash:
    linux-64: ${sha256('0')}
  channels:
  - url: https://conda.example/t/$TOKEN/cf
    used_env_vars: [TOKEN]
  platforms:
  - linux-64
  - osx-arm64
  sources: [environment.yml]
package:
- name: app
  version: '1.0'
  manager: conda
  platform: linux-64
  dependencies:
    python: '>=3.12'
    __glibc: '>=2.17'
  url: https://conda.example/t/$TOKEN/cf/noarch/app-1.0-py_0.conda
  hash:
    md5: ${md5('a')}
    sha256: ${sha256('a')}
  category: main
  optional: false
- name: app
  version: '1.0'
  manager: conda
  platform: osx-arm64
  dependencies: {}
  url: ${channel}/noarch/app-1.0-py_0.conda
  hash:
    md5: ${md5('a')}
  category: main
  optional: false
- name: pytest
  version: '8'
  manager: conda
  platform: linux-64
  dependencies: {}
  url: ${channel}/noarch/pytest-8-py_0.conda
  hash:
    md5: ${md5('c')}
  category: dev
  optional: true
- name: python
  version: 3.12.1
  manager: conda
  platform: linux-64
  dependencies: {}
  url: ${channel}/linux-64/python-3.12.1-h1_0_cpython.tar.bz2
  hash:
    md5: ${md5('b')}
  category: main
  optional: false
`

describe('a conda-lock.yml', () => {
  test('gives the packages of the platform and of the category main, each after what it needs', () => {
    const log = jest.spyOn(process.stdout, 'write').mockImplementation(() => true)
    expect(summary(condaLock.replaceAll('t/$TOKEN/', '')).map((line) => line.replace(/^\d+ /, ''))).toEqual([
      'python md5:bb',
      'app sha256:aa',
    ])
    expect(log).toHaveBeenCalledWith(
      expect.stringContaining('lock: packages of the categories dev are left out'),
    )
    log.mockRestore()
  })

  test('says the line of what is wrong', () => {
    const plain = condaLock.replaceAll('t/$TOKEN/', '')
    expect(() => read(plain.replace('manager: conda', 'manager: uv'))).toThrow(
      "lock:13: 'uv' is no manager that is known here",
    )
    expect(() => read(plain.replace('version: 1\n', 'version: 2\n'))).toThrow(
      'lock:1: version 2 of conda-lock',
    )
    expect(() => read(plain.replace('- linux-64', '- win-64'))).toThrow('it has nothing for linux-64')
    expect(() => read(plain.replace(`    sha256: ${sha256('a')}\n`, '').replace(md5('a'), 'abc'))).toThrow(
      "lock:13: '#abc' is not a hash",
    )
    expect(() =>
      read(plain.replace('category: dev', 'category: main').replaceAll('pytest', 'python')),
    ).toThrow('python stands here for the second time')
    expect(() => read(`${plain}: [`)).toThrow('it is not YAML')
  })
})

describe('what pip would install, in a conda-lock.yml', () => {
  const commit = '12ab'.repeat(10)
  const entry = (name: string, url: string, hash: string) => `- name: ${name}
  version: '1.0'
  manager: pip
  platform: linux-64
  dependencies:
    app: '>=1'
  url: ${url}
  hash:
${hash === '' ? '    {}' : `    sha256: ${hash}`}
  category: main
  optional: false
`
  const plain = condaLock.replaceAll('t/$TOKEN/', '')
  const files = 'https://files.pythonhosted.org/packages'
  const tqdm = `${files}/source/t/tqdm/tqdm-4.66.tar.gz`

  test('is in the order in which pip installs it, by its address, all of it asked for', () => {
    const { packages, wheels } = read(
      [
        plain + entry('Flask', `${files}/flask-3.0-py3-none-any.whl`, sha256('d')),
        entry('tool', `git+https://github.com/o/tool@${commit}#subdirectory=x`, commit),
        entry('tqdm', tqdm, sha256('e')),
      ].join(''),
    )
    expect(packages).toHaveLength(2)
    expect(wheels).toMatchObject([
      { name: 'tqdm', kind: 'sdist', version: '4.66', url: tqdm, sha256: sha256('e'), line: 78 },
      { name: 'tool', kind: 'vcs', commit, subdirectory: 'x', line: 67 },
      { name: 'flask', kind: 'wheel', version: '3.0', requested: true, direct: true, line: 56 },
    ])
  })

  test.each([
    [entry('app', `${files}/app-1.0-py3-none-any.whl`, ''), 'has no hash'],
    [entry('app', 'file:///home/me/app', ''), "'file:///home/me/app' is a folder of one machine"],
    [entry('app', `${files}/app-1.0-cp312-cp312-win_amd64.whl`, sha256('a')), 'is not for linux-64'],
    [entry('app', `https://u:pw@h/app-1.0-py3-none-any.whl`, sha256('a')), 'was written with credentials'],
    [
      entry('a', tqdm, sha256('a')) + entry('A', tqdm, sha256('a')),
      'a stands here for the second time, after line 56',
    ],
  ])('%#: is refused with its line', (text, message) => {
    expect(() => read(plain + text)).toThrow(/^lock:(56|67): /)
    expect(() => read(plain + text)).toThrow(message)
  })
})

/** As pixi lays it out: sorted by address. */
const pixiLock = (version: number) => `version: ${version}
${
  version === 7
    ? `platforms:
- name: linux-64
- name: big
  subdir: linux-64
  virtual-packages: [__cuda=12]
`
    : ''
}environments:
  default:
    channels:
    - url: ${channel}/
    packages:
      linux-64:
      - conda: ${channel}/linux-64/python-3.12.1-h1_0_cpython.conda
      - conda: ${channel}/noarch/app-1.0-py_0.conda
      osx-arm64: []
  gpu:
    channels:
    - url: ${channel}/
    packages:
      ${version === 7 ? 'big' : 'linux-64'}:
      - conda: ${channel}/linux-64/python-3.12.1-h1_0_cpython.conda
  wheels:
    packages:
      linux-64:
      - conda: ${channel}/linux-64/python-3.12.1-h1_0_cpython.conda
      - pypi: ./
      - pypi: direct+https://files.example/tool-1-py3-none-any.whl#sha256=${sha256('e')}
      - pypi: git+https://github.com/o/app.git?subdirectory=a%20b&rev=v1#${'ab'.repeat(20)}
      - pypi: https://files.example/requests-2-py3-none-any.whl
        extras: [socks]
  unknown:
    packages:
      linux-64:
      - pypi: https://files.example/nothing-2-py3-none-any.whl
  bare:
    packages:
      linux-64:
      - pypi: https://files.example/bare-2-py3-none-any.whl
  elsewhere:
    packages:
      linux-64:
      - pypi: /home/me/app
  source:
    packages:
      linux-64:
      - ${version === 7 ? 'conda_source: tool[abc] @ ./tool' : 'conda: ./tool'}
packages:
- conda: ${channel}/noarch/app-1.0-py_0.conda
  sha256: ${sha256('a')}
  md5: ${md5('a')}
  depends:
  - __unix
  - python >=3.12
- conda: ${channel}/linux-64/python-3.12.1-h1_0_cpython.conda
  md5: ${md5('b')}
  depends:
  - zlib
- pypi: ./
  name: mine
  version: 0.1.0
  sha256: ${sha256('c')}
  editable: true
- pypi: direct+https://files.example/tool-1-py3-none-any.whl#sha256=${sha256('e')}
  name: tool
- pypi: git+https://github.com/o/app.git?subdirectory=a%20b&rev=v1#${'ab'.repeat(20)}
  name: app
- pypi: https://files.example/requests-2-py3-none-any.whl
  name: requests
  version: '2'
  sha256: ${sha256('d')}
- pypi: https://files.example/bare-2-py3-none-any.whl
  name: bare
- pypi: /home/me/app
  name: app
`

describe.each([6, 7])('a pixi.lock of version %i', (version) => {
  test('gives the packages of an environment, each after what it needs', () => {
    expect(summary(pixiLock(version)).map((line) => line.replace(/^\d+ /, ''))).toEqual([
      'python md5:bb',
      'app sha256:aa',
    ])
    expect(summary(pixiLock(version), 'lock', 'gpu')).toHaveLength(1)
  })

  test('gives what uv would install', () => {
    const { packages, wheels } = read(pixiLock(version), 'pixi.lock', 'wheels')
    expect(packages.map(({ name }) => name)).toEqual(['python'])
    expect(wheels).toMatchObject([
      { name: 'tool', kind: 'wheel', url: 'https://files.example/tool-1-py3-none-any.whl', direct: true },
      { name: 'requests', kind: 'wheel', sha256: sha256('d'), requested: false, direct: false },
      { name: 'mine', kind: 'directory', url: 'file:./', direct: true },
      {
        ...{ name: 'app', kind: 'vcs', repository: 'https://github.com/o/app.git', commit: 'ab'.repeat(20) },
        ...{ revision: 'v1', subdirectory: 'a b', direct: true },
      },
    ])
  })

  test('orders by what packages depend on, not by how they stand there', () => {
    const swapped = pixiLock(version).replace(
      /( {6}- conda: \S+python\S+\n)( {6}- conda: \S+app\S+\n)/,
      '$2$1',
    )
    expect(summary(swapped).map((line) => line.split(' ')[1])).toEqual(['python', 'app'])
  })

  test('says what is wrong, and where', () => {
    const lock = pixiLock(version)
    expect(() => read(lock, 'pixi.lock', 'test')).toThrow(
      "there is no environment 'test' in it\nSet 'pixi-environment' to one of default, gpu, wheels, unknown, bare, elsewhere, source.",
    )
    expect(() => read(lock, 'pixi.lock', 'unknown')).toThrow(
      /pixi.lock:\d+: there is no record of 'https:.*nothing/,
    )
    expect(() => read(lock, 'pixi.lock', 'bare')).toThrow(/pixi.lock:\d+: 'https:.*bare.* has no hash/)
    expect(() => read(lock, 'pixi.lock', 'elsewhere')).toThrow(
      "'file:///home/me/app' is a folder of one machine",
    )
    expect(() => read(lock, 'pixi.lock', 'source')).toThrow(
      /'(\.\/tool' is not in|tool.* is to be built from)/,
    )
    expect(() => parseFrozenLock(lock, 'pixi.lock', 'linux-aarch64', 'default')).toThrow(
      "its environment 'default' has nothing for linux-aarch64",
    )
  })
})

test('other versions of pixi.lock are refused', () => {
  expect(() => read(pixiLock(5))).toThrow('version 5 of pixi')
  expect(() => read(pixiLock(8))).toThrow('Set this action to a newer version')
})

/** Each tool's own comments, and its way to write a hash. */
const explicit: Record<string, string> = {
  conda: `# This file may be used to create an environment using:
# $ conda create --name <env> --file <this file>
# platform: linux-64
# created-by: conda 25.7.0
@EXPLICIT
${channel}/linux-64/python-3.12.1-h1_0_cpython.conda#${md5('b')}
${channel}/noarch/app-1.0-py_0.conda#${md5('a')}
`,
  'conda --sha256': `# platform: linux-64
@EXPLICIT
${channel}/linux-64/python-3.12.1-h1_0_cpython.conda#${sha256('b')}
${channel}/noarch/app-1.0-py_0.conda#sha256:${sha256('a')}
`,
  micromamba: `# This file may be used to create an environment using:
# $ conda create --name <env> --file <this file>
# platform: linux-64
@EXPLICIT
${channel}/linux-64/python-3.12.1-h1_0_cpython.conda#${md5('b')}
${channel}/noarch/app-1.0-py_0.conda#${md5('a')}
`,
  pixi: `# Generated by \`pixi workspace export\`
# platform: linux-64
@EXPLICIT
${channel}/linux-64/python-3.12.1-h1_0_cpython.conda#${md5('b')}
${channel}/noarch/app-1.0-py_0.conda#${md5('a')}
`,
}

test.each(Object.entries(explicit))('an explicit file of %s', (_, text) => {
  expect(read(text).packages.map(({ name }) => name)).toEqual(['python', 'app'])
})

describe('the lockfile of another tool', () => {
  const resolved = async (text: string, mode: 'frozen' | 'update') => {
    const folder = await mkdtemp(join(tmpdir(), 'frozen-'))
    const path = join(folder, 'conda-lock.yml')
    await writeFile(path, text)
    const settings = { path, secrets: [], chooseOwnLayer: () => [] }
    const asked = {
      platform: 'linux-64' as const,
      baseImage: 'debian',
      overrides: [],
      channels: [],
      specs: [],
      pip: [],
    }
    return resolveLock({ ...settings, mode, asked }, () => {
      throw new Error('it is not to be solved')
    }).finally(() => rm(folder, { recursive: true }))
  }

  test('is used as it is; variables in the place of credentials are taken out', async () => {
    const { lock, changed } = await resolved(condaLock, 'frozen')
    expect(lock.packages.map(({ url }) => url.href)).toContain(`${channel}/noarch/app-1.0-py_0.conda`)
    expect(changed).toBe(false)
    await expect(resolved(condaLock.replaceAll('$TOKEN', 'tk-123456'), 'frozen')).rejects.toThrow(
      /credentials|a secret/,
    )
  })

  test('a folder of an index is no credential of a channel', async () => {
    const wheel = `- name: tqdm
  manager: pip
  platform: linux-64
  url: https://files.pythonhosted.org/packages/source/t/tqdm/tqdm-4.66.tar.gz
  hash: {sha256: ${sha256('e')}}
`
    expect((await resolved(condaLock + wheel, 'frozen')).lock.wheels).toHaveLength(1)
  })

  test('is not overwritten', async () => {
    await expect(resolved(condaLock, 'update')).rejects.toThrow(
      "this is a lockfile of conda-lock's, which conda-lock has to keep",
    )
  })
})
