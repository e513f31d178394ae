import { describe, expect, test } from '@jest/globals'
import type { UserWish } from '../../src/base/user-wish.ts'
import { chooseUser, configuredUser } from '../../src/base/users.ts'
import { baseOf, debian, type Sample } from './samples.ts'

function choose(samples: Record<string, Sample>, environment: Record<string, string> = {}, wish?: UserWish) {
  return chooseUser(baseOf({ ...debian, ...samples }), new Map(Object.entries(environment)), wish)
}

const passwd = (line: string) => ({ 'etc/passwd': `root:x:0:0:root:/root:/bin/bash\n${line}\n` })
const micro = passwd('micro:x:1100:2000::/srv/micro:/bin/bash')

describe("a base with micromamba's wiring keeps its user", () => {
  const expected = { name: 'micro', uid: 1100, gid: 2000, home: '/srv/micro', exists: true }
  test.each([
    ['named by file and ENV', { ...micro, 'etc/arg_mamba_user': 'micro\n' }, { MAMBA_USER: 'micro' }],
    ['named by the file alone', { ...micro, 'etc/arg_mamba_user': 'micro\n' }, {}],
    ['named by ENV alone', micro, { MAMBA_USER: 'micro' }],
    ['the file is what counts', { ...micro, 'etc/arg_mamba_user': 'micro' }, { MAMBA_USER: 'root' }],
    ['an empty file says nothing', { ...micro, 'etc/arg_mamba_user': '\n' }, { MAMBA_USER: 'micro' }],
  ])('%s', (_, files, environment) => {
    expect(choose(files, environment)).toEqual(expected)
  })

  test('one that is not among its users is an error', () => {
    expect(() => choose({}, { MAMBA_USER: 'gone' })).toThrow(/base-image.*'gone' is not in its \/etc\/passwd/)
  })
})

test.each<[string, string | undefined, UserWish | undefined]>([
  ['nobody', undefined, undefined],
  ['root', 'root', undefined],
  ['root by number', '0', undefined],
  ['root by numbers', '0:0', undefined],
  ['by name', 'micro', { uid: 1100 }],
  ['by number', '1100', { uid: 1100 }],
  ['by both of its numbers', '1100:2000', { uid: 1100 }],
  ['with another group', '1100:5', { uid: 1100, gid: 5 }],
  ['a number of nobody', '65532', { uid: 65532 }],
  ['a name of nobody', 'gone', undefined],
  ['a number that is too large', '99999999999', undefined],
  ['something else', 'a b', undefined],
])("the user that a base's config names: %s", (_, user, expected) => {
  expect(configuredUser(baseOf({ ...debian, ...micro }), user)).toEqual(expected)
})

const added = { name: 'mambauser', uid: 57439, gid: 57439, home: '/home/mambauser' }

describe("on any other base it is upstream's", () => {
  test.each([
    ['added', {}, false],
    ['added to a base with no users at all', { 'etc/passwd': '', 'etc/group': '' }, false],
    ['added where its group is there already', { 'etc/group': 'mambauser:x:57439:\n' }, false],
    ['there already', passwd('mambauser:x:57439:57439::/home/mambauser:/bin/bash'), true],
  ])('%s', (_, files, exists) => {
    expect(choose(files)).toEqual({ ...added, exists })
  })

  test.each([
    ['its name', passwd('mambauser:x:1000:1000::/home/mambauser:/bin/bash'), "user 'mambauser' (1000:1000)"],
    ['its uid', passwd('ann:x:57439:100::/home/ann:/bin/bash'), "user 'ann' (57439:100)"],
    ['the name of its group', { 'etc/group': 'mambauser:x:1000:\n' }, "group 'mambauser' (1000)"],
    ['its gid', { 'etc/group': 'staff:x:57439:ann\n' }, "group 'staff' (57439)"],
  ])('%s is taken: refused, saying by whom', (_, files, who) => {
    expect(() => choose(files)).toThrow(who)
  })
})

describe('a wish, on a base without micromamba', () => {
  const ubuntu = {
    ...passwd('ubuntu:x:1000:1000:Ubuntu:/home/ubuntu:/bin/bash'),
    'etc/group': 'root:x:0:\nusers:x:100:\nubuntu:x:1000:\n',
  }
  test.each<[string, UserWish, string]>([
    ['a name has the usual numbers', { name: 'ann' }, 'ann 57439:57439 /home/ann, added'],
    ['a group is as the user', { name: 'ann', uid: 1001 }, 'ann 1001:1001 /home/ann, added'],
    ['all', { name: 'ann', uid: 1001, gid: 1002 }, 'ann 1001:1002 /home/ann, added'],
    [
      'a group that is asked for may be there',
      { name: 'ann', uid: 1001, gid: 100 },
      'ann 1001:100 /home/ann, added',
    ],
    ['numbers only have the usual name', { uid: 5 }, 'mambauser 5:5 /home/mambauser, added'],
    ['two numbers', { uid: 5, gid: 0 }, 'mambauser 5:0 /home/mambauser, added'],
    ['the name of a user of the base', { name: 'ubuntu' }, 'ubuntu 1000:1000 /home/ubuntu, there'],
    ['the number of one', { uid: 1000 }, 'ubuntu 1000:1000 /home/ubuntu, there'],
    ['both', { name: 'ubuntu', uid: 1000 }, 'ubuntu 1000:1000 /home/ubuntu, there'],
    ['root', { uid: 0 }, 'root 0:0 /root, there'],
  ])('%s', (_, wish, expected) => {
    const { name, uid, gid, home, exists } = choose(ubuntu, {}, wish)
    expect(`${name} ${uid}:${gid} ${home}, ${exists ? 'there' : 'added'}`).toBe(expected)
  })

  test.each<[UserWish, string]>([
    [{ name: 'ubuntu', uid: 1001 }, "user 'ubuntu' (1000:1000)"],
    [{ name: 'ubuntu', uid: 1000, gid: 100 }, "user 'ubuntu' (1000:1000)"],
    [{ name: 'ann', uid: 1000 }, "user 'ubuntu' (1000:1000)"],
    [{ uid: 1000, gid: 5 }, "user 'ubuntu' (1000:1000)"],
    [{ name: 'ann', uid: 100 }, "group 'users' (100)"],
    [{ name: 'users' }, "group 'users' (100)"],
    [{ name: 'users', uid: 5, gid: 5 }, "group 'users' (100)"],
  ])('%j is refused, saying whose it is', (wish, who) => {
    expect(() => choose(ubuntu, {}, wish)).toThrow(expect.objectContaining({ input: 'user' }))
    expect(() => choose(ubuntu, {}, wish)).toThrow(who)
  })
})

describe('a wish, on a base with micromamba', () => {
  const base = { ...micro, 'etc/arg_mamba_user': 'micro\n', 'etc/group': 'micro:x:2000:\nusers:x:100:\n' }
  test.each<[string, UserWish, string]>([
    ['its user', { name: 'micro' }, 'micro 1100:2000 /srv/micro'],
    ['another name', { name: 'ann' }, 'ann 1100:2000 /home/ann of micro'],
    ['another name and number', { name: 'ann', uid: 5 }, 'ann 5:5 /home/ann of micro'],
    ['another name, the same number', { name: 'ann', uid: 1100 }, 'ann 1100:2000 /home/ann of micro'],
    ['a number', { uid: 5 }, 'micro 5:5 /srv/micro of micro'],
    ['another group', { name: 'micro', uid: 1100, gid: 100 }, 'micro 1100:100 /srv/micro of micro'],
    ['another user of the base', { name: 'root' }, 'root 0:0 /root'],
  ])('%s', (_, wish, expected) => {
    const { name, uid, gid, home, exists, formerly } = choose(base, {}, wish)
    expect(`${name} ${uid}:${gid} ${home}${formerly ? ` of ${formerly.name}` : ''}`).toBe(expected)
    expect(exists).toBe(formerly === undefined)
  })

  test('root is not renamed', () => {
    const user = choose({ 'etc/arg_mamba_user': 'root\n' }, {}, { name: 'ann' })
    expect(user).toEqual({ name: 'ann', uid: 57439, gid: 57439, home: '/home/ann', exists: false })
  })
})
