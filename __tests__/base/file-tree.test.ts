import { describe, expect, test } from '@jest/globals'
import {
  FileTree,
  impliedDirectory,
  resolvePath,
  type BaseFile,
  type LayerFile,
} from '../../src/base/file-tree.ts'
import { fileOf, type Sample } from './samples.ts'

/** Layers as objects, path to what is there; the value of a whiteout does not matter. */
function pathsAfter(...layers: Record<string, Sample>[]): string[] {
  return [...treeOf(...layers).files.keys()].sort()
}

function treeOf(...layers: Record<string, Sample>[]): FileTree {
  const tree = new FileTree<BaseFile>(impliedDirectory)
  for (const layer of layers) {
    tree.apply(Object.entries(layer).map(([path, sample]): LayerFile => ({ path, file: fileOf(sample) })))
  }
  return tree
}

describe('layers on layers', () => {
  test('a whiteout removes what lower layers have at its path, with all that is below', () => {
    expect(pathsAfter({ 'a/b/c': '', 'a/bc': '', d: '' }, { 'a/.wh.b': '', '.wh.d': '' })).toEqual([
      'a',
      'a/bc',
    ])
  })

  test.each([
    ['before', { 'a/.wh.b': '', 'a/b': 'new' }],
    ['after', { 'a/b': 'new', 'a/.wh.b': '' }],
  ])('a whiteout spares what its own layer has, when it stands %s it', (_, layer) => {
    const tree = treeOf({ 'a/b': 'old' }, layer)
    expect(tree.files.get('a/b')?.content?.toString()).toBe('new')
  })

  test('a directory that is hidden and given again holds only what its own layer has', () => {
    expect(pathsAfter({ 'a/old': '' }, { a: null, 'a/new': '', '.wh.a': '' })).toEqual(['a', 'a/new'])
  })

  test('an opaque directory hides what is below it, wherever its mark stands among its files', () => {
    const lower = { 'a/old': '', 'a/deep/old': '', 'ab/kept': '' }
    const expected = ['a', 'a/new', 'ab', 'ab/kept']
    expect(pathsAfter(lower, { 'a/.wh..wh..opq': '', 'a/new': '' })).toEqual(expected)
    expect(pathsAfter(lower, { 'a/new': '', 'a/.wh..wh..opq': '' })).toEqual(expected)
  })

  test("an opaque root hides everything; AUFS's own files hide nothing", () => {
    expect(pathsAfter({ a: '' }, { '.wh..wh..opq': '', b: '' })).toEqual(['b'])
    expect(pathsAfter({ a: '' }, { '.wh..wh.plnk': '', '.wh..wh.aufs': '' })).toEqual(['a'])
  })

  test('a file in the place of a directory takes away what was below it', () => {
    expect(pathsAfter({ 'a/b': '' }, { a: 'file' })).toEqual(['a'])
  })

  test('a directory in the place of a directory keeps what is below, and has its own mode', () => {
    const tree = treeOf({ a: null, 'a/b': '' }, { a: { type: 'directory', mode: 0o700 } })
    expect([...tree.files.keys()].sort()).toEqual(['a', 'a/b'])
    expect(tree.files.get('a')?.mode).toBe(0o700)
  })

  test('directories that no layer lists are there', () => {
    expect(treeOf({ 'a/b/c': '' }).files.get('a/b')).toEqual(fileOf(null))
  })

  test('a path of an upper layer goes through the links of a lower one', () => {
    expect(pathsAfter({ 'usr/bin': null, bin: { link: 'usr/bin' } }, { 'bin/tool': '' })).toEqual([
      'bin',
      'usr',
      'usr/bin',
      'usr/bin/tool',
    ])
  })

  test('a directory of an upper layer takes the place of a link', () => {
    const tree = treeOf({ 'usr/bin/x': '', bin: { link: 'usr/bin' } }, { bin: null, 'bin/tool': '' })
    expect(tree.files.get('bin')?.type).toBe('directory')
    expect(tree.files.has('bin/tool')).toBe(true)
  })

  test('a hard link is what it leads to, content and all; one that leads nowhere is not there', () => {
    const tree = treeOf({ 'etc/passwd': 'users' })
    tree.apply([
      { path: 'etc/passwd-', hardLinkTo: 'etc/passwd' },
      { path: 'etc/none', hardLinkTo: 'etc/nothing' },
    ])
    expect(tree.files.get('etc/passwd-')?.content?.toString()).toBe('users')
    expect(tree.files.has('etc/none')).toBe(false)
  })
})

describe('paths through links', () => {
  const { files } = treeOf({
    bin: { link: 'usr/bin' },
    'usr/bin/sh': { link: 'dash' },
    'usr/bin/dash': '',
    'usr/local/lib': { link: '/usr/lib' },
    'usr/lib': null,
    'etc/os-release': { link: '../usr/./lib//os-release' },
    away: { link: '../../../usr' },
    chain: { link: 'chain2' },
    chain2: { link: 'bin' },
    'to-nothing': { link: 'gone/away' },
    loop: { link: 'pool' },
    pool: { link: 'loop' },
  })

  test.each([
    // path, with the last link left, with it followed
    ['bin/sh', 'usr/bin/sh', 'usr/bin/dash'],
    ['/bin/sh', 'usr/bin/sh', 'usr/bin/dash'],
    ['bin', 'bin', 'usr/bin'],
    ['bin/new', 'usr/bin/new', 'usr/bin/new'],
    ['usr/local/lib/x/y', 'usr/lib/x/y', 'usr/lib/x/y'],
    ['etc/os-release', 'etc/os-release', 'usr/lib/os-release'],
    ['away/bin', 'usr/bin', 'usr/bin'],
    ['chain/sh', 'usr/bin/sh', 'usr/bin/dash'],
    ['to-nothing/x', 'gone/away/x', 'gone/away/x'],
    ['bin/../etc/x', 'usr/etc/x', 'usr/etc/x'],
    ['', '', ''],
  ])('%j', (path, left, followed) => {
    expect(resolvePath(files, path, { followLast: false })).toBe(left)
    expect(resolvePath(files, path, { followLast: true })).toBe(followed)
  })

  test('links in a circle are an error that says where', () => {
    expect(() => resolvePath(files, 'loop/x', { followLast: false })).toThrow('/loop/x leads in a circle')
  })
})
