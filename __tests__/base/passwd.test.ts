import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  appendLine,
  editLines,
  formatGroup,
  formatLockedGroupShadow,
  formatLockedShadow,
  formatUser,
  parseGroup,
  parsePasswd,
} from '../../src/base/passwd.ts'

const field = fc.stringMatching(/^[^:\n]*$/)
const name = fc.stringMatching(/^[a-z_][a-z0-9_-]{0,30}$/)
const id = fc.nat(0xfffffffe)
const user = fc.record({ name, uid: id, gid: id, comment: field, home: field, shell: field })
const group = fc.record({ name, gid: id, members: fc.array(name) })

test('users survive being written and read', () => {
  fc.assert(
    fc.property(fc.array(user), (users) => {
      const text = users.map((one) => `${formatUser(one)}\n`).join('')
      expect(parsePasswd(text)).toEqual(users)
    }),
  )
})

test('groups survive being written and read', () => {
  fc.assert(
    fc.property(fc.array(group), (groups) => {
      const text = groups.map((one) => `${formatGroup(one)}\n`).join('')
      expect(parseGroup(text)).toEqual(groups)
    }),
  )
})

test('adding a line keeps every byte that was there, and adds one user', () => {
  fc.assert(
    fc.property(fc.string(), user, (text, one) => {
      const longer = appendLine(text, formatUser(one))
      expect(longer.startsWith(text)).toBe(true)
      expect(parsePasswd(longer)).toEqual([...parsePasswd(text), one])
    }),
  )
})

test('lines that are no users are left out: comments, NIS, and those with a field too few', () => {
  const text = '# users\n\nroot:x:0:0:root:/root:/bin/bash\n+::::::\n-nobody\nbroken:x:1:1:/:/bin/sh\n'
  expect(parsePasswd(text)).toEqual([
    { name: 'root', uid: 0, gid: 0, comment: 'root', home: '/root', shell: '/bin/bash' },
  ])
})

test('a group has the members that its line lists', () => {
  expect(parseGroup('users:x:100:ann,bob\nempty:x:101:\n+:::\n')).toEqual([
    { name: 'users', gid: 100, members: ['ann', 'bob'] },
    { name: 'empty', gid: 101, members: [] },
  ])
})

test('lines of the shadow files have as many fields as shadow(5) and gshadow(5) say, and no password that matches', () => {
  expect(formatLockedShadow('me').split(':')).toHaveLength(9)
  expect(formatLockedGroupShadow('me').split(':')).toHaveLength(4)
  for (const line of [formatLockedShadow('me'), formatLockedGroupShadow('me')]) {
    expect(line.split(':').slice(0, 2)).toEqual(['me', '!'])
  }
})

test('editing lines changes those that are edited, and no other byte', () => {
  const text = '# comment: with colons:\na:x:1:\n\n+::::::\nb:x:2:a,b'
  expect(editLines(text, (fields) => fields)).toBe(text)
  expect(editLines(text, (fields) => (fields[0] === 'a' ? ['c', ...fields.slice(1)] : fields))).toBe(
    text.replace('\na:', '\nc:'),
  )
})
