import { expect, test } from '@jest/globals'
import { adviceOnFailure, buildAccess } from '../../src/pip/building.ts'

const asked = {
  lines: [],
  indexes: {},
  grants: [],
  variables: {},
  secretsFolder: '/run/secrets',
}

test('without anything said, pip asks where it always does', () => {
  expect(buildAccess(asked)).toEqual({ variables: { PIP_CONFIG_FILE: '/dev/null' }, secrets: {} })
})

test('logins of addresses, inputs and of the user reach the hosts of indexes by a netrc, and stand in no variable', () => {
  const access = buildAccess({
    ...asked,
    lines: ['--extra-index-url https://me:p%40ss@two.example/simple', 'plain', '--find-links ./wheels'],
    indexes: { index: 'https://one.example/simple' },
    grants: [
      { place: 'one.example', credentials: [{ type: 'basic', user: 'reader', password: 'with "quotes" ' }] },
      { place: 'elsewhere.example', credentials: [{ type: 'basic', user: 'no', password: 'business' }] },
    ],
    variables: { PIP_FIND_LINKS: 'https://three.example/links', PIP_TARGET: '/tmp', PIP_NO_INDEX: '' },
    netrc:
      'machine three.example\n  login them\n  password theirs\nmachine four.example login x password y\n',
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
      'machine one.example login reader password "with \\"quotes\\" "\n',
      'machine two.example login me password p@ss\n',
      'machine three.example login them password theirs\n',
    ].join(''),
  })
})

test('a login is not for an index that plain http would show it to', () => {
  const grants = [
    { place: 'one.example', credentials: [{ type: 'basic', user: 'a', password: 'b' } as const] },
  ]
  expect(buildAccess({ ...asked, indexes: { index: 'http://one.example/simple' }, grants }).secrets).toEqual(
    {},
  )
})

test('certificates come as a file', () => {
  const { variables, secrets } = buildAccess({ ...asked, certificates: 'PEM' })
  expect(variables['PIP_CERT']).toBe('/run/secrets/certificates.pem')
  expect(secrets).toEqual({ 'certificates.pem': 'PEM' })
})

test.each([
  ["error: command 'gcc' failed: No such file or directory", "'compilers'"],
  ["error: command '/usr/bin/x86_64-linux-gnu-gcc' failed: No such file or directory", "'compilers'"],
  ["unable to execute 'gcc': No such file or directory", "'compilers'"],
  ["FileNotFoundError: [Errno 2] No such file or directory: 'cc'", "'compilers'"],
  ['/bin/sh: 1: gcc: not found', "'compilers'"],
  ['configure: error: no acceptable C compiler found in $PATH', "'compilers'"],
  ["meson.build:1:0: ERROR: Unknown compiler(s): [['cc'], ['gcc'], ['clang']]", "'compilers'"],
  ['No CMAKE_C_COMPILER could be found.', "'compilers'"],
  ["error: command 'g++' failed: No such file or directory", "'gxx'"],
  ["meson.build:1:0: ERROR: Unknown compiler(s): [['c++'], ['g++']]", "'gxx'"],
  ['No CMAKE_CXX_COMPILER could be found.', "'gxx'"],
  ['/bin/sh: 1: gfortran: not found', "'gfortran'"],
  ["error: can't find Rust compiler", "'rust'"],
  ['Cargo, the Rust package manager, is not installed or is not on PATH.', "'rust'"],
  ["No such file or directory: 'cmake'", "'cmake'"],
  ['LookupError: setuptools-scm was unable to detect version for /x', '!.git'],
  ['/opt/conda/bin/python: No module named pip', "'pip'"],
  ['ERROR: Could not find a version that satisfies the requirement setuptools>=40.8.0', 'run-network'],
  ['something else altogether', 'choose a version that has wheels'],
])('%s', (said, advice) => {
  expect(adviceOnFailure(`  some lines\n  ${said}\n  more`)).toContain(advice)
})
