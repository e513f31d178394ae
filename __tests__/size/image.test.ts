import { expect, test } from '@jest/globals'
import { figuresOfImage } from '../../src/size/image.ts'
import { imageOf, layer } from '../action/sample.ts'
import { packageLayer, size } from './samples.ts'

test('an image tells by its manifest where its bytes are', () => {
  const image = imageOf([
    layer('ADD rootfs.tar', 1000, 'base'),
    layer('wiring', 10),
    packageLayer('numpy', 500, [size('numpy', 2000, 'python', 'xz')]),
    packageLayer('packages 1/32', 300, [size('python', 400, 'xz'), size('xz', 200)]),
    packageLayer('pip: wheels 1/8', 40, [size('pip:flask', 90, 'jinja2', 'numpy'), size('pip:jinja2', 10)]),
    packageLayer('gpu: python', 200, [size('python', 400)], '/opt/conda/envs/gpu'),
    layer('environments', 5),
  ])
  const asked = new Map([['base', ['numpy', 'pip:flask']]])
  expect(figuresOfImage(image, asked)).toEqual({
    compressed: 2055,
    base: { name: 'the base', compressed: 1000, layers: 1 },
    environments: [
      {
        name: 'base',
        isGuessed: false,
        packages: [
          { name: 'numpy', size: 2000, compressed: 500, exact: true, chain: ['numpy'] },
          { name: 'python', size: 400, compressed: 200, exact: false, chain: ['numpy', 'python'] },
          { name: 'xz', size: 200, compressed: 100, exact: false, chain: ['numpy', 'xz'] },
          { name: 'pip:flask', size: 90, compressed: 36, exact: false, chain: ['pip:flask'] },
          { name: 'pip:jinja2', size: 10, compressed: 4, exact: false, chain: ['pip:flask', 'pip:jinja2'] },
        ],
      },
      {
        name: 'gpu',
        isGuessed: true,
        packages: [{ name: 'python', size: 400, compressed: 200, exact: true, chain: ['python'] }],
      },
    ],
    others: [
      { name: 'wiring', compressed: 10 },
      { name: 'environments', compressed: 5 },
    ],
  })
})
