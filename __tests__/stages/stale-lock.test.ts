import { expect, test } from '@jest/globals'
import type { Request } from '../../src/action/request.ts'
import { parseBaseName } from '../../src/base/name.ts'
import { parseCondarc } from '../../src/channels/access.ts'
import { parsePlatform } from '../../src/common/platform.ts'
import { updateCommand } from '../../src/stages/stale-lock.ts'

const request = {
  workspace: '/work',
  base: parseBaseName('debian:13', { input: 'base-image' }),
  packages: [],
  channels: [],
  virtualPackages: {},
  pipIndexes: {},
  lock: { mode: 'locked', updateOnly: [] },
} as unknown as Request // the part of it that is looked at

const start =
  'path/to/micromamba-image-action/script/run-action environment-file=app/env.yaml lock-mode=update platforms=linux/arm64 base-image=docker.io/library/debian:13'

test.each<[Partial<Request>, string]>([
  [{}, ''],
  [
    { lock: { mode: 'locked', updateOnly: [], file: 'my locks/{name}.lock' } },
    " $'lock-file=my locks/{name}.lock'",
  ],
  [
    { packages: ["it's >=1", 'b'], channels: ['https://me:pw@host/c'] },
    " $'packages=it\\'s >=1\\nb' channels=https://host/c",
  ],
  [{ virtualPackages: { __glibc: '2.31', __cuda: '' } }, " $'virtual-packages=__cuda=\\n__glibc=2.31'"],
  [{ pipIndexes: { index: 'https://me:pw@host/simple' } }, ' pip-index-url=https://host/simple'],
  [{ condarc: parseCondarc('channels: [https://me:pw@host/c]', {}) }, ' condarc=…'],
])('%j', (more, rest) => {
  const command = updateCommand({ ...request, ...more }, '/work/app/env.yaml', parsePlatform('linux/arm64'))
  expect(command).toBe(start + rest)
})
