import { describe, expect, test } from '@jest/globals'
import { formatLock, lockHash } from '../../src/lock/format.ts'
import { parseLock } from '../../src/lock/parse.ts'
import { header, hex, locked, lockedWheel } from './samples.ts'

const parse = (text: string) => parseLock(text, '/srv/env.lock', 'linux-64')
const python = locked('c/linux-64/python-3.12.1-0.conda')
const commit = 'c0ffee00'.repeat(5)
const files = 'https://files.pythonhosted.org/packages'

test('the wheels of a lock of ours stand below its packages, and its header says what was asked', () => {
  const text = formatLock({
    header: {
      ...header,
      pip: ['-r requirements.txt', 'flask'],
      pipFiles: [{ path: 'my requirements.txt', digest: header.inputHash }],
      pipVersion: '25.1.1',
    },
    packages: [python],
    wheels: [
      lockedWheel('markupsafe', 'MarkupSafe-3.0-cp312-cp312-manylinux_2_17_x86_64.whl', { requested: false }),
      lockedWheel('flask', 'flask-3.0.0-py3-none-any.whl'),
      lockedWheel('app', `git+https://github.com/o/app@${commit}#revision=v1.0&subdirectory=src/app`, {
        direct: true,
        settings: { '--build-option': ['-a', '-b'], x: 'y z' },
      }),
    ],
  })
  expect(text.split('\n').slice(10)).toEqual([
    '# spec: numpy>=2',
    '# spec: python=3.12',
    '# pip: -r requirements.txt',
    '# pip: flask',
    `# pip-file: ${header.inputHash} my requirements.txt`,
    '# pip-version: 25.1.1',
    '# pip-requested: flask',
    '# pip-requested: app',
    '# pip-direct: app',
    '# pip-config-settings: app {"--build-option":["-a","-b"],"x":"y z"}',
    '# own-layer: python',
    '@EXPLICIT',
    `https://conda.example.org/c/linux-64/python-3.12.1-0.conda#sha256:${hex}`,
    `# pip markupsafe @ ${files}/MarkupSafe-3.0-cp312-cp312-manylinux_2_17_x86_64.whl#sha256=${hex}`,
    `# pip flask @ ${files}/flask-3.0.0-py3-none-any.whl#sha256=${hex}`,
    `# pip app @ git+https://github.com/o/app@${commit}#revision=v1.0&subdirectory=src/app`,
    '',
  ])
  const lock = parse(text)
  expect(lock.header?.pipVersion).toBe('25.1.1')
  expect(lock.wheels[0]).toEqual({
    name: 'markupsafe',
    url: `${files}/MarkupSafe-3.0-cp312-cp312-manylinux_2_17_x86_64.whl`,
    kind: 'wheel',
    fileName: 'MarkupSafe-3.0-cp312-cp312-manylinux_2_17_x86_64.whl',
    version: '3.0',
    build: 'cp312-cp312-manylinux_2_17_x86_64',
    sha256: hex,
    requested: false,
    direct: false,
    line: 24,
  })
  expect(lock.wheels.map(({ requested, direct }) => [requested, direct])).toEqual([
    [false, false],
    [true, false],
    [true, true],
  ])
  expect(lock.wheels.map(({ settings }) => settings)).toEqual([
    undefined,
    undefined,
    { '--build-option': ['-a', '-b'], x: 'y z' },
  ])
})

/** What stands in a file of conda-lock's, or anybody's. */
const foreign = (...lines: string[]) => parse(['@EXPLICIT', ...lines].join('\n')).wheels

describe('what a line stands for', () => {
  test.each([
    [
      `torch @ https://download.pytorch.org/whl/torch-2.1.0%2Bcu121-1-cp312-cp312-linux_x86_64.whl#sha256=${hex}`,
      { kind: 'wheel', version: '2.1.0+cu121', build: '1-cp312-cp312-linux_x86_64' },
    ],
    [
      `Flask_X @ ${files}/Flask_X-1-py3-none-any.whl#sha256=${hex.toUpperCase()}`,
      { name: 'flask-x', sha256: hex },
    ],
    [`a[b,c]@${files}/a-1-py2.py3-none-any.whl#sha256=${hex}&egg=a`, { name: 'a', kind: 'wheel' }],
    [
      `a @ file:./dist/a-1-py3-none-any.whl#sha256=${hex}`,
      { kind: 'wheel', url: 'file:./dist/a-1-py3-none-any.whl' },
    ],
    [`tqdm @ ${files}/source/t/tqdm/tqdm-4.66.tar.gz#sha256=${hex}`, { kind: 'sdist', version: '4.66' }],
    [
      `a @ https://h/archive/main.zip#sha256=${hex}&subdirectory=x%20y/z`,
      { kind: 'sdist', fileName: 'main.zip', subdirectory: 'x y/z' },
    ],
    [
      `a @ git+ssh://git@github.com/o/a.git@${commit}`,
      { kind: 'vcs', vcs: 'git', repository: 'ssh://git@github.com/o/a.git', commit },
    ],
    [`a @ file:.`, { kind: 'directory', url: 'file:.' }],
    [`a @ file:///srv/a#sha256=${hex}`, { kind: 'directory', sha256: hex }],
  ])('%s', (line, expected) => {
    expect(foreign(`# pip ${line}`)).toMatchObject([{ ...expected, requested: true, direct: true, line: 2 }])
  })

  test('those of others come in the order in which pip installs them', () => {
    const lines = ['b', 'c', 'a'].map(
      (name) => `# pip ${name} @ ${files}/${name}-1-py3-none-any.whl#sha256=${hex}`,
    )
    expect(foreign(...lines).map(({ name, line }) => `${line} ${name}`)).toEqual(['3 c', '2 b', '4 a'])
  })
})

describe('what is refused, with its line', () => {
  const url = `${files}/a-1-py3-none-any.whl`
  test.each([
    [`a @ ${url}`, 'has no hash'],
    [`a @ ${url}#sha256=${hex.slice(1)}`, 'is not a hash'],
    [`a @ ${url}#md5=${'ab'.repeat(16)}`, "'#md5=abababab"],
    [`a @ ${url}#${hex}`, 'is not a hash'],
    [`b @ ${url}#sha256=${hex}`, "'a-1-py3-none-any.whl' is a wheel of a, not of b"],
    [`a @ ${files}/a-1-py3.whl#sha256=${hex}`, 'is not the name of a wheel'],
    [`a @ ${files}/a-1-cp312-cp312-win_amd64.whl#sha256=${hex}`, 'is not for linux-64'],
    [`a @ ${files}/a-1-cp312-cp312-manylinux_2_17_aarch64.whl#sha256=${hex}`, 'is not for linux-64'],
    [`a @ ${files}/a-1-cp312-cp312-musllinux_1_1_x86_64.whl#sha256=${hex}`, 'is not for linux-64'],
    [`a @ ftp://h/a-1-py3-none-any.whl#sha256=${hex}`, 'is not the address of a wheel'],
    [`a @ ${url}?token=hunter2#sha256=${hex}`, 'has a query'],
    [`a @ https://me:hunter2@h/a-1-py3-none-any.whl#sha256=${hex}`, 'was written with credentials'],
    [`a @ git+https://hunter2@github.com/o/a@${commit}`, 'was written with credentials'],
    ['a @ git+https://github.com/o/a@main', 'is not at a commit'],
    ['a @ git+https://github.com/o/a', 'is not at a commit'],
    ['a @ file:///home/me/a', 'is a folder of one machine'],
    [`a @ ${url}#sha256=${hex} ; python_version > "3"`, 'is not a line for a wheel'],
  ])('%s', (line, message) => {
    expect(() => foreign('# a comment', `# pip ${line}`)).toThrow('/srv/env.lock:3: ')
    expect(() => foreign('# a comment', `# pip ${line}`)).toThrow(message)
    expect(() => foreign('# a comment', `# pip ${line}`)).not.toThrow('hunter2')
  })

  const ours = formatLock({
    header: { ...header, pipVersion: '25.1' },
    packages: [python],
    wheels: [lockedWheel('flask', 'flask-3-py3-none-any.whl')],
  })
  test.each([
    [`${ours}${ours.split('\n').at(-2) ?? ''}`, 19, 'flask stands here for the second time, after line 18'],
    [`${ours}# pip flask`, 19, "'# pip flask' is not a line for a wheel"],
    [ours.replace('pip-requested: flask', 'pip-requested: jinja2'), 14, "there is no wheel of 'jinja2'"],
    [ours.replace('# pip-version: 25.1', '# pip-version:'), 13, "'pip-version' has no value"],
    ...['flask', 'flask {', 'flask {"a":1}', 'flask ["a"]'].map((value): [string, number, string] => [
      ours.replace('pip-version: 25.1', `pip-config-settings: ${value}`),
      13,
      `'${value}' cannot be 'pip-config-settings'`,
    ]),
    [ours.replace('pip-version: 25.1', 'pip-config-settings: a {}'), 13, "there is no wheel of 'a'"],
    [ours.replace('pip-version: 25.1', 'pip-file: a.txt'), 13, "'a.txt' cannot be 'pip-file'"],
  ])('%#', (text, line, message) => {
    expect(() => parse(text)).toThrow(`/srv/env.lock:${line}: `)
    expect(() => parse(text)).toThrow(message)
  })
})

describe('lockHash', () => {
  const lock = parse(
    formatLock({
      header: { ...header, pipVersion: '25.1' },
      packages: [python],
      wheels: [lockedWheel('b', 'b-1-py3-none-any.whl'), lockedWheel('a', 'a-1-py3-none-any.whl')],
    }),
  )
  const [b, a] = lock.wheels
  test.each([
    ['a wheel', { ...lock, wheels: lock.wheels.slice(1) }],
    ['their order', { ...lock, wheels: a && b ? [a, b] : [] }],
    [
      'what was asked for',
      { ...lock, wheels: b ? [{ ...b, requested: false }, ...lock.wheels.slice(1)] : [] },
    ],
    ['what came by address', { ...lock, wheels: b ? [{ ...b, direct: true }, ...lock.wheels.slice(1)] : [] }],
    ['settings', { ...lock, wheels: b ? [{ ...b, settings: { a: '1' } }, ...lock.wheels.slice(1)] : [] }],
    ['pip', { ...lock, header: { ...header, pipVersion: '26.0' } }],
  ])('changes with %s', (_, other) => {
    expect(lockHash(other, '')).not.toBe(lockHash(lock, ''))
  })
  test('does not change with the lines', () => {
    const moved = lock.wheels.map((wheel) => ({ ...wheel, line: 1 }))
    expect(lockHash({ ...lock, wheels: moved }, '')).toBe(lockHash(lock, ''))
  })
})
