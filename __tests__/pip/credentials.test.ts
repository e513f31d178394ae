import { writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { Grant } from '../../src/channels/access.ts'
import { pipReleases } from '../world/pip.ts'
import { basic, servePythonIndex, type PythonIndex } from '../world/python-index.ts'
import { specimens, specimensOfExtra } from '../world/wheels/specimens.ts'
import { namesOf, openAsking } from './asking.ts'

const asking = openAsking()
const login = { user: 'ada', password: 'hunter 2' }
let open: PythonIndex
let closed: PythonIndex
beforeAll(async () => {
  open = await servePythonIndex(await specimens())
  closed = await servePythonIndex(specimensOfExtra(), { login })
})
afterAll(() => Promise.all([open.stop(), closed.stop()]))

let log = ''
beforeEach(() => {
  log = ''
  for (const index of [open, closed]) index.requests.length = 0
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => (log += String(text)) !== '')
})
afterEach(() => {
  jest.restoreAllMocks()
})

const grant = (more: Partial<Grant> = {}): Grant => ({
  place: closed.origin.replace('http://', ''),
  credentials: [{ type: 'basic', ...login }],
  ...more,
})

/** Who was shown anything. */
const shown = (index: PythonIndex) => [
  ...new Set(index.requests.flatMap(({ authorization }) => authorization ?? [])),
]

describe.each(pipReleases)('the pip of %s', (release) => {
  const lines = () => [`--extra-index-url ${closed.url}`, 'burner', 'plain']

  test.each<[string, () => Parameters<typeof asking.resolve>[2] & { lines?: string[] }]>([
    ['an address by input', () => ({ indexes: { index: closed.urlWithLogin, extra: [open.url] } })],
    [
      'an additional address by input',
      () => ({ indexes: { index: open.url, extra: [closed.urlWithLogin] } }),
    ],
    [
      "the user's variables",
      () => ({ variables: { PIP_EXTRA_INDEX_URL: closed.urlWithLogin, PIP_INDEX_URL: open.url } }),
    ],
    [
      "the user's configuration",
      () => {
        const file = join(asking.folder, 'pip.conf')
        const text = `[global]\nindex-url = ${open.url}\nextra-index-url = ${closed.urlWithLogin}\n[install]\nno-deps = true\ntarget = /nowhere\n`
        writeFileSync(file, text)
        return { variables: { PIP_CONFIG_FILE: file } }
      },
    ],
    [
      'a line with variables',
      () => ({
        indexes: { index: open.url },
        variables: { SECRET: encodeURIComponent(login.password) },
        lines: [`--extra-index-url ${closed.url.replace('//', '//ada:${SECRET}@')}`, 'burner', 'plain'],
      }),
    ],
    [
      '~/.netrc',
      () => {
        writeFileSync(join(asking.folder, '.netrc'), `machine 127.0.0.1 login ada password "hunter 2"\n`, {
          mode: 0o600,
        })
        return { indexes: { index: open.url, extra: [closed.url] }, variables: { HOME: asking.folder } }
      },
    ],
    [
      'a grant of the inputs auth-*',
      () => ({ indexes: { index: open.url, extra: [closed.url] }, grants: [grant()] }),
    ],
    [
      'a grant for a part of the host, and a line',
      () => ({
        indexes: { index: open.url },
        lines: lines(),
        grants: [
          grant(),
          grant({
            place: `${closed.origin.replace('http://', '')}/simple`,
            credentials: [{ type: 'basic', user: 'ada', password: 'hunter 2' }],
          }),
        ],
      }),
    ],
  ])('a login by %s: nothing shows it', async (_, makeQuestion) => {
    const { lines: own = ['burner', 'plain'], ...question } = makeQuestion()
    const answer = await asking.resolve(release, own, question)
    expect(namesOf(answer)).toEqual(['plain 1.1', 'burner 1.0+cu121'])
    expect(shown(closed)).toEqual([basic(login)])
    if (!own.join().includes('netrc') && question.variables?.HOME === undefined)
      expect(shown(open)).toEqual([])
    const visible = log.split('\n').filter((line) => !line.startsWith('::add-mask::'))
    expect(JSON.stringify([answer, visible])).not.toMatch(/hunter|ada:/)
  })

  test('of several grants the first that opens an address counts, and none for other ports and plain names', async () => {
    const host = closed.origin.replace('http://', '')
    const wrong = (place: string) => grant({ place, credentials: [{ type: 'bearer', token: 'wrong' }] })
    const grants = [wrong(`${host}0`), wrong(`${host}/sim`), wrong('0.0.1'), grant(), wrong(host)]
    await asking.resolve(release, ['burner'], { indexes: { index: open.url, extra: [closed.url] }, grants })
    expect(shown(closed)).toEqual([basic(login)])
  })

  test('a token is sent as one', async () => {
    const grants = [grant({ credentials: [{ type: 'bearer', token: 'swordfish' }] })]
    const question = { indexes: { index: open.url, extra: [closed.url] }, grants, secrets: ['swordfish'] }
    await asking.failure(release, ['burner'], question)
    expect(shown(closed)).toEqual(['Bearer swordfish'])
  })

  test.each([
    ['none', undefined],
    ['the wrong one', 'http://ada:wrong@'],
  ])('an index that wants a login and gets %s ends it, even if another has it all', async (_, address) => {
    const url = address === undefined ? closed.url : closed.url.replace('http://', address)
    const message = await asking.failure(release, ['plain'], { indexes: { index: open.url, extra: [url] } })
    expect(message).toMatch(
      new RegExp(
        `^${closed.url}plain/: pip cannot read this page of an index: 401 .*\nIt wants a login: .*auth-host`,
      ),
    )
    expect(message).not.toContain('wrong')
  })

  test('nothing is left on the disk', async () => {
    const temporary = join(asking.folder, release)
    const before = process.env['RUNNER_TEMP']
    process.env['RUNNER_TEMP'] = temporary
    try {
      await asking.resolve(release, ['burner'], {
        indexes: { index: open.url, extra: [closed.urlWithLogin] },
      })
    } finally {
      if (before === undefined) delete process.env['RUNNER_TEMP']
      else process.env['RUNNER_TEMP'] = before
    }
    expect(await readdir(temporary)).toEqual([])
  })
})
