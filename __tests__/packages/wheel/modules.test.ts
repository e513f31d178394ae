import { expect, test } from '@jest/globals'
import { modulesOf } from '../../../src/packages/wheel/modules.ts'

test.each([
  ['packages and modules', ['demo/__init__.py', 'demo/core.py', 'single.py'], ['demo', 'single']],
  [
    'extensions',
    ['fast.cpython-311-x86_64-linux-gnu.so', 'plain.so', 'abi.abi3.so'],
    ['abi', 'fast', 'plain'],
  ],
  ['a package that is compiled', ['demo/__init__.cpython-311-x86_64-linux-gnu.so'], ['demo']],
  [
    'a namespace',
    ['google/cloud/storage/__init__.py', 'google/cloud/storage/a.py'],
    ['google.cloud.storage'],
  ],
  ['private ones beside others', ['_demo.so', 'demo/__init__.py'], ['demo']],
  ['private ones alone', ['_demo.so'], ['_demo']],
  ['mistakes', ['tests/__init__.py', 'docs/conf.py', 'demo.py'], ['demo']],
  ['what lies elsewhere', ['../../../bin/tool', '../../../share/a.py', 'demo.py'], ['demo']],
  ['what is no module', ['demo-1.0.dist-info/METADATA', 'data/x.json', 'demo.pth', '__pycache__/a.py'], []],
])('%s', (_, paths, modules) => {
  expect(modulesOf(paths)).toEqual(modules)
})
