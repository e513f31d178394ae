import { describe, expect, test } from '@jest/globals'
import { UserError } from '../../src/common/errors.ts'
import { openArchive } from '../../src/packages/conda/archive.ts'
import {
  linkScriptsOf,
  planLink,
  pythonOf,
  type LinkContext,
  type SourceCompiler,
} from '../../src/prefix/link.ts'
import { makeConda, type PackageParts } from '../packages/make-package.ts'
import { linkAll, linkSource, lockedPackage, type LinkedEntry } from './transcripts.ts'

const context: LinkContext = {
  prefix: '/opt/conda',
  rootPrefix: '/opt/conda',
  python: pythonOf({ version: '3.12.4', build: '0' }),
}
const old = '/old/placeholder_placeholder'
const facts = { md5: 'm', sha256: 's', size: 1 }

async function link(
  parts: PackageParts,
  select?: (path: string) => boolean,
  within: LinkContext = context,
  subdir = parts.index?.['noarch'] === 'python' ? 'noarch' : 'linux-64',
): Promise<LinkedEntry[]> {
  const archive = await openArchive(await makeConda(parts), 'conda', 'demo-1.0-0')
  const locked = lockedPackage(`${subdir}/demo-1.0-0.conda`)
  return linkAll({ archive, facts, locked }, within, select, compiler)
}

/** Stands for python; what it makes of a source tells what it was given. */
const compiler: SourceCompiler = {
  compile: (path, source) => {
    const text = Buffer.from(source).toString()
    return Promise.resolve(text === 'wrong' ? undefined : Buffer.from(`${path}: ${text}`))
  },
}

/** Entries but the record, short: content of files, targets of links. */
function summary(entries: readonly LinkedEntry[]): [string, string, string?][] {
  return entries
    .filter(({ path }) => !path.startsWith('conda-meta/'))
    .map((entry) => {
      if (entry.type === 'file') return [entry.path, 'file', entry.bytes.toString()]
      return entry.type === 'directory' ? [entry.path, 'directory'] : [entry.path, entry.type, entry.target]
    })
}

interface PathRecord {
  readonly _path: string
  readonly path_type: string
  readonly sha256_in_prefix?: string
}

function recordsOf(entries: readonly LinkedEntry[]): PathRecord[] {
  const record = entries.find(({ path }) => path === 'conda-meta/demo-1.0-0.json')
  const json = JSON.parse(record?.bytes.toString() ?? '') as { paths_data: { paths: PathRecord[] } }
  return json.paths_data.paths
}

function hashesOf(entries: readonly LinkedEntry[]): Record<string, string | undefined> {
  return Object.fromEntries(recordsOf(entries).map((path) => [path._path, path.sha256_in_prefix]))
}

const sha = {
  empty: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  content: 'ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73',
}

describe('hard links inside the archive', () => {
  const parts: PackageParts = {
    paths: ['a', 'b', 'c'].map((name) => ({ _path: name, path_type: 'hardlink' })),
    items: [
      { name: 'a', content: 'content', mode: 0o750 },
      { name: 'b', type: 'link', linkname: 'a' },
      { name: 'c', type: 'link', linkname: 'b' },
    ],
  }

  test('stay hard links to what came first', async () => {
    const entries = await link(parts)
    expect(summary(entries)).toEqual([
      ['a', 'file', 'content'],
      ['b', 'hardlink', 'a'],
      ['c', 'hardlink', 'a'],
    ])
    expect(hashesOf(entries)).toEqual({ a: sha.content, b: sha.content, c: sha.content })
  })

  test('to something left out: the first is the file, with its mode', async () => {
    const entries = await link(parts, (path) => path !== 'a')
    expect(summary(entries)).toEqual([
      ['b', 'file', 'content'],
      ['c', 'hardlink', 'b'],
    ])
    expect(entries[0]).toMatchObject({ mode: 0o750, size: 7 })
    expect(hashesOf(entries)).toEqual({ a: sha.content, b: sha.content, c: sha.content })
  })

  test('to something that is not linked at all', async () => {
    const [, b, c] = parts.paths ?? []
    const entries = await link({ ...parts, paths: [{ ...b }, { ...c }] })
    expect(summary(entries)).toEqual([
      ['b', 'file', 'content'],
      ['c', 'hardlink', 'b'],
    ])
    expect(hashesOf(entries)).toEqual({ b: sha.content, c: sha.content })
  })

  test('a file that must not be linked shares its inode with none', async () => {
    const [a, b, c] = parts.paths ?? []
    expect(summary(await link({ ...parts, paths: [{ ...a, no_link: true }, { ...b }, { ...c }] }))).toEqual([
      ['a', 'file', 'content'],
      ['b', 'file', 'content'],
      ['c', 'hardlink', 'b'],
    ])
    expect(summary(await link({ ...parts, paths: [{ ...a }, { ...b, no_link: true }, { ...c }] }))).toEqual([
      ['a', 'file', 'content'],
      ['c', 'hardlink', 'a'],
      ['b', 'file', 'content'],
    ])
  })

  test('prefixes are replaced in each by itself', async () => {
    const placeholder = { path_type: 'hardlink', prefix_placeholder: old, file_mode: 'text' }
    const items = [{ name: 'a', content: `a=${old}` }, ...(parts.items ?? []).slice(1)]
    const paths = [{ _path: 'a', ...placeholder }, { _path: 'b', ...placeholder }, { _path: 'c' }]
    const entries = await link({ items, paths })
    expect(summary(entries)).toEqual([
      ['a', 'file', 'a=/opt/conda'],
      ['b', 'file', 'a=/opt/conda'],
      ['c', 'file', `a=${old}`],
    ])
    const hashes = hashesOf(entries)
    expect(hashes['b']).toBe(hashes['a'])
    expect(hashes['c']).not.toBe(hashes['a'])
  })
})

describe('soft links', () => {
  test('their hash is that of what they lead to in the package, whatever is left out', async () => {
    const links = {
      chain: 'd/link',
      'd/link': '../file',
      below: 'd',
      outside: '/usr/bin/env',
      inside: '/opt/conda/file',
    }
    const parts: PackageParts = {
      paths: [...Object.keys(links), 'file'].map((name) => ({
        _path: name,
        path_type: name === 'file' ? 'hardlink' : 'softlink',
      })),
      items: [
        ...Object.entries(links).map(([name, linkname]) => ({ name, linkname, type: 'symlink' as const })),
        { name: 'file', content: 'content' },
      ],
    }
    const hashes = {
      chain: sha.content,
      'd/link': sha.content,
      below: sha.empty,
      outside: sha.empty,
      inside: sha.content,
      file: sha.content,
    }
    expect(hashesOf(await link(parts))).toEqual(hashes)
    const few = await link(parts, (path) => path === 'chain' || path.startsWith('conda-meta'))
    expect(summary(few)).toEqual([['chain', 'symlink', 'd/link']])
    expect(hashesOf(few)).toEqual(hashes)
  })

  test('that must not be linked are copies of what they lead to, before it in the archive or behind', async () => {
    const parts: PackageParts = {
      paths: [
        { _path: 'copy', path_type: 'softlink', no_link: true },
        { _path: 'text', path_type: 'softlink', prefix_placeholder: old },
        { _path: 'file', path_type: 'hardlink' },
      ],
      items: [
        { name: 'copy', type: 'symlink', linkname: 'hop' },
        { name: 'hop', type: 'symlink', linkname: 'hard' },
        { name: 'text', type: 'symlink', linkname: 'file' },
        { name: 'file', content: `at ${old}`, mode: 0o755 },
        { name: 'hard', type: 'link', linkname: 'file' },
      ],
    }
    const entries = await link(parts)
    expect(summary(entries)).toEqual([
      ['file', 'file', `at ${old}`],
      ['copy', 'file', `at ${old}`],
      ['text', 'file', 'at /opt/conda'],
    ])
    expect(entries[1]).toMatchObject({ mode: 0o755 })
    expect(recordsOf(entries).map((record) => record.path_type)).toEqual(['softlink', 'softlink', 'hardlink'])
  })
})

test('directories are made when the package names them, and only then', async () => {
  const parts: PackageParts = {
    paths: [
      { _path: 'named', path_type: 'directory' },
      { _path: 'far/away', path_type: 'directory' },
    ],
    items: [
      { name: 'named', type: 'directory', mode: 0o700 },
      { name: 'unnamed', type: 'directory' },
    ],
  }
  const entries = await link(parts)
  expect(summary(entries)).toEqual([
    ['named', 'directory'],
    ['far/away', 'directory'],
  ])
  expect(entries[0]).toMatchObject({ mode: 0o755 })
  expect(recordsOf(entries)[0]).toEqual({ _path: 'named', path_type: 'directory' })
})

describe('noarch python', () => {
  const parts: PackageParts = {
    index: { noarch: 'python' },
    info: { 'link.json': '{"noarch": {"type": "python", "entry_points": ["tool = demo:main"]}}' },
    paths: ['python-scripts/tool', 'site-packages/demo.py', 'lib/python3.12/site-packages/demo.py'].map(
      (name) => ({
        _path: name,
        path_type: 'hardlink',
      }),
    ),
    items: [
      { name: 'python-scripts/tool', content: 'content' },
      { name: 'site-packages/demo.py', content: 'first' },
      { name: 'lib/python3.12/site-packages/demo.py', content: 'second' },
    ],
  }

  test('an entry point that nobody can read has no script', async () => {
    const definitions = ['tool = "demo:main [fast]"', 'broken = demo']
    const noarch = { type: 'python', entry_points: definitions }
    const entries = await link({ ...parts, info: { 'link.json': JSON.stringify({ noarch }) } })
    const scripts = summary(entries).filter(([path]) => path.startsWith('bin/'))
    expect(scripts.map(([path, , content]) => [path, content?.includes('from demo import main\n')])).toEqual([
      ['bin/tool', true],
    ])
  })

  test('of what comes to the same path, the last in the metadata stays, and entry points before all', async () => {
    const entries = await link(parts)
    expect(summary(entries).map(([path, , content]) => [path, content?.split('\n')[0]])).toEqual([
      ['lib/python3.12/site-packages/demo.py', 'second'],
      ['bin/tool', '#!/opt/conda/bin/python3.12'],
    ])
    expect(recordsOf(entries).map(({ _path, path_type }) => [_path, path_type])).toEqual([
      ['bin/tool', 'hardlink'],
      ['lib/python3.12/site-packages/demo.py', 'hardlink'],
      ['lib/python3.12/site-packages/demo.py', 'hardlink'],
      ['lib/python3.12/site-packages/__pycache__/demo.cpython-312.pyc', 'pyc_file'],
      ['bin/tool', 'unix_python_entry_point'],
    ])
    expect(recordsOf(entries)[0]?.sha256_in_prefix).toBe(sha.content)
  })

  test('another python, another place', async () => {
    const python = pythonOf({ version: '3.13.1', build: 'h1_2_cp313t' })
    const entries = await link(parts, undefined, { ...context, python })
    expect(summary(entries).map(([path]) => path)).toEqual([
      'lib/python3.13t/site-packages/demo.py',
      'lib/python3.12/site-packages/demo.py',
      'bin/tool',
    ])
    expect(entries[2]?.bytes.toString()).toMatch(/^#!\/opt\/conda\/bin\/python3\.13t\n/)
    expect(recordsOf(entries)[3]?._path).toBe(
      'lib/python3.13t/site-packages/__pycache__/demo.cpython-313.pyc',
    )
  })

  describe('with bytecode', () => {
    const within = { ...context, bytecode: true }
    const names = ['a.py', 'b.py', 'c.py', 'data.txt', 'link.py', 'old.pyc', '__pycache__/a.cpython-312.pyc']
    const sources: PackageParts = {
      index: { noarch: 'python' },
      paths: [...names.map((name) => `site-packages/p/${name}`), 'share/other.py'].map((name) => ({
        _path: name,
      })),
      items: [
        { name: 'site-packages/p/a.py', content: `at ${old}`, mode: 0o555, mtime: new Date(1e12) },
        { name: 'site-packages/p/__pycache__/a.cpython-312.pyc', content: 'of its packager' },
        { name: 'site-packages/p/b.py', content: 'b', mode: 0o664 },
        { name: 'site-packages/p/c.py', content: 'wrong' },
        { name: 'site-packages/p/data.txt', content: 'data' },
        { name: 'site-packages/p/link.py', type: 'symlink', linkname: 'b.py' },
        { name: 'site-packages/p/old.pyc', content: 'old' },
        { name: 'share/other.py', content: 'no module' },
      ],
    }
    const folder = 'lib/python3.12/site-packages/p'
    const compiled = (entries: readonly LinkedEntry[]) =>
      summary(entries).filter(([path]) => path.includes('__pycache__'))

    test('behind each source, of what is in the prefix, in the place of what the package has there', async () => {
      const paths = sources.paths?.map((path) =>
        path['_path'] === 'site-packages/p/a.py' ? { ...path, prefix_placeholder: old } : path,
      )
      const entries = await link({ ...sources, paths }, undefined, within)
      expect(summary(entries)).toEqual([
        [`${folder}/a.py`, 'file', 'at /opt/conda'],
        [`${folder}/__pycache__/a.cpython-312.pyc`, 'file', `/opt/conda/${folder}/a.py: at /opt/conda`],
        [`${folder}/b.py`, 'file', 'b'],
        [`${folder}/__pycache__/b.cpython-312.pyc`, 'file', `/opt/conda/${folder}/b.py: b`],
        [`${folder}/c.py`, 'file', 'wrong'],
        [`${folder}/data.txt`, 'file', 'data'],
        [`${folder}/link.py`, 'symlink', 'b.py'],
        [`${folder}/old.pyc`, 'file', 'old'],
        ['share/other.py', 'file', 'no module'],
      ])
      const [first, ofFirst, , ofSecond] = entries
      expect([first, ofFirst, ofSecond].map((entry) => entry?.type === 'file' && entry.mode)).toEqual([
        0o555, 0o644, 0o664,
      ])
      expect(ofFirst).not.toHaveProperty('mtime')
      const record = (path: string) => recordsOf(entries).find(({ _path }) => _path === path)?.path_type
      expect(record(`${folder}/__pycache__/c.cpython-312.pyc`)).toBe('pyc_file')
    })

    test('with its source only', async () => {
      const entries = await link(sources, (path) => path !== `${folder}/b.py`, within)
      expect(compiled(entries).map(([path]) => path)).toEqual([`${folder}/__pycache__/a.cpython-312.pyc`])
      const none = await link(sources, (path) => path.endsWith('.py'), within)
      expect(compiled(none)).toEqual([])
    })

    test('not for a python without a hash-based form of it, nor when it is not asked for', async () => {
      const python = pythonOf({ version: '3.6.15', build: '0' })
      expect(summary(await link(sources, undefined, { ...within, python }))).toHaveLength(8)
      expect(compiled(await link(sources))).toEqual([
        [`${folder}/__pycache__/a.cpython-312.pyc`, 'file', 'of its packager'],
      ])
    })

    test('its paths are claimed, whether there will be any or not', async () => {
      const { info } = await openArchive(await makeConda(sources), 'conda', 'demo-1.0-0')
      const claimed = (at: LinkContext) =>
        planLink(info, at).paths.filter((path) => path.includes('__pycache__'))
      expect(claimed(within).sort()).toEqual(
        ['a', 'b', 'c', 'link'].map((stem) => `${folder}/__pycache__/${stem}.cpython-312.pyc`),
      )
      expect(claimed(context)).toHaveLength(1)
    })
  })

  test('is refused in the folder of a platform, where nothing tells that it depends on python', async () => {
    await expect(link(parts, undefined, context, 'linux-64')).rejects.toThrow(
      /demo-1\.0-0\.conda: demo-1\.0-0 is a noarch package of python, and lies in linux-64/,
    )
  })

  test('needs a python', async () => {
    const { prefix, rootPrefix } = context
    await expect(link(parts, undefined, { prefix, rootPrefix })).rejects.toThrow(
      /package demo-1\.0-0 is for python, and the environment at \/opt\/conda has none/,
    )
  })
})

describe('packages that are not what they say', () => {
  const file = { _path: 'a', path_type: 'hardlink' }

  test.each<[string, PackageParts, RegExp]>([
    [
      'a file is missing',
      { paths: [file, { _path: 'b' }], items: [{ name: 'a' }] },
      /lists 'b', which the archive/,
    ],
    [
      'a soft link is a file',
      { paths: [{ ...file, path_type: 'softlink' }], items: [{ name: 'a' }] },
      /'a' is a soft link in its metadata, and a file/,
    ],
    [
      'a directory is a file',
      { paths: [{ ...file, path_type: 'directory' }], items: [{ name: 'a' }] },
      /'a' is a directory in its metadata, and a file/,
    ],
    [
      'a copy of nothing',
      {
        paths: [{ ...file, no_link: true }],
        items: [{ name: 'a', type: 'symlink', linkname: '/etc/passwd' }],
      },
      /leads to no file/,
    ],
    [
      'another package',
      { index: { build: '1' }, paths: [] },
      /the archive of demo-1\.0-0 says that it is demo-1\.0-1/,
    ],
    ...(['share/t/.wh.foo', 'share/u/.wh..wh..opq', '.wh.bin/x'] as const).map(
      (path): [string, PackageParts, RegExp] => [
        `a file that would mean a removal, ${path}`,
        { paths: [{ _path: path, path_type: 'hardlink' }], items: [{ name: path }] },
        RegExp(`package demo-1\\.0-0 is malformed: its '${path}' would mean in an image`),
      ],
    ),
    [
      'a directory that would mean a removal',
      {
        paths: [{ _path: 'a/.wh.b', path_type: 'directory' }],
        items: [{ name: 'a/.wh.b/', type: 'directory' }],
      },
      /demo-1\.0-0 is malformed: its 'a\/\.wh\.b' would mean/,
    ],
    [
      'a script that would mean a removal',
      {
        index: { noarch: 'python' },
        info: { 'link.json': '{"noarch": {"entry_points": [".wh.python = a:b"]}}' },
        paths: [],
      },
      /demo-1\.0-0/,
    ],
    [
      'a script below a link',
      {
        index: { noarch: 'python' },
        info: { 'link.json': '{"noarch": {"entry_points": ["passwd = a:b"]}}' },
        paths: [{ _path: 'bin', path_type: 'softlink' }],
        items: [{ name: 'bin', type: 'symlink', linkname: '/etc' }],
      },
      /puts 'bin\/passwd' below its own 'bin'/,
    ],
  ])('%s', async (_, parts, message) => {
    const failure = link(parts)
    await expect(failure).rejects.toThrow(UserError)
    await expect(failure).rejects.toThrow(message)
  })

  test('a prefix that is too long', async () => {
    const parts: PackageParts = {
      paths: [{ ...file, prefix_placeholder: '/old', file_mode: 'binary' }],
      items: [{ name: 'a', content: 'x/old/lib\0' }],
    }
    await expect(link(parts)).rejects.toThrow(
      /the prefix \/opt\/conda is too long for 'a', which has room for 4/,
    )
  })
})

test('link scripts are told from the plan', async () => {
  const { archive } = await linkSource('linux-64/post-link-1.0-0.conda')
  expect(linkScriptsOf(planLink(archive.info, context))).toEqual([
    { moment: 'post-link', path: 'bin/.post-link-post-link.sh' },
  ])
  const paths = ['post-link', 'pre-link', 'pre-unlink', 'post-unlink'].map(
    (moment) => `bin/.demo-${moment}.sh`,
  )
  expect(linkScriptsOf({ name: 'demo', paths: [...paths, 'bin/.other-post-link.sh', 'bin/demo'] })).toEqual([
    { moment: 'pre-link', path: 'bin/.demo-pre-link.sh' },
    { moment: 'post-link', path: 'bin/.demo-post-link.sh' },
  ])
})

test('a record has no empty track_features, and keeps what it does not know', async () => {
  const entries = await link({ index: { track_features: '', future: { z: 1, a: [] } }, paths: [] })
  const record = JSON.parse(entries[0]?.bytes.toString() ?? '') as Record<string, unknown>
  expect(record).toMatchObject({ future: { z: 1, a: [] }, md5: 'm', sha256: 's', size: 1, constrains: [] })
  expect(record).not.toHaveProperty('track_features')
  expect(Object.keys(record)).toEqual(Object.keys(record).sort())
})
