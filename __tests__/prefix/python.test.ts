import { expect, test } from '@jest/globals'
import { bytecodePath, pythonOf } from '../../src/prefix/python.ts'

test.each([
  ['3.12.4', 'h194c7f8_0_cpython', undefined, 'bin/python3.12', 'lib/python3.12/site-packages'],
  [
    '3.13.5',
    'hec9711d_102_cp313',
    'lib/python3.13/site-packages',
    'bin/python3.13',
    'lib/python3.13/site-packages',
  ],
  [
    '3.13.5',
    'h4724d56_2_cp313t',
    'lib/python3.13t/site-packages',
    'bin/python3.13t',
    'lib/python3.13t/site-packages',
  ],
  ['3.13.5', 'h4724d56_2_cp313t', undefined, 'bin/python3.13t', 'lib/python3.13t/site-packages'],
  [
    '3.13.5',
    'h4724d56_2_cp313t',
    'lib/python3.13/site-packages',
    'bin/python3.13t',
    'lib/python3.13t/site-packages',
  ],
  ['3.11.2', '0', 'lib/elsewhere/packages', 'bin/python3.11', 'lib/elsewhere/packages'],
  ['2.7.18', 'ha1903f6_2', undefined, 'bin/python2.7', 'lib/python2.7/site-packages'],
])('python %s %s that says %s', (version, build, pythonSitePackagesPath, executable, sitePackages) => {
  const python = pythonOf({ version, build, ...(pythonSitePackagesPath && { pythonSitePackagesPath }) })
  expect(python).toEqual({ version: version.replace(/\.\d+$/, ''), executable, sitePackages })
})

test('a python whose site-packages lie outside of the prefix', () => {
  const pythonSitePackagesPath = '../../usr/lib/python3/dist-packages'
  expect(() => pythonOf({ version: '3.12.0', build: '0', pythonSitePackagesPath })).toThrow(/'\.\.' in it/)
})

test.each([
  [
    'lib/python3.12/site-packages/a/b.py',
    '3.12',
    'lib/python3.12/site-packages/a/__pycache__/b.cpython-312.pyc',
  ],
  ['a/b.c.py', '3.9', 'a/__pycache__/b.c.cpython-39.pyc'],
  ['top.py', '3.13', '__pycache__/top.cpython-313.pyc'],
  ['a/.py', '3.13', 'a/__pycache__/.py.cpython-313.pyc'],
  ['a/b.py', '2.7', 'a/b.pyc'],
])('%s in python %s', (source, version, expected) => {
  expect(bytecodePath(source, version)).toBe(expected)
})
