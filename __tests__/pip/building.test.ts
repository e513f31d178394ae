import { expect, test } from '@jest/globals'
import { adviceOnFailure } from '../../src/pip/building.ts'

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
