import { spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { UserError } from '../../src/common/errors.ts'
import { BaseFiles, type BaseFile } from '../../src/base/base-files.ts'
import { copyEntries, copyFingerprint, parseCopy, type CopyContext } from '../../src/layers/copy.ts'
import { contentTime } from '../../src/layers/reproducible.ts'
import { tarStream } from '../../src/layers/tar.ts'

let workspace = ''
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'workspace-'))
})
afterEach(() => {
  rmSync(workspace, { recursive: true })
})

/** Files by path; a path that ends in a slash is a directory, a content that begins with `-> ` a link, with `#!` a program. */
function write(files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    const place = join(workspace, path)
    mkdirSync(path.endsWith('/') ? place : dirname(place), { recursive: true })
    if (path.endsWith('/')) continue
    if (content.startsWith('-> ')) symlinkSync(content.slice(3), place)
    else writeFileSync(place, content, { mode: content.startsWith('#!') ? 0o700 : 0o600 })
  }
}

const attributes = { mode: 0o755, uid: 0, gid: 0 }
const base = new BaseFiles(
  new Map<string, BaseFile>([
    ...['', 'usr', 'usr/bin', 'srv', 'tmp', 'etc'].map((path): [string, BaseFile] => [
      path,
      { ...attributes, type: 'directory' },
    ]),
    ['bin', { ...attributes, type: 'symlink', target: 'usr/bin' }],
    ['data', { ...attributes, type: 'symlink', target: '/srv/data' }],
    ['etc/passwd', { ...attributes, type: 'file' }],
  ]),
)

async function collect(entries: ReturnType<typeof copyEntries>): Promise<string[]> {
  const lines: string[] = []
  for await (const entry of entries) {
    // Directories that are there already stand above what is copied.
    if (entry.uid !== 1000) continue
    expect(entry.gid).toBe(100)
    const { type, path } = entry
    if (type === 'symlink') lines.push(`${path} -> ${entry.target}`)
    else if (type === 'directory') lines.push(`${path}/ ${entry.mode.toString(8)}`)
    else if (type === 'file') {
      const chunks: Uint8Array[] = []
      for await (const chunk of entry.content as AsyncIterable<Uint8Array>) chunks.push(chunk)
      const content = Buffer.concat(chunks)
      expect(content.length).toBe(entry.size)
      lines.push(`${path} ${entry.mode.toString(8)} ${content.toString()}`)
    }
  }
  return lines
}

function copied(lines: string[], context: Partial<CopyContext> = {}): Promise<string[]> {
  const owner = { uid: 1000, gid: 100 }
  const rules = parseCopy(lines, { input: 'copy' })
  return collect(copyEntries(rules, { workspace, base, owner, workdir: '/tmp', ...context }))
}

async function packed(lines: string[]): Promise<Buffer> {
  const owner = { uid: 1000, gid: 100 }
  const rules = parseCopy(lines, { input: 'copy' })
  const chunks: Uint8Array[] = []
  const entries = copyEntries(rules, { workspace, base, owner, workdir: '/tmp' })
  for await (const chunk of tarStream(entries)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const fingerprint = (...lines: string[]) =>
  copyFingerprint(parseCopy(lines, { input: 'copy' }), { workspace })

/** The times of files, by path. */
async function times(lines: string[], context: Partial<CopyContext> = {}): Promise<Map<string, number>> {
  const owner = { uid: 1000, gid: 100 }
  const rules = parseCopy(lines, { input: 'copy' })
  const found = new Map<string, number>()
  for await (const entry of copyEntries(rules, { workspace, base, owner, workdir: '/tmp', ...context })) {
    if (entry.type === 'file') found.set(entry.path, entry.mtime ?? NaN)
  }
  return found
}

describe('times', () => {
  test('are made of the content alone: another content has another one, the same content the same', async () => {
    write({ 'a.py': 'x = 1', 'b.py': 'x = 2', 'again/a.py': 'x = 1', empty: '' })
    const found = await times(['.:/srv/app'])
    expect(found.get('srv/app/a.py')).toBe(found.get('srv/app/again/a.py'))
    expect(new Set(found.values()).size).toBe(3)
    const before = await times(['a.py:/srv/one'])
    write({ 'a.py': 'x = 3' })
    expect([...(await times(['a.py:/srv/one'])).values()]).not.toEqual([...before.values()])
  })

  test('do not follow the clock of the workspace', async () => {
    write({ f: 'content' })
    const before = await times(['f:/srv/f'])
    utimesSync(join(workspace, 'f'), 1_234_567_890, 1_234_567_890)
    expect(await times(['f:/srv/f'])).toEqual(before)
  })

  test('are such as zip can hold anywhere, and in no future', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (hash) => {
        const time = contentTime(Buffer.from(hash))
        expect(Number.isInteger(time)).toBe(true)
        expect(time).toBeGreaterThanOrEqual(Date.UTC(1980, 0, 2) / 1000)
        expect(time).toBeLessThan(Date.UTC(2020, 0, 1) / 1000)
      }),
    )
  })

  test('are SOURCE_DATE_EPOCH where it is set, which the fingerprint knows', async () => {
    write({ f: 'content', g: 'more' })
    const sourceDate = new Date(1_700_000_000_000)
    expect([...(await times(['.:/srv'], { sourceDate })).values()]).toEqual([1_700_000_000, 1_700_000_000])
    const rules = parseCopy(['f:/srv/f'], { input: 'copy' })
    const hashes = await Promise.all(
      [undefined, sourceDate, new Date(0)].map((date) =>
        copyFingerprint(rules, { workspace, sourceDate: date }),
      ),
    )
    expect(new Set(hashes).size).toBe(3)
  })
})

describe('what the run itself writes', () => {
  const all = (context: Partial<CopyContext>) => copied(['.:/srv'], context)

  test.each([
    ['a file', 'image.tar', ['srv/f 644 x']],
    ['a file in a folder that is for it', 'out/there/image.tar', ['srv/f 644 x']],
    ['a folder', 'layout', ['srv/f 644 x']],
    ['written otherwise', './out/../image.tar', ['srv/f 644 x']],
    ['that nobody is done with', 'left.tar', ['srv/f 644 x']],
    ['a file beside others', 'd/image.tar', ['srv/d/ 755', 'srv/d/g 644 y', 'srv/f 644 x']],
  ])('%s is left out, be it there or not: %s', async (_, output, expected) => {
    write({ f: 'x' })
    if (output.startsWith('d/')) write({ 'd/g': 'y' })
    const fingerprintOf = () =>
      copyFingerprint(parseCopy(['.:/srv'], { input: 'copy' }), { workspace, output })
    const before = await fingerprintOf()
    expect(await all({ output })).toEqual(expected)
    if (output === 'layout') write({ 'layout/index.json': '{}', 'layout/blobs/sha256/0': '0' })
    else if (output === 'left.tar') write({ '.left.tar.partial-abc/new': 'half' })
    else write({ [output]: 'the image' })
    expect(await all({ output })).toEqual(expected)
    expect(await fingerprintOf()).toBe(before)
  })

  test('by its absolute path, through a link', async () => {
    write({ f: 'x', 'real/image.tar': 'i', link: '-> real' })
    expect(await copied(['real:/srv/a', 'f:/srv/f'], { output: join(workspace, 'link/image.tar') })).toEqual([
      'srv/a/ 755',
      'srv/f 644 x',
    ])
  })

  test('is nothing when it lies elsewhere', async () => {
    write({ f: 'x' })
    expect(await all({ output: '/somewhere/image.tar' })).toEqual(['srv/f 644 x'])
    expect(await all({ output: '../image.tar' })).toEqual(['srv/f 644 x'])
  })

  test.each([
    ['image.tar:/srv/image.tar', 'image.tar'],
    ['layout/index.json:/srv/i', 'layout'],
    ['.:/srv', '.'],
  ])('cannot be what a rule names: %s', async (line, output) => {
    write({ 'image.tar': 'i', 'layout/index.json': '{}' })
    await expect(copied([line], { output })).rejects.toThrow('is where this run writes its image')
  })
})

describe('parseCopy', () => {
  test('reads sources, destinations and modes', () => {
    const rules = parseCopy(['# what is served', 'app:/srv/app', '', ' ./a//b/ : c : 0640 ', '.:.:755'], {
      input: 'copy',
    })
    expect(rules).toEqual([
      { source: 'app', destination: '/srv/app', input: 'copy', line: "line 2, 'app:/srv/app'" },
      { source: 'a/b', destination: 'c', mode: 0o640, input: 'copy', line: "line 4, './a//b/ : c : 0640'" },
      { source: '', destination: '.', mode: 0o755, input: 'copy', line: "line 5, '.:.:755'" },
    ])
  })

  test.each([
    ['app', 'is not of the form'],
    [':/srv', 'is not of the form'],
    ['app:', 'is not of the form'],
    ['app:/srv:644:x', 'is not of the form'],
    ['app:/srv:rw', "'rw' is not a mode"],
    ['app:/srv:888', "'888' is not a mode"],
    ['app:/srv:4755', "'4755' is not a mode"],
    ['app:/srv:', "'' is not a mode"],
    ['/etc/passwd:/srv', 'is not in the workspace'],
    ['../x:/srv', 'is not in the workspace'],
    ['a/../..:/srv', 'is not in the workspace'],
  ])('refuses %s, naming input and line', (line, message) => {
    const parse = () => parseCopy(['ok:/ok', line], { input: 'copy' })
    expect(parse).toThrow(UserError)
    expect(parse).toThrow(`input 'copy': line 2, '${line}': `)
    expect(parse).toThrow(message)
  })
})

describe('where things go', () => {
  test('the directories above that are there stand there as they are, for engines that make them anew otherwise', async () => {
    write({ f: 'x' })
    const owner = { uid: 1000, gid: 100 }
    const directoryAt = (path: string) =>
      ['opt', 'opt/conda'].includes(path) ? { mode: 0o777, uid: 7, gid: 8 } : undefined
    const entries = await Array.fromAsync(
      copyEntries(parseCopy(['f:/opt/conda/new/f'], { input: 'copy' }), {
        ...{ workspace, base, owner, workdir: '/tmp', directoryAt },
      }),
    )
    expect(
      entries.map((entry) => [entry.path, entry.uid, entry.type === 'directory' ? entry.mode : undefined]),
    ).toEqual([
      ['opt', 7, 0o777],
      ['opt/conda', 7, 0o777],
      ['opt/conda/new', 1000, 0o755],
      ['opt/conda/new/f', 1000, undefined],
    ])
  })

  test('a directory: its content, sorted, parents first', async () => {
    write({
      'app/b/z': '1',
      'app/b-a': '2',
      'app/b.py': '#!3',
      'app/B': '4',
      'app/empty/': '',
      'app/link': '-> b/z',
    })
    expect(await copied(['app:/srv/app'])).toEqual([
      'srv/app/ 755',
      'srv/app/B 644 4',
      'srv/app/b/ 755',
      'srv/app/b-a 644 2',
      'srv/app/b.py 755 #!3',
      'srv/app/b/z 644 1',
      'srv/app/empty/ 755',
      'srv/app/link -> b/z',
    ])
  })

  test.each([
    ['a file to a path', 'f:/srv/new', ['srv/new 644 x']],
    ['a file into a directory of the base', 'd/f:/srv', ['srv/f 644 y']],
    ['a file into a directory that is named as one', 'f:/srv/sub/', ['srv/sub/ 755', 'srv/sub/f 644 x']],
    ['a file into the working directory', 'f:.', ['tmp/f 644 x']],
    ['a relative destination', 'f:a/b', ['tmp/a/ 755', 'tmp/a/b 644 x']],
    ['a destination through a link of the base', 'f:/bin/tool', ['usr/bin/tool 644 x']],
    ['a file into a directory behind a link', 'f:/bin', ['usr/bin/f 644 x']],
    ['a directory through a link that leads nowhere yet', 'd:/data', ['srv/data/ 755', 'srv/data/f 644 y']],
    ['a directory into one of the base, which stays', 'd:/srv', ['srv/f 644 y']],
    ['a destination that wants out', 'f:../../../up', ['up 644 x']],
    ['a mode', 'd:/srv/d:640', ['srv/d/ 750', 'srv/d/f 640 y']],
    ['a mode nobody else has', 'd:/srv/d:0400', ['srv/d/ 500', 'srv/d/f 400 y']],
    [
      'the whole workspace',
      '.:/all',
      ['all/ 755', 'all/d/ 755', 'all/d/f 644 y', 'all/f 644 x', 'all/to-d -> d'],
    ],
    ['a source that is a link', 'to-d:/srv/d', ['srv/d/ 755', 'srv/d/f 644 y']],
  ])('%s', async (_name, line, expected) => {
    write({ f: 'x', 'd/f': 'y', 'to-d': '-> d' })
    expect(await copied([line])).toEqual(expected)
  })

  test('nothing for no rules', async () => {
    expect(await copied([], { workspace: '/nonexistent' })).toEqual([])
  })

  test('directories that other layers have stay as they are', async () => {
    write({ f: 'x' })
    const directoryAt = (path: string) =>
      'opt/conda/etc'.startsWith(path) ? { mode: 0o777, uid: 7, gid: 8 } : undefined
    expect(await copied(['f:/opt/conda/etc/f'], { directoryAt })).toEqual(['opt/conda/etc/f 644 x'])
    expect(await copied(['f:/opt/conda/etc'], { directoryAt })).toEqual(['opt/conda/etc/f 644 x'])
  })

  test('of rules that lay something at one path, the later wins', async () => {
    write({ 'one/a': '1', 'one/b': '1', 'two/b': '2', 'two/c': '2', f: 'f', l: '-> /etc' })
    expect(await copied(['one:/srv/x', 'two:/srv/x', 'one/a:/srv/x/c:600'])).toEqual([
      'srv/x/ 755',
      'srv/x/a 644 1',
      'srv/x/b 644 2',
      'srv/x/c 600 1',
    ])
    expect(await copied(['f:/srv/x/', 'f:/srv/x/f/', '.:/srv/y', 'one:/srv/y/l'])).toEqual(
      expect.arrayContaining(['srv/x/f/ 755', 'srv/x/f/f 644 f', 'srv/y/l/ 755', 'srv/y/l/a 644 1']),
    )
    // A file that takes a directory's place, by way of a link: nothing of the directory is left.
    write({ 'dir/sub/deep': 'd', 'other/sub': 's' })
    expect(await copied(['dir:/srv/z', 'other:/srv/z'])).toEqual(['srv/z/ 755', 'srv/z/sub 644 s'])
  })

  test('the same place by two names stands once', async () => {
    write({ a: '1', b: '2' })
    expect(await copied(['a:/bin/x', 'b:/usr/bin/x'])).toEqual(['usr/bin/x 644 2'])
  })
})

describe('.dockerignore', () => {
  test('leaves out, and takes back in', async () => {
    write({
      '.dockerignore': '*\n!app\n**/*.pyc\napp/data\n!app/data/keep',
      'app/main.py': 'm',
      'app/main.pyc': 'c',
      'app/data/big': 'b',
      'app/data/keep': 'k',
      secret: 's',
    })
    const app = ['srv/data/ 755', 'srv/data/keep 644 k', 'srv/main.py 644 m']
    expect(await copied(['app:/srv'])).toEqual(app)
    expect(await copied(['.:/srv/all'])).toEqual([
      'srv/all/ 755',
      'srv/all/app/ 755',
      'srv/all/app/data/ 755',
      'srv/all/app/data/keep 644 k',
      'srv/all/app/main.py 644 m',
    ])
  })

  test("leaves out a checkout's repository unless it is asked for", async () => {
    write({ '.git/config': 'token', 'sub/.git': 'gitdir', 'sub/f': 'f' })
    expect(await copied(['.:/srv/x'])).toEqual(['srv/x/ 755', 'srv/x/sub/ 755', 'srv/x/sub/f 644 f'])
    write({ '.dockerignore': '!.git' })
    expect(await copied(['.git:/srv/git'])).toEqual(['srv/git/ 755', 'srv/git/config 644 token'])
  })

  test('a line of it that is wrong is named', async () => {
    write({ '.dockerignore': 'ok\n[', f: 'f' })
    await expect(copied(['f:/srv'])).rejects.toThrow('.dockerignore:2: ')
  })
})

describe('refusals', () => {
  test.each([
    ['what is not there', 'nothing:/srv', "'nothing' is not there"],
    ['what is ignored', 'ignored:/srv', ".dockerignore leaves out all of 'ignored'"],
    ['a directory of which all is ignored', 'hollow:/srv', ".dockerignore leaves out all of 'hollow'"],
    ['a link to what is ignored', 'to-ignored:/srv', 'leaves out all'],
    ['the repository', '.git:/srv', ".dockerignore leaves out all of '.git'"],
    ['a source behind a link out of the workspace', 'out:/srv', "'out' is a link out of the workspace"],
    ['a source below a link out of the workspace', 'out/passwd:/srv', 'is a link out of the workspace'],
    [
      'a link that leads out of the workspace',
      'up:/srv',
      "the link 'up/link' leads to '../../x', out of the workspace",
    ],
    ['a link to a place of this machine', 'here:/srv', "the link 'here/link' leads to"],
    ['a name that means a removal', 'whiteout:/srv', 'means a removal'],
    ['a destination that means a removal', 'd/f:/srv/.wh.x', 'means a removal'],
    ['a destination below a name that does', 'd:/srv/.wh.x/y', 'means a removal'],
    ['a pipe', 'pipe:/srv', "'pipe/p' is no file, directory or link"],
    ['a file in the place of a directory', 'usr:/', "'/usr/bin' is a directory of the image"],
    ['a directory in the place of a file', 'd:/etc/passwd', "'/etc/passwd' of the image is no directory"],
    ['a file below a file', 'd/f:/etc/passwd/f', "'/etc/passwd' of the image is no directory"],
  ])('%s', async (_name, line, message) => {
    write({
      '.dockerignore': 'ignored\nhollow/*',
      ignored: 'i',
      'hollow/x': 'x',
      '.git/config': 'g',
      'to-ignored': '-> ignored',
      out: '-> /etc',
      'up/link': '-> ../../x',
      'here/link': `-> ${workspace}/d`,
      'whiteout/.wh.f': '',
      'pipe/': '',
      'usr/usr/bin': 'b',
      'd/f': 'f',
    })
    expect(spawnSync('mkfifo', [join(workspace, 'pipe/p')]).status).toBe(0)
    const copying = copied([line])
    await expect(copying).rejects.toThrow(UserError)
    await expect(copying).rejects.toThrow(`line 1, '${line}': `)
    await expect(copying).rejects.toThrow(message)
  })

  test('a socket', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(join(workspace, 'socket'), resolve))
    try {
      await expect(copied(['.:/srv'])).rejects.toThrow("'socket' is no file, directory or link")
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })

  test('links that mean something in the image are kept', async () => {
    write({ 'd/python': '-> /opt/conda/bin/python', 'd/near': '-> ../e', 'd/nowhere': '-> gone' })
    expect(await copied(['d:/srv'])).toEqual([
      'srv/near -> ../e',
      'srv/nowhere -> gone',
      'srv/python -> /opt/conda/bin/python',
    ])
  })
})

describe('same tree, same bytes', () => {
  const names = fc.constantFrom('a', 'B', 'a-b', 'a.b', 'é', '日本', '\u{1F40D}', 'ﬀ')
  const contents = fc.oneof(fc.string(), fc.constant('#!run'))
  const trees = fc.dictionary(
    fc.array(names, { minLength: 2, maxLength: 2 }).map((path) => path.join('/')),
    contents,
    {
      minKeys: 1,
    },
  )

  test('in whatever order and with whatever times, modes and place it was written', async () => {
    await fc.assert(
      fc.asyncProperty(trees, fc.nat(), async (tree, seed) => {
        const first = workspace
        write({ ...tree, 'd/f': 'f' })
        const lines = ['.:/srv/app', 'd:/srv/d:640']
        const expected = [await packed(lines), await fingerprint(...lines)]
        workspace = mkdtempSync(join(tmpdir(), 'other-'))
        const entries = Object.entries({ 'd/f': 'f', ...tree })
        const shuffled = entries.map((entry, index) => ({ entry, key: (index * 7919 + seed) % 101 }))
        shuffled.sort((a, b) => a.key - b.key)
        write(Object.fromEntries(shuffled.map(({ entry }) => entry)))
        for (const [path, content] of entries) {
          chmodSync(join(workspace, path), content.startsWith('#!') ? 0o777 : 0o664)
          utimesSync(join(workspace, path), seed, seed)
        }
        chmodSync(join(workspace, 'd'), 0o700)
        expect([await packed(lines), await fingerprint(...lines)]).toEqual(expected)
        for (const directory of [first, workspace]) rmSync(directory, { recursive: true })
        workspace = mkdtempSync(join(tmpdir(), 'workspace-'))
      }),
      { numRuns: 25 },
    )
  })

  test('entries are sorted by code units', async () => {
    write({ 'd/\u{1F40D}': '', 'd/ﬀ': '', 'd/é': '', 'd/z': '', 'd/Z': '' })
    const paths = (await copied(['d:/srv'])).map((line) => line.split(' ')[0])
    expect(paths).toEqual(['srv/Z', 'srv/z', 'srv/é', 'srv/\u{1F40D}', 'srv/ﬀ'])
  })
})

describe('copyFingerprint', () => {
  const files = { 'd/f': 'f', 'd/l': '-> f', 'd/e/': '', g: 'g' }
  test.each<[string, () => void]>([
    [
      'content',
      () => {
        writeFileSync(join(workspace, 'd/f'), 'F')
      },
    ],
    [
      'a name',
      () => {
        renameSync(join(workspace, 'd/f'), join(workspace, 'd/F'))
      },
    ],
    [
      'the executable bit',
      () => {
        chmodSync(join(workspace, 'd/f'), 0o755)
      },
    ],
    [
      'the target of a link',
      () => {
        write({ 'd/m': '-> e' })
        renameSync(join(workspace, 'd/m'), join(workspace, 'd/l'))
      },
    ],
    [
      'an empty directory',
      () => {
        rmSync(join(workspace, 'd/e'), { recursive: true })
      },
    ],
    [
      '.dockerignore',
      () => {
        write({ '.dockerignore': 'd/f' })
      },
    ],
  ])('tells a change of %s', async (_name, change) => {
    write(files)
    const before = await fingerprint('d:/srv')
    change()
    expect(await fingerprint('d:/srv')).not.toBe(before)
  })

  test('tells a change of the rules', async () => {
    write(files)
    const all = [
      ['d:/srv'],
      ['d:/srv/'],
      ['d:/srv:644'],
      ['g:/srv'],
      ['d:/srv', 'g:/srv'],
      ['g:/srv', 'd:/srv'],
      [],
    ]
    const digests = await Promise.all(all.map((lines) => fingerprint(...lines)))
    expect(new Set(digests).size).toBe(all.length)
  })

  test('is the same where nothing that is copied changed', async () => {
    write(files)
    const before = await fingerprint('d:/srv')
    write({ other: 'o', '.dockerignore': '# nothing' })
    chmodSync(join(workspace, 'd/f'), 0o666)
    utimesSync(join(workspace, 'd/f'), 1, 1)
    expect(await fingerprint('d:/srv')).toBe(before)
  })
})
