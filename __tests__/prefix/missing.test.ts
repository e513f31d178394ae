import { expect, test } from '@jest/globals'
import { missingIn } from '../../src/prefix/missing.ts'

const site = 'lib/python3.11/site-packages'

test.each([
  ["ModuleNotFoundError: No module named 'demo.core'", `${site}/demo/core/__init__.py`, true],
  ["ModuleNotFoundError: No module named 'demo.core'", `${site}/demo/core.py`, true],
  [
    "ModuleNotFoundError: No module named 'demo.core'",
    `${site}/demo/core.cpython-311-x86_64-linux-gnu.so`,
    true,
  ],
  ["ModuleNotFoundError: No module named 'demo.core'", `${site}/demo/core/more/deep.py`, true],
  ["ModuleNotFoundError: No module named 'demo.core'", `${site}/demo/core2.py`, false],
  ["ModuleNotFoundError: No module named 'demo.core'", 'share/demo/core.py', false],
  ["ModuleNotFoundError: No module named 'encodings'", 'lib/python3.11/encodings/__init__.py', true],
  [
    "ModuleNotFoundError: No module named '_ssl'",
    'lib/python3.11/lib-dynload/_ssl.cpython-311-x86_64-linux-gnu.so',
    true,
  ],
  [
    "ImportError: cannot import name 'data' from 'demo' (/opt/conda/demo/__init__.py)",
    `${site}/demo/data.py`,
    true,
  ],
  ["ImportError: cannot import name 'data' from 'demo' (unknown location)", `${site}/demo/__init__.py`, true],
  ["AttributeError: module 'demo' has no attribute 'data'", `${site}/demo/data/__init__.py`, true],
  [
    'ImportError: libdemo.so.1: cannot open shared object file: No such file or directory',
    'lib/libdemo.so.1.2.3',
    true,
  ],
  [
    'ImportError: libdemo.so.1: cannot open shared object file: No such file or directory',
    'lib/libdemo.a',
    false,
  ],
  [
    'OSError: /opt/conda/lib/libdemo.so: cannot open shared object file: No such file or directory',
    'lib/libdemo.so',
    true,
  ],
  [
    "FileNotFoundError: [Errno 2] No such file or directory: '/opt/conda/share/demo'",
    'share/demo/data',
    true,
  ],
  ["FileNotFoundError: [Errno 2] No such file or directory: '/opt/other/share/demo'", 'share/demo', false],
  [
    "cannot open file '/opt/conda/lib/R/library/demo/R/demo.rdb': No such file",
    'lib/R/library/demo/R/demo.rdb',
    true,
  ],
  ['Error in library(demo) : there is no package called ‘demo’', 'lib/R/library/demo/DESCRIPTION', true],
  ['/bin/bash: line 3: /opt/conda/bin/python3.11: No such file or directory', 'bin/python3.11', true],
])('%s: %s %s', (line, path, is) => {
  expect(missingIn(['Traceback:', line], '/opt/conda').some((missing) => missing.is(path))).toBe(is)
})

test('what is said last comes first; what may have other reasons is not sure', () => {
  const lines = ["ModuleNotFoundError: No module named 'a'", "ImportError: cannot import name 'c' from 'b'"]
  const [first, second] = missingIn(lines, '/opt/conda')
  expect([first?.is(`${site}/b/c.py`), first?.isSure]).toEqual([true, false])
  expect([second?.is(`${site}/a.py`), second?.isSure]).toEqual([true, true])
  expect(missingIn(['ValueError: no'], '/opt/conda')).toEqual([])
})
