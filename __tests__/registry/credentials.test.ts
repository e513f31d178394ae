import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { UserError } from '../../src/common/errors.ts'
import { machineCredentials } from '../../src/registry/credentials.ts'
import { maskedIn } from './servers.ts'

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

/** Looks up a registry in a Docker configuration. */
async function lookUp(config: unknown, registry: string) {
  await writeFile(join(home, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config))
  const PATH = `${home}:${process.env['PATH'] ?? ''}`
  return machineCredentials({ DOCKER_CONFIG: home, PATH })(registry)
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

describe("podman's auth.json", () => {
  const auth = (user: string) => JSON.stringify({ auths: { 'ghcr.io': { auth: base64(`${user}:x`) } } })

  test("is found, and comes after Docker's", async () => {
    await mkdir(join(home, 'run', 'containers'), { recursive: true })
    await writeFile(join(home, 'run', 'containers', 'auth.json'), auth('runtime'))
    await writeFile(join(home, 'named.json'), auth('named'))
    const environment = { DOCKER_CONFIG: home, XDG_RUNTIME_DIR: join(home, 'run') }
    expect(await machineCredentials(environment)('ghcr.io')).toMatchObject({ username: 'runtime' })
    const named = { ...environment, REGISTRY_AUTH_FILE: join(home, 'named.json') }
    expect(await machineCredentials(named)('ghcr.io')).toMatchObject({ username: 'named' })
    await writeFile(join(home, 'config.json'), auth('docker'))
    expect(await machineCredentials(named)('ghcr.io')).toMatchObject({ username: 'docker' })
  })
  test('neither file: no credential', async () => {
    expect(await machineCredentials({ DOCKER_CONFIG: join(home, 'absent') })('ghcr.io')).toBeUndefined()
  })
})
