import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { debianPip, pipReleases } from '../world/pip.ts'
import { servePythonIndex, type PythonIndex } from '../world/python-index.ts'
import { metadataOf, type PythonFile } from '../world/wheels/make.ts'
import { specimens, specimensOfExtra } from '../world/wheels/specimens.ts'
import { filesOf, namesOf, openAsking, target } from './asking.ts'

const asking = openAsking()
let files: PythonFile[]
let index: PythonIndex
let extra: PythonIndex
beforeAll(async () => {
  files = await specimens()
  index = await servePythonIndex(files)
  extra = await servePythonIndex(specimensOfExtra())
})
beforeEach(() => {
  index.requests.length = 0
})
afterAll(() => Promise.all([index.stop(), extra.stop()]))

const six = {
  path: 'lib/python3.11/site-packages/six-1.16.0.dist-info/METADATA',
  text: metadataOf({ name: 'six', version: '1.16.0' }),
}

describe.each(pipReleases)('the pip of %s', (release) => {
  const resolve = (lines: readonly string[], more = {}) =>
    asking.resolve(release, lines, { indexes: { index: index.url }, ...more })

  test('resolves, in the order of its installing, with what is to be known of each', async () => {
    const answer = await resolve(['likes-old-plain', 'tower==1.0 # a comment', 'tools'])
    expect(namesOf(answer)).toEqual(['tower 1.0', 'tools 1.0', 'plain 1.0', 'likes-old-plain 1.0'])
    const wheel = files.find(({ fileName }) => fileName === 'plain-1.0-py3-none-any.whl')
    expect(answer.items[2]).toEqual({
      name: 'plain',
      version: '1.0',
      source: {
        kind: 'wheel',
        url: `${index.origin}/files/plain-1.0-py3-none-any.whl`,
        sha256: createHash('sha256')
          .update(wheel?.content ?? '')
          .digest('hex'),
      },
      key: expect.any(String) as unknown,
      requested: false,
      extras: [],
      direct: false,
      asked: { file: 'conda/env.yaml', line: 10 },
    })
    expect(answer.items.map(({ requested, asked }) => [requested, asked?.line])).toEqual([
      [true, 11],
      [true, 12],
      [false, 10],
      [true, 10],
    ])
    expect(answer).toMatchObject({ pip: (await debianPip(release)).version, warnings: [] })
  })

  test.each([
    ['2.17', 'linux-64', 'tower-1.0-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl'],
    ['2.28', 'linux-64', 'tower-1.1-cp311-cp311-manylinux_2_28_x86_64.whl'],
    ['2.36', 'linux-64', 'tower-1.2-cp311-cp311-manylinux_2_34_x86_64.whl'],
    ['2.27', 'linux-aarch64', 'tower-1.0-cp311-cp311-manylinux2014_aarch64.manylinux_2_17_aarch64.whl'],
    ['2.36', 'linux-aarch64', 'tower-1.1-cp311-cp311-manylinux_2_28_aarch64.whl'],
  ] as const)("takes wheels of the target's platform: glibc %s on %s", async (glibc, subdir, file) => {
    expect(filesOf(await resolve(['tower'], { target: { ...target, glibc, subdir } }))).toEqual([file])
  })

  test('takes the wheel of the newer interpreter before that of the newer platform', async () => {
    expect(filesOf(await resolve(['steady']))).toEqual(['steady-1.0-cp311-abi3-manylinux_2_17_x86_64.whl'])
  })

  test.each([
    ['linux-64', '3.11.2', ['only-intel 1.0']],
    ['linux-aarch64', '3.11.9', ['only-new 1.0', 'only-arm 1.0']],
  ] as const)("goes by the target's markers: %s, python %s", async (subdir, version, expected) => {
    const answer = await resolve(['layered'], { target: { ...target, subdir, version } })
    expect(namesOf(answer)).toEqual(['plain 1.1', ...expected, 'layered 1.0'])
  })

  test("goes by the target's patch level of python, be it of an index or of a wheel", async () => {
    const later = { target: { ...target, version: '3.11.9' } }
    expect(namesOf(await resolve(['micro', 'future'], later))).toEqual(['micro 1.0', 'future 1.0'])
    expect(await asking.failure(release, ['micro'], { indexes: { index: index.url } })).toContain(
      'different python version',
    )
  })

  test('extras', async () => {
    const answer = await resolve(['layered[more]'])
    expect(namesOf(answer)).toContain('tools 1.0')
    expect(answer.items.at(-1)).toMatchObject({ name: 'layered', extras: ['more'] })
  })

  test('what a conda package has is not installed again', async () => {
    const answer = await resolve(['wants-some-six', 'six'], { distributions: [six] })
    expect(namesOf(answer)).toEqual(['wants-some-six 1.0'])
  })

  test('what takes the place of a conda package says so', async () => {
    const answer = await resolve(['wants-new-six'], { distributions: [six] })
    expect(answer.items).toMatchObject([{ name: 'six', replaces: six.path }, { name: 'wants-new-six' }])
    expect(answer.items[1]).not.toHaveProperty('replaces')
  })

  test.each([
    ['an egg-info file', 'six-1.16.0-py3.11.egg-info'],
    ["an egg-info folder's", 'six-1.16.0.egg-info/PKG-INFO'],
  ])('a distribution of a conda package may be %s', async (_, name) => {
    const distributions = [{ ...six, path: `lib/python3.11/site-packages/${name}` }]
    expect(namesOf(await resolve(['wants-some-six'], { distributions }))).toEqual(['wants-some-six 1.0'])
  })

  test('what a conda package requires is looked at as well', async () => {
    const distributions = [
      {
        path: 'old-1.dist-info/METADATA',
        text: metadataOf({ name: 'old', version: '1', requires: ['plain<1.1'] }),
      },
    ]
    expect(namesOf(await resolve(['old', 'plain'], { distributions }))).toEqual(['plain 1.0'])
  })

  test('the machine has no part: neither its packages, nor what lies about', async () => {
    writeFileSync(join(asking.folder, 'json.py'), 'raise SystemExit("wrong json")\n')
    mkdirSync(join(asking.folder, 'modules/plain-9.dist-info'), { recursive: true })
    writeFileSync(
      join(asking.folder, 'modules/plain-9.dist-info/METADATA'),
      metadataOf({ name: 'plain', version: '9' }),
    )
    const variables = {
      PYTHONPATH: join(asking.folder, 'modules'),
      PYTHONHOME: '/nowhere',
      PIP_TARGET: '/nowhere',
      PIP_NO_DEPS: '1',
      PIP_PRE: '1',
      PIP_CONSTRAINT: '/nowhere',
    }
    const answer = await resolve(['layered'], { variables })
    expect(namesOf(answer)).toEqual(['plain 1.1', 'only-intel 1.0', 'layered 1.0'])
  })

  test('pre-releases when the list asks for them', async () => {
    expect(namesOf(await resolve(['--pre', 'plain']))).toEqual(['plain 2.0rc1'])
  })

  test('constraints hold what is there, and bring nothing', async () => {
    const answer = await resolve(['plain'], { constraints: ['plain==1.0', 'tools==1.0'] })
    expect(namesOf(answer)).toEqual(['plain 1.0'])
  })

  test('other files: -r from the folder of the environment file, -c, and paths from where pip would run', async () => {
    mkdirSync(join(asking.folder, 'more'), { recursive: true })
    writeFileSync(join(asking.folder, 'more/requirements.txt'), '\n-r nested.txt\n-c ../pins.txt\n')
    writeFileSync(join(asking.folder, 'more/nested.txt'), '# nothing\nplain\n')
    writeFileSync(join(asking.folder, 'pins.txt'), 'plain==1.0\n')
    const answer = await resolve(['-r more/requirements.txt', '${WHAT} == \\\n  1.0'], {
      variables: { WHAT: 'tools' },
    })
    expect(namesOf(answer)).toEqual(['tools 1.0', 'plain 1.0'])
    expect(answer.items[1]?.asked).toEqual({ file: join(asking.folder, 'more/nested.txt'), line: 2 })
  })

  test('a yanked version that is pinned: its reason, and a warning', async () => {
    const answer = await resolve(['recalled==1.1'])
    expect(answer.items).toMatchObject([{ version: '1.1', yanked: 'it ate my homework' }])
    expect(answer.warnings).toEqual([
      expect.stringMatching(/yanked version: 'recalled'[^]*it ate my homework/) as unknown,
    ])
    expect(namesOf(await resolve(['recalled']))).toEqual(['recalled 1.0'])
  })

  test('a second index: local versions, and a warning of what both have', async () => {
    const lines = ['burner', 'plain']
    const answer = await resolve([`--extra-index-url ${extra.url}`, ...lines])
    expect(namesOf(answer)).toEqual(['plain 1.1', 'burner 1.0+cu121'])
    expect(filesOf(answer)).toContain('burner-1.0+cu121-py3-none-any.whl')
    expect(answer.warnings).toEqual([
      expect.stringMatching(
        `plain is in several indexes.*1\\.1 of ${index.url}, and not that of ${extra.url}`,
      ) as unknown,
    ])
    const byInput = await resolve(lines, { indexes: { index: index.url, extra: [extra.url] } })
    expect(namesOf(byInput)).toEqual(namesOf(answer))
  })

  test('pages of links', async () => {
    const answer = await asking.resolve(release, ['--no-index', `--find-links ${index.links}`, 'plain'])
    expect(namesOf(answer)).toEqual(['plain 1.1'])
    expect(index.requests[0]?.path).toBe('/links')
  })

  test('a wheel by its address, with or without its hash', async () => {
    const url = `${index.origin}/files/plain-1.0-py3-none-any.whl`
    const [wheel] = (await resolve([url])).items
    expect(wheel).toMatchObject({ name: 'plain', direct: true, source: { kind: 'wheel', url } })
    const sha256 = wheel?.source.kind === 'wheel' ? wheel.source.sha256 : ''
    const again = await resolve([`plain @ ${url}#sha256=${sha256}`])
    expect(again.items[0]?.source).toEqual(wheel?.source)
  })

  test('hashes in the list are held', async () => {
    const [wheel] = (await resolve(['plain==1.0'])).items
    const sha256 = wheel?.source.kind === 'wheel' ? wheel.source.sha256 : ''
    expect(namesOf(await resolve([`plain==1.0 --hash=sha256:${sha256}`]))).toEqual(['plain 1.0'])
    expect(
      await asking.failure(release, [`plain==1.0 --hash=sha256:${'0'.repeat(64)}`], {
        indexes: { index: index.url },
      }),
    ).toMatch(/^conda\/env\.yaml:10: .*DO NOT MATCH THE HASHES[^]*sha256 0{64}/s)
  })

  test.each([
    ['HTML', { pages: 'html' as const }],
    ['no metadata beside the wheels', { hasMetadata: () => false }],
    ['only md5', { hash: () => 'md5' as const }],
    ['no hashes', { hash: () => undefined }],
  ])('an index with %s comes to the same', async (_, options) => {
    const other = await servePythonIndex(files, options)
    const lines = ['layered', 'tower']
    const answer = await resolve(lines, { indexes: { index: other.url } }).finally(() => other.stop())
    const withoutHost = (items: unknown) => JSON.stringify(items).replaceAll(/127\.0\.0\.1:\d+/g, 'host')
    expect(withoutHost(answer.items)).toBe(withoutHost((await resolve(lines)).items))
  })

  test('wheels are not fetched when the index has their metadata', async () => {
    // Another one, of which nothing is in pip's cache yet. pip 23.0 knows of metadata on HTML pages alone.
    const other = await servePythonIndex(files, { pages: 'html' })
    await resolve(['layered', 'tower'], { indexes: { index: other.url } }).finally(() => other.stop())
    const fetched = other.requests.map(({ path }) => path).filter((path) => path.startsWith('/files/'))
    expect(fetched).not.toEqual([])
    expect(fetched.filter((path) => !path.endsWith('.metadata'))).toEqual([])
  })

  test('nothing to do', async () => {
    expect(await resolve(['# nothing', ''])).toMatchObject({ items: [] })
  })
})
