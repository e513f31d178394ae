import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Grant } from '../../src/channels/access.ts'
import { buildAccess } from '../../src/pip/build-access.ts'
import { configuredVariables } from '../../src/pip/configuration.ts'
import { parseNetrc } from '../../src/pip/netrc.ts'

const folder = mkdtempSync(join(tmpdir(), 'access-'))
beforeAll(() => {
  mkdirSync(join(folder, 'sub', 'wheels'), { recursive: true })
  mkdirSync(join(folder, 'links'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const asked = {
  lines: [],
  folder,
  linksFolder: '/workshop/links',
  indexes: {},
  grants: [],
  variables: {},
  secretsFolder: '/run/secrets',
}
const lines = (...texts: string[]) => texts.map((text) => ({ text, file: 'env.yaml' }))
const basic = (place: string, user: string, password: string): Grant => ({
  place,
  credentials: [{ type: 'basic', user, password }],
})

test('without anything said, pip asks where it always does', () => {
  expect(buildAccess(asked)).toEqual({
    variables: { PIP_CONFIG_FILE: '/dev/null' },
    secrets: {},
    folders: [],
  })
})

test('logins of addresses, inputs and of the user reach the hosts of indexes by a netrc, and stand in no variable', () => {
  const access = buildAccess({
    ...asked,
    lines: lines('--extra-index-url https://me:p%40ss@two.example/simple', 'plain', '--find-links ./gone'),
    indexes: { index: 'https://one.example/simple' },
    grants: [basic('one.example', 'reader', 'with "quotes" '), basic('elsewhere.example', 'no', 'business')],
    variables: { PIP_FIND_LINKS: 'https://three.example/links', PIP_TARGET: '/tmp', PIP_NO_INDEX: '' },
    netrc: parseNetrc(
      'machine three.example\n  login them\n  password theirs\nmachine four.example login x password y\n',
    ),
  })
  expect(access.variables).toEqual({
    PIP_INDEX_URL: 'https://one.example/simple',
    PIP_EXTRA_INDEX_URL: 'https://two.example/simple',
    PIP_FIND_LINKS: 'https://three.example/links',
    PIP_CONFIG_FILE: '/dev/null',
    NETRC: '/run/secrets/netrc',
  })
  expect(access.secrets).toEqual({
    netrc: [
      'machine three.example login them password theirs\n',
      'machine one.example login reader password "with \\"quotes\\" "\n',
      'machine two.example login me password p@ss\n',
    ].join(''),
  })
})

test('a login is not for an index that plain http would show it to', () => {
  const grants = [basic('one.example', 'a', 'b')]
  expect(buildAccess({ ...asked, indexes: { index: 'http://one.example/simple' }, grants }).secrets).toEqual(
    {},
  )
})

test('tokens of the hosts of indexes are in a file of their own, and others in none', () => {
  const token = (place: string, secret: string): Grant => ({
    place,
    credentials: [{ type: 'bearer', token: secret }],
  })
  const { variables, secrets, grantsFile } = buildAccess({
    ...asked,
    indexes: { index: 'https://one.example/simple', extra: ['https://two.example/simple'] },
    grants: [token('one.example', 'abc'), token('other.example', 'def'), basic('two.example', 'a', 'b')],
  })
  expect(grantsFile).toBe('/run/secrets/index-grants.json')
  expect(JSON.parse(secrets['index-grants.json'] ?? '')).toEqual([
    { place: 'one.example', withSubdomains: false, authorization: 'Bearer abc' },
  ])
  expect(secrets['netrc']).toBe('machine two.example login a password b\n')
  expect(JSON.stringify(variables)).not.toContain('abc')
})

test('an index of a line takes the place of all that were named before', () => {
  const { variables } = buildAccess({
    ...asked,
    indexes: { extra: ['https://before.example/'] },
    variables: { PIP_INDEX_URL: 'https://user.example/' },
    lines: lines('--index-url https://line.example/', '--extra-index-url https://more.example/'),
  })
  expect(variables).toMatchObject({
    PIP_INDEX_URL: 'https://line.example/',
    PIP_EXTRA_INDEX_URL: 'https://more.example/',
  })
})

test('folders of links are named by where they will lie, from where pip would look for them', () => {
  const { variables, folders } = buildAccess({
    ...asked,
    variables: { PIP_FIND_LINKS: `file://${folder}/sub gone` },
    lines: [
      ...lines('--find-links links', '-f https://links.example/'),
      { text: '--find-links=wheels', file: join(folder, 'sub', 'more.txt') },
    ],
  })
  const laid = ['sub', 'links', 'sub/wheels'].map((path) => join(folder, path))
  expect(folders).toEqual(laid.map((path, index) => ({ folder: path, path: `/workshop/links/${index}` })))
  expect(variables['PIP_FIND_LINKS']).toBe(
    '/workshop/links/0 /workshop/links/1 https://links.example/ /workshop/links/2',
  )
})

test('an index that is a folder is refused with what to do, but where no index is asked', () => {
  const local = { ...asked, lines: lines('--index-url file:///srv/simple') }
  expect(() => buildAccess(local)).toThrow(
    /^the index 'file:\/\/\/srv\/simple' is on this machine[^]*--find-links/,
  )
  expect(() => buildAccess({ ...local, lines: [...local.lines, ...lines('--no-index')] })).not.toThrow()
})

test('certificates come as files', () => {
  const access = buildAccess({ ...asked, certificates: 'PEM', clientCertificate: 'OWN' })
  expect(access.variables).toMatchObject({
    PIP_CERT: '/run/secrets/certificates.pem',
    PIP_CLIENT_CERT: '/run/secrets/client.pem',
  })
  expect(access.secrets).toEqual({ 'certificates.pem': 'PEM', 'client.pem': 'OWN' })
})

test("what pip's configuration says of indexes is what its variables would say, that of `install` before that of all", async () => {
  const home = join(folder, 'home')
  const write = (path: string, text: string) => {
    mkdirSync(join(home, path, '..'), { recursive: true })
    writeFileSync(join(home, path), text)
    return join(home, path)
  }
  write(
    '.config/pip/pip.conf',
    '# mine\n[global]\nindex-url = https://one.example/a=b\nExtra_Index_Url:\n  https://two.example/\n  https://three.example/\ntarget = /x\n\n[install]\ntimeout=7\n[list]\nretries = 1\n',
  )
  write('.pip/pip.conf', '[global]\nindex-url = https://old.example/\n[install]\nproxy = http://proxy:1\n')
  const nowhere = { HOME: home, XDG_CONFIG_DIRS: join(home, 'none') }
  const { PIP_TARGET: target, ...found } = await configuredVariables(nowhere)
  expect(target).toBeUndefined()
  // The machine may have a file for all of its users.
  expect(found).toMatchObject({
    PIP_INDEX_URL: 'https://one.example/a=b',
    PIP_EXTRA_INDEX_URL: '\nhttps://two.example/\nhttps://three.example/',
    PIP_TIMEOUT: '7',
    PIP_PROXY: 'http://proxy:1',
  })
  const own = write('own.conf', '[global]\nno-index = true\n')
  expect(await configuredVariables({ ...nowhere, PIP_CONFIG_FILE: own })).toMatchObject({
    PIP_NO_INDEX: 'true',
  })
  expect(await configuredVariables({ ...nowhere, PIP_CONFIG_FILE: '/dev/null' })).toEqual({})
})

test.each([
  ['machine a login b password c', { a: ['b', 'c'] }],
  ['machine a login b account x password "c \\" d"\n# machine e password f\n', { a: ['b', 'c " d'] }],
  [
    'macdef init\nmachine no password x\n\nmachine a password c\ndefault login d password e',
    { a: ['', 'c'], '': ['d', 'e'] },
  ],
])('a netrc: %j', (text, expected) => {
  const found = [...parseNetrc(text)].map(([host, { user, password }]) => [host, [user, password]])
  expect(Object.fromEntries(found)).toEqual(expected)
})
