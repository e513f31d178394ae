import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { UserError } from '../../src/common/errors.ts'
import { machineCredentials } from '../../src/registry/credentials.ts'
import { maskedIn } from './servers.ts'

const to = (registry: string, repository = 'a/b', writes = false) => ({ registry, repository, writes })

let home: string
const log = jest.spyOn(process.stdout, 'write')

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'credentials-'))
  log.mockReset().mockReturnValue(true)
})
afterEach(async () => {
  await rm(home, { recursive: true })
})

const base64 = (text: string) => Buffer.from(text).toString('base64')
const masked = () => maskedIn(log.mock.calls)

/** Places where no other login is, whoever runs the tests. */
const nowhere = () => ({ HOME: join(home, 'nobody'), XDG_RUNTIME_DIR: join(home, 'absent') })

/** Looks up a registry in a Docker configuration. */
async function lookUp(config: unknown, registry: string) {
  await writeFile(join(home, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config))
  const PATH = `${home}:${process.env['PATH'] ?? ''}`
  return machineCredentials({ ...nowhere(), DOCKER_CONFIG: home, PATH })(to(registry))
}

/** Puts a credential helper on PATH, made of a few lines of shell. */
async function installHelper(name: string, script: string) {
  const file = join(home, `docker-credential-${name}`)
  await writeFile(file, `#!/bin/sh\n${script}\n`)
  await chmod(file, 0o755)
}

describe('auths', () => {
  const auths = {
    'https://index.docker.io/v1/': { auth: base64('hub:pass:word') },
    'ghcr.io': { auth: base64('octocat:secret') },
    'https://quay.io/v2/': { username: 'robot', password: 'quiet' },
    'azure.example': { auth: base64('00000000:'), identitytoken: 'refresh' },
    'padded.example': { auth: base64('old:docker\0\0') },
    'stored.example': {},
    'ghcr.io/other/namespace': { auth: base64('nobody:nothing') },
    'LOCALHOST:5000': { auth: base64('me:mine') },
  }
  test.each([
    ['docker.io', { type: 'password', username: 'hub', password: 'pass:word' }],
    ['ghcr.io', { type: 'password', username: 'octocat', password: 'secret' }],
    ['quay.io', { type: 'password', username: 'robot', password: 'quiet' }],
    ['azure.example', { type: 'identity-token', token: 'refresh' }],
    ['padded.example', { type: 'password', username: 'old', password: 'docker' }],
    ['localhost:5000', { type: 'password', username: 'me', password: 'mine' }],
    ['stored.example', undefined],
    ['localhost:5001', undefined],
    ['io', undefined],
  ])('%s', async (registry, credential) => {
    expect(await lookUp({ auths }, registry)).toEqual(credential)
  })

  test('every form of a secret is masked', async () => {
    await lookUp({ auths }, 'ghcr.io')
    expect(masked()).toEqual(expect.arrayContaining(['secret', base64('octocat:secret')]))
    await lookUp({ auths }, 'azure.example')
    expect(masked()).toContain('refresh')
  })
})

describe('malformed configurations name the file, and quote nothing of it', () => {
  test.each([
    ['{"auths": {"ghcr.io": {"auth": "hunter2"', /not JSON/],
    ['[]', /not a JSON object/],
    ['{"auths": []}', /not an object/],
    [JSON.stringify({ auths: { 'ghcr.io': { auth: base64('hunter2') } } }), /base64 of user:password/],
  ])('%s', async (text, message) => {
    const error: unknown = await lookUp(text, 'ghcr.io').catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UserError)
    expect(String(error)).toMatch(message)
    expect(String(error)).toContain(join(home, 'config.json'))
    expect(String(error)).not.toContain('hunter2')
    expect(String(error)).not.toContain(base64('hunter2'))
  })
})

describe('credential helpers', () => {
  const answer = (username: string, secret: string) =>
    `cat > /dev/null; echo '{"ServerURL":"x","Username":"${username}","Secret":"${secret}"}'`

  test('credHelpers answers for its registry, asked by host', async () => {
    await installHelper('own', `read server; echo "{\\"Username\\":\\"$1\\",\\"Secret\\":\\"$server\\"}"`)
    expect(await lookUp({ credHelpers: { 'ghcr.io': 'own' } }, 'ghcr.io')).toEqual({
      type: 'password',
      username: 'get',
      password: 'ghcr.io',
    })
    expect(masked()).toContain('ghcr.io')
  })
  test("Docker's hub is asked for by its old address", async () => {
    await installHelper('store', `read server; echo "{\\"Username\\":\\"u\\",\\"Secret\\":\\"$server\\"}"`)
    expect(await lookUp({ credsStore: 'store' }, 'docker.io')).toMatchObject({
      password: 'https://index.docker.io/v1/',
    })
  })
  test('the user <token> stands for an identity token', async () => {
    await installHelper('store', answer('<token>', 'refresh'))
    expect(await lookUp({ credsStore: 'store' }, 'ghcr.io')).toEqual({
      type: 'identity-token',
      token: 'refresh',
    })
  })
  test('a store that knows nothing leaves it to auths', async () => {
    await installHelper('store', 'echo "credentials not found in native keychain"; exit 1')
    const config = { credsStore: 'store', auths: { 'ghcr.io': { auth: base64('a:b') } } }
    expect(await lookUp(config, 'ghcr.io')).toMatchObject({ username: 'a' })
    expect(await lookUp(config, 'quay.io')).toBeUndefined()
  })
  test('a helper that fails is an error with its message', async () => {
    await installHelper('store', 'echo "the keychain is locked" >&2; exit 1')
    await expect(lookUp({ credsStore: 'store' }, 'ghcr.io')).rejects.toThrow(
      /docker-credential-store failed for ghcr.io: the keychain is locked/,
    )
  })
  test('text of a helper begins no line', async () => {
    await installHelper('store', 'printf "locked\\n::add-mask::a\\n" >&2; exit 1')
    await expect(lookUp({ credsStore: 'store' }, 'ghcr.io')).rejects.toThrow(/locked ::add-mask::a\nLog in/)
  })
  test('an answer that is not JSON is an error that does not quote it', async () => {
    await installHelper('store', 'echo hunter2')
    await expect(lookUp({ credsStore: 'store' }, 'ghcr.io')).rejects.toThrow(/^(?!.*hunter2).*not JSON/)
  })
  test('a helper that is not installed: an error when it was named for this registry, else a warning', async () => {
    await expect(lookUp({ credHelpers: { 'ghcr.io': 'absent' } }, 'ghcr.io')).rejects.toThrow(UserError)
    expect(await lookUp({ credsStore: 'absent' }, 'ghcr.io')).toBeUndefined()
    expect(log.mock.calls.join()).toMatch(/::warning::.*docker-credential-absent/)
  })
  test('a name with a path in it is not run', async () => {
    await expect(lookUp({ credsStore: '/../../bin/sh' }, 'ghcr.io')).rejects.toThrow(/not the name/)
  })
})

describe('namespaces', () => {
  const auths = {
    'quay.io': { auth: base64('all:x') },
    'quay.io/org-a': { auth: base64('a:x') },
    'quay.io/org-a/team': { auth: base64('team:x') },
    'docker.io/mine': { auth: base64('mine:x') },
    'https://index.docker.io/v1/': { auth: base64('hub:x') },
    'QUAY.example/org': { auth: base64('other:x') },
  }
  test.each([
    ['quay.io', 'org-b/app', 'all'],
    ['quay.io', 'org-a/app', 'a'],
    ['quay.io', 'org-abc/app', 'all'],
    ['quay.io', 'org-a/team/app', 'team'],
    ['quay.io', 'org-a/team', 'team'],
    ['docker.io', 'mine/app', 'mine'],
    ['docker.io', 'library/debian', 'hub'],
    ['quay.example', 'org/app', 'other'],
    ['quay.example', 'else/app', undefined],
  ])('%s/%s: %s', async (registry, repository, username) => {
    await writeFile(join(home, 'config.json'), JSON.stringify({ auths }))
    const source = machineCredentials({ ...nowhere(), DOCKER_CONFIG: home })
    expect((await source(to(registry, repository))) ?? {}).toEqual(
      username === undefined ? {} : { type: 'password', username, password: 'x' },
    )
  })
})

/** A file with a login of each registry, by a user named as the file. */
async function writeLogin(file: string, username: string, ...registries: string[]) {
  await mkdir(dirname(file), { recursive: true })
  const auths = registries.map((registry) => [registry, { auth: base64(`${username}:x`) }])
  await writeFile(file, JSON.stringify({ auths: Object.fromEntries(auths) as object }))
}

describe('the order of places', () => {
  test("Docker's variable, buildx's folders, Docker's file, podman's files", async () => {
    const places: [string, NodeJS.ProcessEnv][] = [
      ['.config/containers/auth.json', {}],
      ['xdg/containers/auth.json', { XDG_CONFIG_HOME: join(home, 'xdg') }],
      ['run/containers/auth.json', { XDG_RUNTIME_DIR: join(home, 'run') }],
      ['named.json', { REGISTRY_AUTH_FILE: join(home, 'named.json') }],
      ['.docker/config.json', {}],
      ['docker/config.json', { DOCKER_CONFIG: join(home, 'docker') }],
      ['docker/buildx/config/ghcr.io/config.json', {}],
      ['buildx/config/ghcr.io/config.json', { BUILDX_CONFIG: join(home, 'buildx') }],
    ]
    let environment: NodeJS.ProcessEnv = { HOME: home, XDG_RUNTIME_DIR: join(home, 'absent') }
    const found = () => machineCredentials(environment)(to('ghcr.io'))
    expect(await found()).toBeUndefined()
    for (const [file, variables] of places) {
      environment = { ...environment, ...variables }
      await writeLogin(join(home, file), file, 'ghcr.io')
      expect(await found()).toMatchObject({ username: file })
    }
    environment['DOCKER_AUTH_CONFIG'] = JSON.stringify({
      auths: { 'ghcr.io': { auth: base64('variable:x') } },
    })
    expect(await found()).toMatchObject({ username: 'variable' })
    expect(masked()).toContain(base64('variable:x'))
  })

  test('a place without a login for the registry leaves it to the next', async () => {
    await writeLogin(join(home, 'config.json'), 'docker', 'quay.io')
    await writeLogin(join(home, 'named.json'), 'podman', 'ghcr.io', 'quay.io')
    const source = machineCredentials({
      ...nowhere(),
      DOCKER_CONFIG: home,
      REGISTRY_AUTH_FILE: join(home, 'named.json'),
      DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'docker.io': { auth: base64('v:x') } } }),
    })
    expect(await source(to('ghcr.io'))).toMatchObject({ username: 'podman' })
    expect(await source(to('quay.io'))).toMatchObject({ username: 'docker' })
    expect(await source(to('docker.io'))).toMatchObject({ username: 'v' })
  })

  test.each([
    '/run/secrets/auth',
    '[]',
    JSON.stringify({ auths: { 'ghcr.io': { auth: base64('hunter2') } } }),
  ])(
    'a variable that Docker would pass over is passed over with a warning: %s',
    async (DOCKER_AUTH_CONFIG) => {
      await writeLogin(join(home, 'config.json'), 'docker', 'ghcr.io')
      const source = machineCredentials({ ...nowhere(), DOCKER_CONFIG: home, DOCKER_AUTH_CONFIG })
      expect(await source(to('ghcr.io'))).toMatchObject({ username: 'docker' })
      expect(log.mock.calls.join()).toMatch(/::warning::DOCKER_AUTH_CONFIG: /)
      expect(log.mock.calls.join()).not.toMatch(/hunter2|secrets/)
    },
  )
})

describe("the folders of docker/login-action's scope", () => {
  const hub = 'https://index.docker.io/v1/'
  const folders: [string, string][] = [
    ['ghcr.io/octo/app', 'ghcr.io'],
    ['ghcr.io/octo/app@push', 'ghcr.io'],
    ['ghcr.io/octo/split@pull', 'ghcr.io'],
    ['ghcr.io/octo/split@pull,push', 'ghcr.io'],
    ['ghcr.io@push', 'ghcr.io'],
    ['registry-1.docker.io/octo/app', hub],
    ['localhost:5000/a', 'localhost:5000'],
    ['empty.example', 'ghcr.io'],
  ]
  test.each([
    ['ghcr.io', 'octo/app', false, 'ghcr.io/octo/app'],
    ['ghcr.io', 'octo/app', true, 'ghcr.io/octo/app@push'],
    ['ghcr.io', 'octo/split', false, 'ghcr.io/octo/split@pull'],
    ['ghcr.io', 'octo/split', true, 'ghcr.io/octo/split@pull,push'],
    ['ghcr.io', 'octo', true, 'ghcr.io@push'],
    ['ghcr.io', 'octo', false, 'default'],
    ['ghcr.io', 'octo/app/part', false, 'default'],
    ['docker.io', 'octo/app', true, 'registry-1.docker.io/octo/app'],
    ['docker.io', 'library/debian', false, 'default'],
    ['localhost:5000', 'a', true, 'localhost-5000/a'],
    ['empty.example', 'a', true, 'default'],
  ])('%s/%s, to push: %s', async (registry, repository, writes, username) => {
    for (const [folder, key] of folders) {
      await writeLogin(join(home, 'buildx', 'config', folder, 'config.json'), folder.replace(':', '-'), key)
    }
    await writeLogin(join(home, 'config.json'), 'default', 'ghcr.io', hub, 'empty.example')
    const source = machineCredentials({ ...nowhere(), DOCKER_CONFIG: home })
    expect(await source(to(registry, repository, writes))).toMatchObject({ username })
  })
})

test('a helper is asked once for a registry, however many repositories there are', async () => {
  await installHelper('store', `echo asked >> "${home}/asked"; echo '{"Username":"u","Secret":"s"}'`)
  await writeFile(join(home, 'config.json'), JSON.stringify({ credsStore: 'store' }))
  const PATH = `${home}:${process.env['PATH'] ?? ''}`
  const source = machineCredentials({ ...nowhere(), DOCKER_CONFIG: home, PATH })
  await Promise.all(['a', 'b'].map((repository) => source(to('ghcr.io', repository))))
  await source(to('ghcr.io', 'a', true))
  expect(await readFile(join(home, 'asked'), 'utf8')).toBe('asked\n')
})
