import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { environmentOf } from '../../../src/environment/inputs.ts'
import { parseEnvironment } from '../../../src/environment/parse.ts'
import { logicalLines, physicalLines } from '../../../src/environment/pip/logical-lines.ts'
import { readEnvironment } from '../../../src/environment/read.ts'

let folder = ''
let log = ''
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'section-')))
  log = ''
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    log += String(text)
    return true
  })
})
afterEach(async () => {
  jest.restoreAllMocks()
  await rm(folder, { recursive: true })
})

const parse = (text: string, variables: NodeJS.ProcessEnv = {}) =>
  parseEnvironment(text, '/srv/env.yaml', variables)

/** Writes files, and reads the environment of lines for pip beside them. */
async function read(
  lines: readonly string[],
  files: Record<string, string | Uint8Array> = {},
  variables: NodeJS.ProcessEnv = {},
) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  const file = join(folder, 'env.yaml')
  const list = lines.map((line) => `    - ${JSON.stringify(line)}\n`).join('')
  await writeFile(file, `dependencies:\n  - python\n  - pip:\n${list}`)
  return readEnvironment(file, variables)
}
const filesOf = async (...of: Parameters<typeof read>) => (await read(...of)).pip?.files ?? []

describe('the lists', () => {
  test('all of them, with kinds, names and lines', () => {
    const { environment } = parse(
      [
        'dependencies:',
        '  - python',
        '  - pip:',
        '    - Flask==3.0.0  # a comment of YAML',
        '    - "jinja2 # one of pip"',
        '    - "# nothing but one"',
        '    - -e .',
        '  - zlib',
        '  - pip:',
        '    - --extra-index-url https://h/simple',
        '    - git+https://github.com/o/r@main',
      ].join('\n'),
    )
    expect(environment.pip?.lines).toEqual([
      {
        text: 'Flask==3.0.0',
        canonical: 'Flask==3.0.0',
        kind: 'index',
        name: 'flask',
        file: '/srv/env.yaml',
        line: 4,
      },
      { text: 'jinja2', canonical: 'jinja2', kind: 'index', name: 'jinja2', file: '/srv/env.yaml', line: 5 },
      { text: '-e .', canonical: '-e .', kind: 'editable', path: '.', file: '/srv/env.yaml', line: 7 },
      {
        text: '--extra-index-url https://h/simple',
        canonical: '--extra-index-url https://h/simple',
        kind: 'option',
        file: '/srv/env.yaml',
        line: 10,
      },
      {
        text: 'git+https://github.com/o/r@main',
        canonical: 'git+https://github.com/o/r@main',
        kind: 'vcs',
        file: '/srv/env.yaml',
        line: 11,
      },
    ])
  })

  test('continued lines, over items and within them', () => {
    const text = [
      'dependencies:',
      '  - pip:',
      '    - flask==3.0 \\',
      '    - --hash=sha256:ab \\',
      '    - --hash=sha256:cd',
      '    - |',
      '      jinja2 \\',
      '        >=3',
      '      click',
    ].join('\n')
    expect(parse(text).environment.pip?.lines.map((line) => [line.line, line.text])).toEqual([
      [3, 'flask==3.0 --hash=sha256:ab --hash=sha256:cd'],
      [6, 'jinja2   >=3'],
      [6, 'click'],
    ])
  })

  test.each([
    ['- python', ['python', 'pip']],
    ['- pip', ['pip']],
    ['- Pip >=24', ['Pip >=24']],
    ['- conda-forge::pip=25', ['conda-forge::pip=25']],
    ['- sel(win): pip', ['pip', 'pip']],
  ])('pip is asked for beside %s as micromamba does', (item, specs) => {
    const { environment } = parse(`dependencies:\n  - pip: [flask]\n  ${item}`)
    expect(environment.specs.map(({ text }) => text)).toEqual(specs)
    expect(environment.specs.at(-1)?.line).toBe(item.includes('ip') && specs.length === 1 ? 3 : 2)
  })

  test.each(['pip:', 'pip: []', 'pip: ["# nothing"]'])('%s asks for nothing', (list) => {
    const { environment, warnings } = parse(`dependencies:\n  - zlib\n  - ${list}`)
    expect(environment.pip).toBeUndefined()
    expect(environment.specs.map(({ text }) => text)).toEqual(['zlib'])
    expect(warnings).toEqual(
      list.includes('#') ? [] : [{ message: expect.stringContaining("'pip:' is empty"), line: 3 }],
    )
  })

  test.each([
    ['dependencies: []\npip:\n  - flask', 2, "'pip:' stands beside 'dependencies'"],
    ['dependencies:\n  - pip:\n    - flask\n    - openeo=0.22', 4, "'openeo=0.22': '=' is conda's"],
    ['dependencies:\n  - pip:\n    - flask: 3.0', 3, "a line of 'pip:' is not text"],
    ['dependencies:\n  - pip:\n    - flask\n    -', 4, "a line of 'pip:' is empty"],
    ['dependencies:\n  - pip:\n    - 3.12', 3, "a line of 'pip:' is not text"],
    ['dependencies:\n  - pip:\n    - fl\udcfcsk', 3, 'bytes that are not UTF-8'],
    ['dependencies:\n  - pip:\n    - -i https://${TOKEN}@h/s', 3, 'TOKEN is not set'],
  ])('%j is refused', (text, line, message) => {
    expect(() => parse(text)).toThrow(`/srv/env.yaml:${line}: `)
    expect(() => parse(text)).toThrow(message)
  })

  test.each([
    'pip: flask',
    'pip:',
    '- pip:',
    '-r requirements.txt',
    '-e .',
    'git+https://h/r',
    'a @ https://u:pw@h/a.whl',
  ])("%s in the input 'packages' is refused with the place where it goes", (item) => {
    const given = () => environmentOf(['python', item], [])
    expect(given).toThrow(/input 'packages': '.*' is for pip.*\n.*below 'dependencies:', - pip:/)
    expect(given).not.toThrow('pw@')
  })
  test.each(['pip', 'pip=25', 'pip >=25', '- pip', 'pip::x'])("%s in 'packages' is a package", (item) => {
    expect(environmentOf([item], []).specs).toHaveLength(1)
  })
})

test('lines are joined and comments taken off as pip does', () => {
  const text = 'a \\\n  b # c \\\n# d \\\n  # e\nf#g\n\\\n# h\ni\\\\\n\u2028j \\'
  expect(logicalLines(physicalLines(text)).map(({ line, text: of }) => `${line} ${of}`)).toEqual([
    '1 a   b',
    '5 f#g',
    '8 i',
    '10 j',
  ])
})

describe('files that lines name', () => {
  test('-r and -c from the file that names them, paths from the folder of the environment file', async () => {
    const { pip, secrets } = await read(['-r sub/a.txt', 'click'], {
      'sub/a.txt': '\uFEFFflask # x\r\n-r b.txt\r\n-c ../c.txt\r\n./pkg\r\n',
      'sub/b.txt': '--index-url https://me:hunter2@h/simple\njinja2\n-r a.txt\n',
      'c.txt': 'flask<4',
      'pkg/pyproject.toml': '[project]',
      'pkg/setup.py': '',
    })
    expect(pip?.lines.map(({ text }) => text)).toEqual(['-r sub/a.txt', 'click'])
    expect(
      pip?.files.map(({ path, kind, named }) => [
        path,
        kind,
        named.file.slice(folder.length + 1),
        named.line,
      ]),
    ).toEqual([
      ['sub/a.txt', 'requirements', 'env.yaml', 4],
      ['sub/b.txt', 'requirements', 'sub/a.txt', 2],
      ['c.txt', 'constraints', 'sub/a.txt', 3],
      ['pkg/pyproject.toml', 'project', 'sub/a.txt', 4],
      ['pkg/setup.py', 'project', 'sub/a.txt', 4],
    ])
    expect(pip?.files[0]?.lines.map(({ kind, name }) => name ?? kind)).toEqual([
      'flask',
      'option',
      'option',
      'path',
    ])
    expect(secrets).toEqual(['hunter2'])
    expect(log).toContain('::add-mask::hunter2')
  })

  test('their hash is that of what they ask: no comments, line ends or credentials', async () => {
    const [one] = await filesOf(['-r a.txt'], { 'a.txt': 'flask\n-i https://u:one@h/s\n' })
    const [two] = await filesOf(['-r a.txt'], { 'a.txt': '# new\r\nflask\r\n\r\n-i https://u:two@h/s' })
    const [three] = await filesOf(['-r a.txt'], { 'a.txt': 'flask>3\n-i https://u:two@h/s' })
    expect(one?.digest).toBe(two?.digest)
    expect(one?.digest).not.toBe(three?.digest)
  })

  test('archives by their bytes', async () => {
    const name = 'dist/my_app-1-py3-none-any.whl'
    const [one] = await filesOf([`./${name}`], { [name]: Uint8Array.of(0xff, 0) })
    const [two] = await filesOf([`./${name}`], { [name]: Uint8Array.of(0xff, 1) })
    expect(one).toMatchObject({ path: name, kind: 'archive' })
    expect(one?.digest).not.toBe(two?.digest)
  })

  test('addresses are left to pip, which is said', async () => {
    expect(await filesOf(['-r https://me:pw@h/requirements.txt'])).toEqual([])
    expect(log).toMatch(/::warning file=.*env.yaml,line=4::What 'https:\/\/h\/requirements.txt' holds/)
    expect(await filesOf(['-r pylock.toml'], { 'pylock.toml': 'lock-version = "1.0"' })).toHaveLength(1)
  })

  test.each([
    [['-r none.txt'], {}, /env\.yaml:4: '-r none\.txt': there is no '.*none\.txt'/],
    [['-e .'], {}, /env\.yaml:4: '-e \.': '.*' has no pyproject\.toml/],
    [['./pkg'], {}, /env\.yaml:4: '\.\/pkg': there is no .*\n.*where pip runs/],
    [['-r a.txt'], { 'a.txt': '\n\nnumpy=1.2' }, /a\.txt:3: 'numpy=1\.2': '=' is conda's.*\n.*numpy==1\.2/],
    [['-r a.txt'], { 'a.txt': '-r b.txt' }, /a\.txt:1: '-r b\.txt': there is no/],
    [['./a.txt'], { 'a.txt': '' }, /env\.yaml:4: .* is neither a folder nor an archive/],
    [['-r a.txt'], { 'a.txt': Uint8Array.of(0x66, 0xfc) }, /a\.txt:1: it holds bytes that are not UTF-8/],
    [['-r .'], {}, /env\.yaml:4: .* cannot be read/],
  ] as [string[], Record<string, string | Uint8Array>, RegExp][])('%j', async (lines, files, message) => {
    await expect(read(lines, files)).rejects.toThrow(message)
  })
})

describe('variables and secrets', () => {
  test('what is filled in is known as a secret, and the line stays as it is', async () => {
    const { pip, secrets } = await read(
      [
        '--index-url https://me:${PW}@h/simple',
        '-r ${WHERE}/a.txt',
        'git+https://${MY_TOKEN}@github.com/o/r',
      ],
      { 'x/a.txt': 'flask' },
      { PW: 'hunter2', WHERE: 'x', MY_TOKEN: 'tk-1' },
    )
    expect(pip?.lines.map(({ text }) => text)).toContain('--index-url https://me:${PW}@h/simple')
    expect(pip?.files.map(({ path }) => path)).toEqual(['x/a.txt'])
    expect(secrets).toEqual(['hunter2', 'tk-1'])
  })
  test('what is asked has the values of those that are no secrets', () => {
    const text = (line: string) => `dependencies: [pip: [${JSON.stringify(line)}]]`
    const asked = (line: string) =>
      parse(text(line), { V: '2.1', ME: 'me', PW: 'hunter2', A_TOKEN: 'tk-1', LINES: 'a\nb' }).environment.pip
        ?.lines[0]
    expect(asked('torch==${V}')?.canonical).toBe('torch==2.1')
    expect(asked('-i https://${ME}:${PW}@h/${V}')?.canonical).toBe('-i https://h/2.1')
    expect(asked('https://h/${A_TOKEN}/x.zip')?.canonical).toBe('https://h/${A_TOKEN}/x.zip')
    expect(() => asked('torch==${LINES}')).toThrow('LINES has more than one line')
    expect(() => asked('torch==${NONE}')).toThrow('NONE is not set')
  })
  test('$VAR and ${var} are text to pip', async () => {
    const { pip } = await read(['https://h/$A/${b}.zip'])
    expect(pip?.lines[0]?.kind).toBe('url')
  })
})
