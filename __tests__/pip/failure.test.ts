import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { servePythonIndex, type PythonIndex } from '../world/python-index.ts'
import { listen } from '../world/loopback.ts'
import { debianPip, newestPip, pipReleases } from '../world/pip.ts'
import { specimens } from '../world/wheels/specimens.ts'
import { openAsking, target } from './asking.ts'

const asking = openAsking()
let index: PythonIndex
beforeAll(async () => {
  index = await servePythonIndex(await specimens())
})
afterAll(() => index.stop())

const at = (line: number) => `^conda/env\\.yaml:${line}: `
const here = 'python 3\\.11\\.2 on linux-64 with glibc 2\\.28'

describe.each(pipReleases)('the pip of %s', (release) => {
  const failure = (lines: readonly string[], more = {}) =>
    asking.failure(release, lines, { indexes: { index: index.url }, ...more })

  test.each([
    ['another version is asked for', ['plain>=1.1'], 'plain==1.0'],
    ['another one needs another version', ['likes-new-plain'], 'plain==1.0'],
    ['its version is gone', ['plain'], 'plain==1.0.5'],
  ])('a wheel that is to stay, when %s', async (_, lines, held) => {
    expect(await failure(lines, { constraints: ['tools==1.0', held] })).toMatch(
      /\nOnly what 'update-only' names may change, and it does not name plain: /,
    )
  })

  test("a constraint of the user's own is none of what is to stay", async () => {
    writeFileSync(join(asking.folder, 'own.txt'), 'plain==1.0\n')
    expect(await failure(['-c own.txt', 'plain>=1.1'], { constraints: ['tools==1.0'] })).toContain(
      'Loosen or drop',
    )
  })

  test.each([
    [
      'a conflict',
      ['tools', 'likes-old-plain', 'likes-new-plain'],
      `${at(11)}.*${here}:\n\\| Cannot install [^]*likes-old-plain 1.0 depends on plain==1.0\n[^]*likes-new-plain 1.0 depends on plain==1.1[^]*Loosen or drop one`,
    ],
    [
      'a project that does not exist',
      ['tools', 'NoSuch_thing >1'],
      `${at(11)}[^]*NoSuch_thing>1 \\(from versions: none\\)[^]*\nNo index has a project of that name`,
    ],
    [
      'a version that does not exist',
      ['plain==9'],
      `${at(10)}[^]*from versions: 1\\.0, 1\\.1[^]*\nAsk for one of the versions`,
    ],
    [
      'a python that does not fit',
      ['tools', 'future==2.0'],
      `${at(11)}[^]*Requires-Python >=3\\.99[^]*\nAsk for a version that takes this python`,
    ],
    ['wheels of other platforms only', ['elsewhere'], `${at(10)}[^]*\nIt has nothing for ${here}`],
    [
      "conda's =",
      ['plain', '', 'openeo=0.22'],
      `${at(12)}pip cannot read the list:\n\\| Invalid requirement: 'openeo=0\\.22'[^]*\nWrite openeo==0\\.22`,
    ],
    [
      'a line of an option for the command line',
      ['plain', '--no-deps plain'],
      `${at(11)}pip cannot read the list[^]*--no-deps`,
    ],
    [
      'a file that is not there',
      ['plain', '-r missing.txt'],
      `${at(11)}pip cannot read the list:\n\\| Could not open requirements file[^]*missing\\.txt[^]*folder of the environment file`,
    ],
    [
      'a path that is not there',
      ['./nosuch'],
      `${at(10)}pip cannot read the list[^]*nosuch[^]*\nWrite it as in`,
    ],
    [
      'a folder without a project',
      ['plain', '-e .'],
      `${at(11)}[^]*does not appear to be a Python project[^]*\nGive the folder`,
    ],
    [
      'a repository that is not there',
      ['plain', 'git+http://127.0.0.1:1/x/y.git'],
      `${at(11)}[^]*\\| fatal: unable to access[^]*\nCheck the address, and whether it is private`,
    ],
  ])('%s', async (_, lines, expected) => {
    const message = await failure(lines)
    expect(message).toMatch(new RegExp(expected))
    expect(message).not.toMatch(/Traceback|ResolutionImpossible/)
    expect(message.replaceAll(/\/tmp\/pip-\S+/g, '')).not.toContain(join(asking.folder, 'env.yaml'))
  })

  test('a wheel that is not for the target', async () => {
    expect(await failure(['plain', `${index.origin}/files/elsewhere-1.0-cp311-cp311-win_amd64.whl`])).toMatch(
      new RegExp(`${at(11)}[^]*not a supported wheel[^]*\nGive the wheel that is for ${here}`),
    )
  })

  test('a line of another file', async () => {
    writeFileSync(join(asking.folder, 'more.txt'), 'plain\n\nopeneo=0.22\n')
    const message = await failure(['-r more.txt'])
    expect(message).toMatch(new RegExp(`^${join(asking.folder, 'more.txt')}:3: pip cannot read the list`))
  })

  test('an index that is not there', async () => {
    const url = 'http://127.0.0.1:1/simple/'
    expect(await failure(['plain'], { indexes: { index: url } })).toMatch(
      /^http:\/\/127\.0\.0\.1:1\/simple\/plain\/: pip cannot read this page of an index: .*\nCheck the address of the index and the network/,
    )
  })

  test('one of two that fails: the answer of the other is not taken', async () => {
    const broken = await listen((_, response) => void response.writeHead(503).end())
    const extra = [`http://${broken.host}/simple/`]
    const message = await failure(['plain'], { indexes: { index: index.url, extra } }).finally(() =>
      broken.stop(),
    )
    expect(message).toMatch(new RegExp(`^http://${broken.host}/simple/plain/: pip cannot read this page`))
  })

  test('a page that breaks off is asked for again; one that is refused for now is not done without', async () => {
    let count = 0
    const broken = await listen((_, response) => {
      count++
      const json = { 'content-type': 'application/vnd.pypi.simple.v1+json' }
      if (count > 1) response.writeHead(429).end()
      else response.writeHead(200, json).end('{"meta": {"api-')
    })
    const extra = [`http://${broken.host}/simple/`]
    const message = await failure(['plain'], { indexes: { index: index.url, extra } }).finally(() =>
      broken.stop(),
    )
    expect(count).toBe(3)
    expect(message).toContain('the server answered 429')
  })

  test.each([403, 404])('one of two that answers %d does not have the project', async (status) => {
    const other = await listen((_, response) => void response.writeHead(status).end())
    const extra = [`http://${other.host}/simple/`]
    const answer = await asking
      .resolve(release, ['plain'], { indexes: { index: index.url, extra } })
      .finally(() => other.stop())
    expect(answer.items).toMatchObject([{ version: '1.1' }])
  })

  test('what is foreign starts no line of the log', async () => {
    const message = await failure(['##[error]x', '::stop-commands::x'])
    expect(message).not.toMatch(/^\s*::|##\[/m)
  })
})

describe('a pip that cannot be asked', () => {
  function fake(name: string, text: string): string {
    const folder = join(asking.folder, name)
    mkdirSync(join(folder, 'pip'), { recursive: true })
    writeFileSync(join(folder, 'pip/__init__.py'), text)
    return folder
  }

  test.each([
    ['3.11.2', "Ask for 'pip >=23' among the dependencies."],
    ['3.6.15', 'Ask for python 3.7 or newer: pip 23 does not exist for 3.6.15.'],
  ])('too old, for python %s', async (version, advice) => {
    const pip = fake('old', '__version__ = "21.3.1"\n')
    const message = await asking.failure(newestPip, ['plain'], { pip, target: { ...target, version } })
    expect(message).toBe(
      `conda/env.yaml:10: the environment's pip is 21.3.1, which cannot say beforehand what it would install\n${advice}`,
    )
  })

  test('one that is made otherwise', async () => {
    const message = await asking.failure(newestPip, ['plain'], { pip: fake('new', '__version__ = "99.0"\n') })
    expect(message).toMatch(
      /^conda\/env\.yaml: pip 99\.0 ended with 1:\n[^]*ModuleNotFoundError[^]*'pip <27' has been tried/,
    )
  })

  test('one that meets what it does not know', async () => {
    const broken = await listen((_, response) => {
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<a href="http://[nowhere/plain-1.0-py3-none-any.whl">x</a>')
    })
    const index = `http://${broken.host}/simple/`
    const message = await asking
      .failure(newestPip, ['plain'], { indexes: { index } })
      .finally(() => broken.stop())
    expect(message).toBe(
      `conda/env.yaml: pip ${(await debianPip()).version} ended with 2:\n| ValueError: Invalid IPv6 URL\n` +
        `Check what ${index}plain/ answers, which it had asked last, or ask for another version of it among the dependencies: 'pip <27' has been tried.`,
    )
  })

  test('no python', async () => {
    expect(await asking.failure(newestPip, ['plain'], { python: '/nonexistent/python' })).toMatch(
      /^\/nonexistent\/python: python cannot be run to ask pip/,
    )
  })
})
