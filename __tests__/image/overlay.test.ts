import { describe, expect, test } from '@jest/globals'
import type { LayerEntry } from '../../src/layers/types.ts'
import { Overlay } from '../../src/image/overlay.ts'
import { baseOf, type Sample } from '../base/samples.ts'

function entriesOf(samples: Record<string, Sample>, put: (overlay: Overlay) => void): string[] {
  const overlay = new Overlay(baseOf(samples))
  put(overlay)
  return overlay.entries.map(shown)
}

function shown(entry: LayerEntry): string {
  const { path, uid, gid } = entry
  const mode = 'mode' in entry ? ` ${entry.mode.toString(8)}` : ''
  const content = entry.type === 'file' ? ` ${Buffer.from(entry.content as Uint8Array).toString()}` : ''
  return `${entry.type} ${path}${mode} ${uid}:${gid}${content}${'target' in entry ? ` -> ${entry.target}` : ''}`
}

describe('directories above what is put', () => {
  test('stand before it, once, as the base has them', () => {
    const base: Record<string, Sample> = {
      root: { type: 'directory', mode: 0o700 },
      home: { type: 'directory', mode: 0o2775, gid: 100 },
      'home/me': { type: 'directory', mode: 0o750, uid: 5, gid: 6 },
    }
    const entries = entriesOf(base, (overlay) => {
      overlay.file('root/a', '1')
      overlay.file('root/b', '2')
      overlay.file('home/me/c', '3')
    })
    expect(entries).toEqual([
      'directory root 700 0:0',
      'file root/a 644 0:0 1',
      'file root/b 644 0:0 2',
      'directory home 2775 0:100',
      'directory home/me 750 5:6',
      'file home/me/c 644 0:0 3',
    ])
  })

  test('those that the base lacks are ordinary', () => {
    expect(
      entriesOf({}, (overlay) => {
        overlay.file('a/b/c', '')
      }),
    ).toEqual(['directory a 755 0:0', 'directory a/b 755 0:0', 'file a/b/c 644 0:0 '])
  })

  test('where a link is, what it leads to is meant: the link stays', () => {
    const base = { bin: { link: 'usr/bin' }, 'usr/bin': null, home: { link: '/var/home' } }
    const entries = entriesOf(base, (overlay) => {
      overlay.file('bin/tool', '')
      overlay.directory('/home/me', { mode: 0o777, uid: 1, gid: 2 })
    })
    expect(entries).toEqual([
      'directory usr 755 0:0',
      'directory usr/bin 755 0:0',
      'file usr/bin/tool 644 0:0 ',
      'directory var 755 0:0',
      'directory var/home 755 0:0',
      'directory var/home/me 777 1:2',
    ])
  })

  test('the root is nobody else’s business', () => {
    expect(
      entriesOf({}, (overlay) => {
        overlay.directory('/')
      }),
    ).toEqual([])
  })
})

describe('what is put', () => {
  test('a path is taken once, by whatever names: what comes first stays', () => {
    const entries = entriesOf({ bin: { link: 'usr/bin' }, 'usr/bin': null }, (overlay) => {
      overlay.file('bin/tool', 'first')
      overlay.file('usr/bin/tool', 'second')
      overlay.symlink('bin/tool', 'third')
    })
    expect(entries.filter((entry) => entry.includes('tool'))).toEqual(['file usr/bin/tool 644 0:0 first'])
  })

  test('an edited file keeps its mode and owner, and is left out when nothing changes', () => {
    const base = { shadow: { mode: 0o640, gid: 42, content: Buffer.from('old') }, same: 'same' }
    const entries = entriesOf(base, (overlay) => {
      overlay.edit('shadow', 'new', { mode: 0o777 })
      overlay.edit('same', 'same')
      overlay.edit('fresh', 'new', { mode: 0o600, uid: 1 })
    })
    expect(entries).toEqual(['file shadow 640 0:42 new', 'file fresh 600 1:0 new'])
  })

  test('a soft link has an owner', () => {
    expect(
      entriesOf({}, (overlay) => {
        overlay.symlink('a', '/b', { uid: 1, gid: 2 })
      }),
    ).toEqual(['symlink a 1:2 -> /b'])
  })
})

describe('what the base has', () => {
  const base: Record<string, Sample> = {
    opt: { link: 'srv' },
    'srv/home': { type: 'directory', mode: 0o700, uid: 5, gid: 6 },
    'srv/home/.profile': { mode: 0o600, uid: 5, gid: 6, content: Buffer.from('p') },
    'srv/home/link': { link: '.profile' },
    'srv/home/huge': {},
  }

  test('can be given to somebody else, as it is; not what was not read', () => {
    const files = baseOf(base)
    const entries = entriesOf(base, (overlay) => {
      for (const [name, file] of files.below('srv')) overlay.own(`opt/${name}`, file, { uid: 1, gid: 2 })
    })
    expect(entries).toEqual([
      'directory srv 755 0:0',
      'directory srv/home 700 1:2',
      'file srv/home/.profile 600 1:2 p',
      'symlink srv/home/link 1:2 -> .profile',
    ])
  })

  test('is taken away by a whiteout at its resolved place', () => {
    const entries = entriesOf(base, (overlay) => {
      overlay.remove('/opt/home')
    })
    expect(entries).toEqual(['directory srv 755 0:0', 'whiteout srv/home 0:0'])
  })
})
