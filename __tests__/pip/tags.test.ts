import { describe, expect, test } from '@jest/globals'
import { platformTags, supportedTags, type PipTarget } from '../../src/pip/tags.ts'
import { run } from '../world/command.ts'
import { debianPip, pipReleases } from '../world/pip.ts'

test('the ladder for x86_64, from the newest glibc down to that of manylinux1', () => {
  const tags = platformTags({ subdir: 'linux-64', glibc: '2.18' })
  expect(tags.slice(0, 4).concat(tags.slice(-5))).toEqual([
    'manylinux_2_18_x86_64',
    'manylinux_2_17_x86_64',
    'manylinux2014_x86_64',
    'manylinux_2_16_x86_64',
    'manylinux_2_7_x86_64',
    'manylinux_2_6_x86_64',
    'manylinux_2_5_x86_64',
    'manylinux1_x86_64',
    'linux_x86_64',
  ])
  expect(tags.indexOf('manylinux2010_x86_64')).toBe(tags.indexOf('manylinux_2_12_x86_64') + 1)
})

test.each([
  [
    'linux-aarch64',
    '2.19',
    [
      'manylinux_2_19_aarch64',
      'manylinux_2_18_aarch64',
      'manylinux_2_17_aarch64',
      'manylinux2014_aarch64',
      'linux_aarch64',
    ],
  ],
  ['linux-ppc64le', '2.17', ['manylinux_2_17_ppc64le', 'manylinux2014_ppc64le', 'linux_ppc64le']],
  ['linux-s390x', '2.16', ['linux_s390x']],
  ['linux-64', '2.4', ['linux_x86_64']],
] as const)('the ladder for %s with glibc %s', (subdir, glibc, expected) => {
  expect(platformTags({ subdir, glibc })).toEqual(expected)
})

/** As pip's own library says, which is given the platforms. */
const program = `
import json, sys
sys.path.insert(0, sys.argv[1])
from pip._vendor.packaging import tags
minor, abi, platforms = json.loads(sys.argv[2])
own = "cp3%d" % minor
found = [*tags.cpython_tags((3, minor), [abi], platforms), *tags.compatible_tags((3, minor), own, platforms)]
print(json.dumps([[tag.interpreter, tag.abi, tag.platform] for tag in found]))
`

describe.each(pipReleases)("tags in the order of pip's own, of %s", (release) => {
  test.each<[string, string, Partial<PipTarget>]>([
    ['3.12.4', 'cp312', {}],
    ['3.14.0rc2', 'cp314', { glibc: '2.17' }],
    ['3.8.20', 'cp38', { subdir: 'linux-aarch64' }],
    ['3.7.12', 'cp37m', {}],
    ['3.13.1', 'cp313t', { freeThreaded: true }],
    ['3.15.0', 'cp315', {}],
    ['3.15.0', 'cp315t', { freeThreaded: true }],
  ])('python %s, %s', async (version, abi, more) => {
    const target: PipTarget = { version, subdir: 'linux-64', glibc: '2.28', ...more }
    const pip = (await debianPip(release)).folder
    const question = JSON.stringify([Number(version.split('.')[1]), abi, platformTags(target)])
    const answer = await run('python3', ['-c', program, pip, question])
    const known = JSON.parse(answer.toString()) as string[][]
    // Pips before 26 do not know abi3t, and those before 23.1 not that builds without the lock have no abi3.
    const ours = supportedTags(target).filter(([, stable]) => release === 'forky' || stable !== 'abi3t')
    const theirs = more.freeThreaded ? known.filter(([, stable]) => stable !== 'abi3') : known
    expect(ours).toEqual(theirs)
  })
})

test('without the global lock: abi3t in the place of abi3', () => {
  const tags = supportedTags({ version: '3.15.0', subdir: 'linux-s390x', glibc: '2.4', freeThreaded: true })
  expect(tags.slice(0, 4).map((tag) => tag.join('-'))).toEqual([
    'cp315-cp315t-linux_s390x',
    'cp315-abi3t-linux_s390x',
    'cp315-none-linux_s390x',
    'cp314-abi3t-linux_s390x',
  ])
  expect(tags.map(([, abi]) => abi)).not.toContain('abi3')
})
