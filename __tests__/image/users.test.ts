import { describe, expect, test } from '@jest/globals'
import { chooseUser } from '../../src/image/users.ts'
import { baseOf, debian, type Sample } from './samples.ts'

function choose(samples: Record<string, Sample>, environment: Record<string, string> = {}) {
  return chooseUser(baseOf({ ...debian, ...samples }), new Map(Object.entries(environment)))
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
