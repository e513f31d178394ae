import { expect, test } from '@jest/globals'
import type { Request } from '../../src/action/request.ts'
import { heldPackages, heldWheels, keptBase } from '../../src/stages/update-only.ts'
import { header, locked, lockedWheel } from '../lock/samples.ts'

const request = (...updateOnly: string[]) => ({ lock: { mode: 'update', updateOnly } }) as unknown as Request // the part of it that is looked at
const previous = {
  header,
  packages: ['a-1-0', 'b-2-h1_0'].map((name) => locked(`c/noarch/${name}.conda`)),
  wheels: [],
}

test('all but the named packages are held, as they are locked', () => {
  expect(heldPackages(request('a'), previous)).toMatchObject([{ name: 'b', version: '2', build: 'h1_0' }])
  expect(heldPackages(request(), previous)).toEqual([])
  expect(heldPackages(request('a'), undefined)).toEqual([])
})

test('wheels are held at their versions, unless they are named, however that is spelt', () => {
  const wheels = ['a_b-1.0+cu121', 'c-2', 'd-3'].map((stem) => {
    const [name = ''] = stem.split('-')
    return lockedWheel(name.replace('_', '-'), `${stem}-py3-none-any.whl`)
  })
  const lock = { ...previous, wheels: [...wheels, lockedWheel('e', 'file:.')] }
  expect(heldWheels(request('c'), lock)).toEqual(['a-b==1.0+cu121', 'd==3'])
  expect(heldWheels(request('a_b', 'D'), lock)).toEqual(['c==2'])
  expect(heldWheels(request(), lock)).toEqual([])
  expect(heldWheels(request('c'), undefined)).toEqual([])
})

test('the base stays as it is pinned, unless another one is asked for', () => {
  const asked = 'docker.io/library/debian:13'
  expect(keptBase(request('a'), previous, asked)).toBe(header.baseImage)
  expect(keptBase(request('a'), previous, 'docker.io/library/debian:12')).toBeUndefined()
  expect(keptBase(request(), previous, asked)).toBeUndefined()
  expect(keptBase(request('a'), { packages: [], wheels: [] }, asked)).toBeUndefined()
})
