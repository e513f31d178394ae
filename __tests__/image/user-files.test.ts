import { describe, expect, test } from '@jest/globals'
import type { LayerEntry } from '../../src/layers/types.ts'
import { writeUser } from '../../src/image/user-files.ts'
import { Overlay } from '../../src/image/overlay.ts'
import type { UserWish } from '../../src/base/user-wish.ts'
import { chooseUser } from '../../src/base/users.ts'
import { baseOf, debian, type Sample } from '../base/samples.ts'

const line = 'source /usr/local/bin/_activate_current_env.sh\n'
const skeleton = { bashrc: `# the skeleton\n${line}`, profile: '# the profile\n' }
const ofMicro = (content: string) => ({ mode: 0o640, uid: 1100, gid: 1100, content: Buffer.from(content) })

/** A base as micromamba-docker's, whose user is in a group of somebody else, too. */
const upstream: Readonly<Record<string, Sample>> = {
  ...debian,
  'etc/arg_mamba_user': 'micro\n',
  'etc/passwd':
    'root:x:0:0:root:/root:/bin/bash\nmicro:x:1100:1100:Micro:/home/micro:/bin/zsh\nann:x:7:7::/ann:\n',
  'etc/group': 'root:x:0:\nusers:x:100:ann,micro\nmicro:x:1100:\n',
  'etc/shadow': { mode: 0o640, gid: 42, content: Buffer.from('root:*:1::::::\nmicro:!:2:0:99999:7:::\n') },
  'etc/gshadow': {
    mode: 0o640,
    gid: 42,
    content: Buffer.from('root:*::\nusers:*:micro:ann,micro\nmicro:!::\n'),
  },
  'etc/skel/.bashrc': skeleton.bashrc,
  'home/micro': { type: 'directory', mode: 0o700, uid: 1100, gid: 1100 },
  'home/micro/.bashrc': ofMicro(skeleton.bashrc),
  'home/micro/.profile': ofMicro(skeleton.profile),
}

function filesOf(samples: Readonly<Record<string, Sample>>, wish: UserWish): Map<string, LayerEntry> {
  const base = baseOf(samples)
  const overlay = new Overlay(base)
  writeUser(overlay, base, chooseUser(base, new Map(), wish))
  const entries = new Map(overlay.entries.map((entry) => [entry.path, entry]))
  expect(entries.size).toBe(overlay.entries.length)
  return entries
}

function textOf(entry: LayerEntry | undefined): string | undefined {
  return entry?.type === 'file' && entry.content instanceof Uint8Array
    ? Buffer.from(entry.content).toString()
    : undefined
}

describe('a renamed user', () => {
  const layer = filesOf(upstream, { name: 'eve', uid: 1200 })

  test.each([
    [
      'etc/passwd',
      'root:x:0:0:root:/root:/bin/bash\neve:x:1200:1200:Micro:/home/eve:/bin/zsh\nann:x:7:7::/ann:\n',
    ],
    ['etc/group', 'root:x:0:\nusers:x:100:ann,eve\neve:x:1200:\n'],
    ['etc/shadow', 'root:*:1::::::\neve:!:2:0:99999:7:::\n'],
    ['etc/gshadow', 'root:*::\nusers:*:eve:ann,eve\neve:!::\n'],
  ])('%s: its lines are edited, and no others', (path, text) => {
    expect(textOf(layer.get(path))).toBe(text)
    const { mode, uid, gid } = baseOf(upstream).get(path) ?? {}
    expect(layer.get(path)).toMatchObject({ mode, uid, gid })
  })

  test('has a new home of the skeleton; the old one, of the same, goes', () => {
    expect(layer.get('home/micro')).toMatchObject({ type: 'whiteout' })
    expect(layer.get('home/eve')).toMatchObject({ type: 'directory', mode: 0o777, uid: 1200, gid: 1200 })
    expect(textOf(layer.get('home/eve/.bashrc'))).toBe(skeleton.bashrc)
    expect(textOf(layer.get('home/eve/.profile'))).toBe(skeleton.profile)
  })

  test.each<[string, Readonly<Record<string, Sample>>]>([
    ['a file of its own', { 'home/micro/notes': ofMicro('x') }],
    ['a file that it changed', { 'home/micro/.profile': ofMicro('# mine\n') }],
    ['a file that was not read', { 'home/micro/.profile': {} }],
    ["somebody else's home", { 'etc/passwd': 'micro:x:1100:1100::/home/micro:\neva:x:9:9::/home/micro:\n' }],
  ])('leaves a home that holds %s', (_, more) => {
    const left = filesOf({ ...upstream, ...more }, { name: 'eve' })
    expect(left.get('home/micro')?.type).not.toBe('whiteout')
    expect(left.has('home/eve/.bashrc')).toBe(true)
  })

  test('leaves a home that is not one alone', () => {
    const passwd = 'micro:x:1100:1100::/:/bin/bash\n'
    const left = filesOf({ ...upstream, 'etc/passwd': passwd }, { name: 'eve' })
    expect([...left.values()].filter(({ type }) => type === 'whiteout')).toEqual([])
  })
})

describe('groups', () => {
  const groupsFor = (wish: UserWish, more: Readonly<Record<string, Sample>> = {}) => {
    const layer = filesOf({ ...upstream, ...more }, wish)
    return textOf(layer.get('etc/group'))
  }

  test('one that is there is joined, and the old one stays', () => {
    expect(groupsFor({ name: 'eve', uid: 1200, gid: 100 })).toBe(
      'root:x:0:\nusers:x:100:ann,eve\nmicro:x:1100:\n',
    )
  })

  test("one that was never the user's own stays, and the new one is added", () => {
    const group = 'users:x:100:\nother:x:1100:\n'
    expect(groupsFor({ name: 'eve', gid: 5 }, { 'etc/group': group })).toBe(`${group}eve:x:5:\n`)
  })

  test('an added user joins one that is asked for', () => {
    const layer = filesOf(debian, { name: 'eve', uid: 5, gid: 0 })
    expect(textOf(layer.get('etc/passwd'))).toMatch(/\neve:x:5:0::\/home\/eve:\/bin\/bash\n$/)
    expect(layer.has('etc/group')).toBe(false)
  })
})

describe('another number for the same user', () => {
  const layer = filesOf(
    { ...upstream, 'home/micro/.bashrc': ofMicro('# mine\n'), 'home/micro/link': { link: '.profile' } },
    { uid: 1200 },
  )

  test('keeps its home and what is in it, as the new number', () => {
    const mine = { uid: 1200, gid: 1200 }
    expect(textOf(layer.get('etc/passwd'))).toContain('\nmicro:x:1200:1200:Micro:/home/micro:/bin/zsh\n')
    expect(layer.get('home/micro')).toMatchObject({ type: 'directory', mode: 0o700, ...mine })
    expect(layer.get('home/micro/.profile')).toMatchObject({ mode: 0o640, ...mine })
    expect(layer.get('home/micro/link')).toMatchObject({ type: 'symlink', target: '.profile', ...mine })
    expect(layer.get('home/micro')?.type).not.toBe('whiteout')
  })

  test('its .bashrc activates at its end', () => {
    expect(textOf(layer.get('home/micro/.bashrc'))).toBe(`# mine\n${line}`)
  })
})

describe('a user that is there', () => {
  const passwd = (home: string) => ({ 'etc/passwd': `web:x:33:33::${home}:/usr/sbin/nologin\n` })

  test('gets a home where homes are', () => {
    const layer = filesOf({ ...debian, ...passwd('/home/web') }, { name: 'web' })
    expect(layer.get('home/web')).toMatchObject({ uid: 33, gid: 33 })
    expect(layer.has('etc/passwd')).toBe(false)
  })

  test('gets none elsewhere', () => {
    expect(filesOf({ ...debian, ...passwd('/nonexistent') }, { name: 'web' }).size).toBe(0)
  })
})
