import { expect, test } from '@jest/globals'
import { machinePlatform } from '../../src/common/platform.ts'
import { markersOf } from '../../src/pip/markers.ts'
import { run } from '../world/command.ts'
import { debianPip } from '../world/pip.ts'

const program = `
import json, platform, sys
sys.path.insert(0, sys.argv[1])
from pip._vendor.packaging.markers import default_environment
print(json.dumps([platform.python_version(), default_environment()]))
`

test('all that a python on this machine answers, but for its kernel', async () => {
  const pip = (await debianPip('bookworm')).folder
  const answer = (await run('python3', ['-c', program, pip])).toString()
  const [version, known] = JSON.parse(answer) as [string, Record<string, string>]
  expect(markersOf({ version, subdir: machinePlatform().subdir })).toEqual({
    ...known,
    platform_release: '',
    platform_version: '',
  })
})

test('of another platform and version', () => {
  expect(markersOf({ version: '3.14.0rc2', subdir: 'linux-aarch64' })).toMatchObject({
    implementation_version: '3.14.0rc2',
    platform_machine: 'aarch64',
    python_full_version: '3.14.0rc2',
    python_version: '3.14',
  })
})
