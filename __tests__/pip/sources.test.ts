import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { refuseBuilds, type NeedsBuild, type ResolveRequest } from '../../src/pip/resolve.ts'
import { serveGit } from '../world/github/http-backend.ts'
import { createRepository, type BareRepository } from '../world/github/repository.ts'
import { listen, type LoopbackServer } from '../world/loopback.ts'
import { pipReleases, type PipRelease } from '../world/pip.ts'
import { basic, servePythonIndex, type PythonIndex } from '../world/python-index.ts'
import { metadataOf } from '../world/wheels/make.ts'
import { specimens } from '../world/wheels/specimens.ts'
import { namesOf, openAsking } from './asking.ts'

const asking = openAsking()
const login = { user: 'x-access-token', password: 'ghs_secret' }
let index: PythonIndex
let repository: BareRepository
let git: LoopbackServer
let commit = ''
/** Whether git is to show a login, which, where it is led from another path than the repository's, and what it has shown. */
let closed = false
let token = basic(login)
let leadsTo: string | undefined
const shown = new Set<string>()
const arguments_ = new Set<string>()

beforeAll(async () => {
  index = await servePythonIndex(await specimens())
  repository = await createRepository('tool')
  const project = '[project]\nname = "tool"\nversion = "3.1"\ndependencies = ["plain <1.1"]\n'
  const extras = '[project.optional-dependencies]\nMore = ["tools ; python_version > \'3\'", "only-old"]\n'
  commit = await repository.commit('main', {
    'pyproject.toml': project + extras,
    'sub/pyproject.toml': '[project]\nname = "sub"\ndynamic = ["version"]\n',
  })
  git = await listen(async (request, response) => {
    const { authorization } = request.headers
    if (authorization !== undefined) shown.add(authorization)
    if (leadsTo !== undefined && !request.url?.startsWith('/owner/tool.git/')) {
      response.writeHead(301, { location: `${leadsTo}/info/refs?service=git-upload-pack` }).end()
    } else if (closed && authorization !== token) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
    } else await serveGit(request, response, { root: repository.root, user: 'somebody' })
  })
})
beforeEach(() => {
  closed = false
  token = basic(login)
  leadsTo = undefined
  shown.clear()
})
afterAll(() => Promise.all([index.stop(), git.stop(), repository.remove()]))

const repositoryUrl = () => `http://${git.host}/owner/tool.git`

async function needed(
  release: PipRelease,
  lines: readonly string[],
  more: Partial<ResolveRequest> = {},
): Promise<NeedsBuild> {
  const answer = await asking.ask(release, lines, { indexes: { index: index.url }, ...more })
  if (answer.type !== 'needs-build') throw new Error('there is nothing to build')
  return answer
}

describe.each(pipReleases)('the pip of %s', (release) => {
  const resolve = (lines: readonly string[], more = {}) =>
    asking.resolve(release, lines, { indexes: { index: index.url }, ...more })

  test('an sdist that says what it requires is not built', async () => {
    const answer = await resolve(['outspoken'])
    expect(namesOf(answer)).toEqual(['plain 1.1', 'outspoken 1.0'])
    expect(answer.items[1]?.source).toEqual({
      kind: 'sdist',
      url: `${index.origin}/files/outspoken-1.0.tar.gz`,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
    })
  })

  test('an sdist that does not is told, and taken with what came of building it', async () => {
    const need = await needed(release, ['tools', 'frommodule'])
    expect(need).toMatchObject({
      name: 'frommodule',
      source: { kind: 'sdist', url: `${index.origin}/files/frommodule-1.0.tar.gz` },
      asked: { file: 'conda/env.yaml', line: 11 },
    })
    const text = metadataOf({ name: 'frommodule', version: '1.0', requires: ['plain==1.0'] })
    const answer = await resolve(['tools', 'frommodule'], { built: new Map([[need.key, text]]) })
    expect(namesOf(answer)).toEqual(['tools 1.0', 'plain 1.0', 'frommodule 1.0'])
    expect(answer.items[2]).toMatchObject({ key: need.key, source: need.source, direct: false })
  })

  test('several, one after the other', async () => {
    const lines = ['frommodule', 'compiled']
    const built = new Map<string, string>()
    for (let round = 0; round < 2; round++) {
      const { key, name } = await needed(release, lines, { built })
      built.set(key, metadataOf({ name, version: '1.0' }))
    }
    expect(namesOf(await resolve(lines, { built })).sort()).toEqual(['compiled 1.0', 'frommodule 1.0'])
  })

  test('no code of a package runs, and the folder of a project stays as it is', async () => {
    const folder = join(asking.folder, 'hostile')
    mkdirSync(folder, { recursive: true })
    const files = {
      'setup.py': 'open("it-ran", "w")\n',
      'pyproject.toml': '[build-system]\nrequires = []\nbuild-backend = "setup"\nbackend-path = ["."]\n',
    }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    const need = await needed(release, ['./hostile'])
    expect(need).toMatchObject({
      name: 'hostile',
      source: { kind: 'directory', url: `file://${folder}`, editable: false },
    })
    expect(readdirSync(folder).sort()).toEqual(['pyproject.toml', 'setup.py'])
  })

  test.each([
    ['./project', false],
    ['-e ./project', true],
  ])('a local project: %s', async (line, editable) => {
    const folder = join(asking.folder, 'project')
    mkdirSync(folder, { recursive: true })
    writeFileSync(
      join(folder, 'pyproject.toml'),
      '[project]\nname = "Project"\nversion = "0.1"\nrequires-python = ">=3.8"\n',
    )
    const answer = await resolve([line])
    expect(answer.items).toMatchObject([
      {
        name: 'Project',
        version: '0.1',
        direct: true,
        requested: true,
        source: { kind: 'directory', url: `file://${folder}`, editable },
      },
    ])
  })

  test.each([
    ['a branch', (url: string) => `git+${url}@main`, 'main'],
    ['a commit, with a name', (url: string) => `tool @ git+${url}@${commit}`, () => commit],
    ['nothing', (url: string) => `git+${url}#egg=tool`, undefined],
    ['a branch, editable', (url: string) => `-e git+${url}@main#egg=tool`, 'main'],
  ])('a git repository by %s: its commit', async (_, lineOf, asked) => {
    const revision = typeof asked === 'function' ? asked() : asked
    const answer = await resolve([lineOf(repositoryUrl())])
    expect(namesOf(answer)).toEqual(['plain 1.0', 'tool 3.1'])
    expect(answer.items[1]).toMatchObject({
      direct: true,
      source: {
        kind: 'vcs',
        vcs: 'git',
        url: repositoryUrl(),
        commit,
        ...(revision !== undefined && { revision }),
        editable: lineOf('').startsWith('-e'),
      },
    })
    expect(readdirSync(asking.folder)).not.toContain('src')
  })

  test('extras of a pyproject.toml', async () => {
    const answer = await resolve([`tool[more] @ git+${repositoryUrl()}`])
    expect(namesOf(answer).sort()).toEqual(['only-old 1.0', 'plain 1.0', 'tool 3.1', 'tools 1.0'])
  })

  test('a project in a folder of a repository, whose version only building tells', async () => {
    const line = `sub @ git+${repositoryUrl()}#subdirectory=sub`
    const need = await needed(release, [line])
    expect(need).toMatchObject({ name: 'sub', source: { commit, subdirectory: 'sub' } })
    const built = new Map([[need.key, metadataOf({ name: 'sub', version: '7' })]])
    expect(namesOf(await resolve([line], { built }))).toEqual(['sub 7'])
  })

  test.each<[string, () => { line: string; more: Partial<ResolveRequest> }]>([
    [
      'in the line',
      () => ({
        line: `git+${repositoryUrl().replace('//', '//x-access-token:${TOKEN}@')}`,
        more: { variables: { TOKEN: login.password } },
      }),
    ],
    [
      'by the inputs auth-*',
      () => ({
        line: `git+${repositoryUrl()}`,
        more: { grants: [{ place: `${git.host}/owner`, credentials: [{ type: 'basic', ...login }] }] },
      }),
    ],
  ])('a private repository, its login %s: in no argument and no answer', async (_, make) => {
    closed = true
    const { line, more } = make()
    const watching = watchArguments()
    const answer = await resolve([line], more).finally(watching.stop)
    expect(answer.items[1]?.source).toMatchObject({ kind: 'vcs', url: repositoryUrl(), commit })
    expect([...shown]).toEqual([basic(login)])
    expect([...arguments_].some((text) => text.includes('git clone'))).toBe(true)
    expect(JSON.stringify([answer, ...arguments_])).not.toMatch(/ghs_secret|x-access-token/)
  })

  test.each([
    ['whose user is empty', '', 'ghs secret'],
    ['with line breaks', 'ada', 'ghs\nsecret\n'],
  ])('a login %s, which no helper of git can tell', async (_, user, password) => {
    closed = true
    token = basic({ user, password })
    const written = `//${user}:${encodeURIComponent(password)}@`
    await resolve([`git+${repositoryUrl().replace('//', written)}`])
    expect([...shown]).toEqual([token])
  })

  test('a login is shown where its repository leads on the host, as from its name without .git', async () => {
    closed = true
    leadsTo = repositoryUrl()
    const grants = [{ place: git.host, credentials: [{ type: 'basic', ...login }] }]
    const answer = await resolve([`git+http://${git.host}/owner/tool`], { grants })
    expect(answer.items[1]?.source).toMatchObject({ url: `http://${git.host}/owner/tool`, commit })
    expect([...shown]).toEqual([token])
  })

  test.each([
    ['login', { type: 'basic', ...login }, 'It leads to another host, '],
    ['token', { type: 'bearer', token: 'swordfish' }, 'It leads elsewhere, '],
  ] as const)('a %s is not shown to a host that its repository leads to', async (_, credential, advice) => {
    const strangers = new Set<string | undefined>()
    const stranger = await listen(({ headers }, response) => {
      strangers.add(headers.authorization)
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
    })
    leadsTo = `http://${stranger.host}/owner/tool.git`
    const message = await asking
      .failure(release, ['plain', `git+http://${git.host}/owner/tool`], {
        indexes: { index: index.url },
        grants: [{ place: git.host, credentials: [credential] }],
      })
      .finally(() => stranger.stop())
    expect(message).toMatch(/^conda\/env\.yaml:11: [^]*\n\| fatal: /)
    expect(message).toContain(`\n${advice}`)
    expect([...strangers]).toEqual(credential.type === 'basic' ? [undefined] : [])
  })

  test.each(['svn+https', 'hg+http', 'git+ssh'])(
    'a login that %s would have in its arguments',
    async (scheme) => {
      const message = await asking.failure(release, [`x @ ${scheme}://ada:ghs_secret@127.0.0.1:1/x`], {
        indexes: { index: index.url },
      })
      expect(message).toMatch(/ would show the login of [^]*\nOnly git over https/)
      expect(message).not.toContain('ghs_secret')
    },
  )

  test.each([
    ['pip comes to its end', []],
    ['pip comes to none', ['tools>7']],
  ])('all that has to be built is named where nothing is going to be, when %s', async (_, more) => {
    const lines = ['frommodule', `sub @ git+${repositoryUrl()}#subdirectory=sub`, 'compiled', ...more]
    const answer = await asking.ask(release, lines, { indexes: { index: index.url }, goesOn: true })
    expect(() => {
      refuseBuilds(answer, 'conda/env.yaml')
    }).toThrow(
      new RegExp(
        ['frommodule', 'sub', 'compiled']
          .map((name, line) => `(?=[^]*\\n- ${name}[ ,][^\\n]*\\(conda/env\\.yaml:${10 + line}\\))`)
          .join(''),
      ),
    )
  })

  test('refused, each with its place', async () => {
    const lines = ['outspoken', `git+${repositoryUrl()}`, 'tools']
    const answer = await resolve(lines)
    expect(() => {
      refuseBuilds(answer, 'conda/env.yaml')
    }).toThrow(
      new RegExp(
        `^conda/env\\.yaml:11: there are no wheels .*:\n- tool 3\\.1, git ${repositoryUrl()} at ${commit} \\(conda/env\\.yaml:11\\)\n- outspoken 1\\.0, .*tar\\.gz \\(conda/env\\.yaml:10\\)\n.*pip-build: auto`,
      ),
    )
    const need = await needed(release, ['frommodule'])
    expect(() => {
      refuseBuilds(need, 'conda/env.yaml')
    }).toThrow(/^conda\/env\.yaml:10: .*\n- frommodule, .*\(conda\/env\.yaml:10\)\n/)
    refuseBuilds(await resolve(['plain']), 'conda/env.yaml')
  })
})

/** Sees the command lines of the machine's processes, as anybody can. */
function watchArguments() {
  arguments_.clear()
  const child = spawn('sh', [
    '-c',
    'while :; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " "; echo; done',
  ])
  child.stdout.setEncoding('utf8').on('data', (text: string) => arguments_.add(text))
  return { stop: () => child.kill() }
}
