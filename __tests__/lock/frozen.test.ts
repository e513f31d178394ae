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
    expect(() => read(plain.replace('manager: conda', 'manager: pip'))).toThrow(
      "lock:13: wheels are not supported yet, so 'app' would be missing",
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
      - pypi: https://files.example/requests-2-py3-none-any.whl
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
- pypi: https://files.example/requests-2-py3-none-any.whl
  name: requests
`

describe.each([6, 7])('a pixi.lock of version %i', (version) => {
  test('gives the packages of an environment, each after what it needs', () => {
    expect(summary(pixiLock(version)).map((line) => line.replace(/^\d+ /, ''))).toEqual([
      'python md5:bb',
      'app sha256:aa',
    ])
    expect(summary(pixiLock(version), 'lock', 'gpu')).toHaveLength(1)
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
      "there is no environment 'test' in it\nSet 'pixi-environment' to one of default, gpu, wheels, source.",
    )
    expect(() => read(lock, 'pixi.lock', 'wheels')).toThrow(
      /pixi.lock:\d+: wheels are not supported yet, so 'requests-2-py3-none-any.whl' would be missing/,
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

  test('is not overwritten', async () => {
    await expect(resolved(condaLock, 'update')).rejects.toThrow(
      "this is a lockfile of conda-lock's, which conda-lock has to keep",
    )
  })
})
