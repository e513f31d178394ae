import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { runCommand } from '../../src/common/command.ts'
import { adviceOnFailure, buildProgram } from '../../src/pip/building.ts'
import { startFaultProxy } from '../world/fault-proxy.ts'
import { debianPip, pipReleases } from '../world/pip.ts'
import { servePythonIndex } from '../world/python-index.ts'
import { sourceFiles } from '../world/wheels/backend.ts'
import { makeWheel } from '../world/wheels/make.ts'
import { openAsking } from './asking.ts'

const asking = openAsking()

test.each(pipReleases)(
  'what a build needs is waited for no longer than by us, by the pip of %s',
  async (release) => {
    const index = await servePythonIndex([makeWheel({ name: 'plain', version: '1.0' })])
    const proxy = await startFaultProxy(index.origin.replace('http://', ''))
    const folder = await mkdtemp(join(tmpdir(), 'building-'))
    try {
      const files = sourceFiles('built', '1.0', { 'built.py': '' })
      await mkdir(join(folder, 'source'))
      for (const [name, text] of Object.entries(files)) {
        await writeFile(join(folder, 'source', name), text.replace('requires = []', 'requires = ["plain"]'))
      }
      await proxy.spoil(
        () => proxy.met.length < 1,
        ({ response }) => void response.writeHead(429, { 'retry-after': '31536000' }).end(),
      )
      const args = [
        '-B',
        '-c',
        buildProgram,
        join(folder, 'source'),
        '',
        join(folder, 'work'),
        '[]',
        '',
        '0.01',
      ]
      const { exitCode, stderr } = await runCommand(asking.python(), args, {
        env: {
          PATH: process.env['PATH'],
          PYTHONPATH: (await debianPip(release)).folder,
          PIP_INDEX_URL: `${proxy.origin}/simple/`,
          PIP_RETRIES: '1',
          PIP_CONFIG_FILE: '/dev/null',
        },
      })
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 })
      expect(proxy.met).toHaveLength(1)
      expect(await readdir(join(folder, 'work/wheel'))).toEqual(['built-1.0-py3-none-any.whl'])
    } finally {
      await proxy.stop()
      await index.stop()
      await rm(folder, { recursive: true })
    }
  },
)

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
