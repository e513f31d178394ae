import { expect, test } from '@jest/globals'
import { distributionNames, findDistributions } from '../../src/prefix/distributions.ts'

const site = 'lib/python3.12/site-packages'

test.each([
  ['Demo_Pkg-1.0.dist-info/METADATA', { name: 'demo-pkg', version: '1.0', kind: 'dist-info' }],
  ['ruamel.yaml-0.18.6.dist-info/RECORD', { name: 'ruamel-yaml', version: '0.18.6', kind: 'dist-info' }],
  ['demo-1.0+cu121.dist-info/RECORD', { name: 'demo', version: '1.0+cu121', kind: 'dist-info' }],
  ['demo-1.0-py3.12.egg-info/PKG-INFO', { name: 'demo', version: '1.0', kind: 'egg-info' }],
  ['demo-1.0-py3.12-linux-x86_64.egg-info', { name: 'demo', version: '1.0', kind: 'egg-info' }],
  ['demo.egg-info/PKG-INFO', { name: 'demo', version: '', kind: 'egg-info' }],
])('%s is a distribution', (file, expected) => {
  const path = `${site}/${file.split('/', 1)[0] ?? ''}`
  expect(findDistributions([`${site}/${file}`])).toEqual([{ ...expected, path }])
})

test.each([
  'share/demo-1.0.dist-info/METADATA',
  `${site}/demo/vendored-1.0.dist-info/METADATA`,
  `${site}/demo-1.0.dist-info.txt`,
  `${site}/demo.py`,
])('%s is none', (path) => {
  expect(findDistributions([path])).toEqual([])
})

test('each is named once, whatever of it there is', () => {
  const files = ['b-1.dist-info/METADATA', 'b-1.dist-info/RECORD', 'A-2.dist-info/METADATA']
  expect(distributionNames(files.map((file) => `${site}/${file}`))).toEqual(['a', 'b'])
})
