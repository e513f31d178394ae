import { expect, test } from '@jest/globals'
import { readImports } from '../../../src/packages/conda/archive.ts'
import { makeConda } from '../make-package.ts'

const read = async (info: Readonly<Record<string, string>>) =>
  readImports(await makeConda({ info, items: [{ name: 'lib/demo', content: 'x' }] }), 'conda', 'demo-1.0-0')

/** As conda-build writes it, behind a script of the recipe's. */
const generated = `#  tests for demo-1.0-0 (this is a generated file);
print('===== testing package: demo-1.0-0 =====');
import somethingelse
os.system('rm -rf /')
print('===== demo-1.0-0 OK =====');
print("import: 'demo'")
import demo

print("import: 'demo.core'")
import demo.core

print("import: 'demo.tests'")
import demo.tests
`

const tests = `- python:
    imports:
    - demo
    - demo.more
    - "demo; import os"
    pip_check: true
- script:
    content: rm -rf /
- package_contents:
    files: [a]
- r:
    libraries: [demo, data.table]
`

test.each([
  [
    "conda-build's imports, and nothing else of its script",
    { 'test/run_test.py': generated },
    ['demo', 'demo.core'],
    [],
  ],
  [
    "conda-build's of R",
    { 'test/run_test.r': 'print("library(\'data.table\')")\nlibrary(data.table)\n' },
    [],
    ['data.table'],
  ],
  [
    'commands that have R import a library, and no others',
    {
      'test/run_test.sh': `set -ex\n\n$R -e "library('dplyr')"\nR -e 'library("rlang")'\nRscript --vanilla -e "library(vctrs)"\n$R -e "library('a'); system('b')"\nexit 0\n`,
      'tests/tests.yaml': `- script:\n  - Rscript -e "library('cli')"\n  - R --version\n`,
    },
    [],
    ['dplyr', 'rlang', 'vctrs', 'cli'],
  ],
  ["rattler-build's", { 'tests/tests.yaml': tests }, ['demo', 'demo.more'], ['demo', 'data.table']],
  ['none', {}, [], []],
  ['what nobody can read', { 'tests/tests.yaml': '- [a: {' }, [], []],
])('%s', async (_, info, python, r) => {
  expect(await read(info)).toEqual({ python, r })
})
