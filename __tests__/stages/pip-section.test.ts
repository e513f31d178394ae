import { expect, test } from '@jest/globals'
import { refuseWheels } from '../../src/stages/pip-section.ts'
import { header, locked, lockedWheel } from '../lock/samples.ts'

const lock = { header, packages: [locked('noarch/tool-1.0-0.conda')], wheels: [] }

test('a lock with wheels is refused by the first line of one', () => {
  const wheels = [{ ...lockedWheel('flask', 'flask-3-py3-none-any.whl'), line: 17 }]
  expect(() => {
    refuseWheels({ path: '/work/env.lock', lock: { ...lock, wheels } })
  }).toThrow("/work/env.lock:17: wheels are not supported yet, so 'flask' would be missing")
  expect(() => {
    refuseWheels({ path: '/work/env.lock', lock })
  }).not.toThrow()
})
