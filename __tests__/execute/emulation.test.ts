import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { canRun } from '../../src/execute/emulation.ts'

let registered: string
beforeEach(async () => {
  registered = await mkdtemp(join(tmpdir(), 'binfmt-'))
  await writeFile(join(registered, 'status'), 'enabled\n')
  await writeFile(join(registered, 'register'), '')
  await writeFile(
    join(registered, 'python3.11'),
    'enabled\ninterpreter /usr/bin/python3.11\nflags: \noffset 0\nmagic a70d0d0a\n',
  )
  await writeFile(
    join(registered, 'by-name'),
    'enabled\ninterpreter /usr/bin/wine\nflags: \nextension .exe\n',
  )
})
afterEach(() => rm(registered, { recursive: true }))

/** As the kernel shows what Debian's qemu-user-static registers: its magic has the type of programs for a fixed address. */
const emulator = async (processor: string, magic: string, { state = 'enabled', flags = 'POCF' } = {}) => {
  const isBigEndian = magic.startsWith('7f454c460202')
  const anyType = isBigEndian ? 'fffeffff' : 'feffffff'
  const lines = [
    state,
    `interpreter /usr/libexec/qemu-binfmt/${processor}-binfmt-P`,
    `flags: ${flags}`,
    'offset 0',
    `magic ${magic}`,
    `mask ffffffffffffff00${'ff'.repeat(8)}${anyType}`,
  ]
  await writeFile(join(registered, `qemu-${processor}`), `${lines.join('\n')}\n`)
}
const arm64 = '7f454c460201010000000000000000000200b700'
const arm32 = '7f454c4601010100000000000000000002002800'
const ppc64le = '7f454c4602010100000000000000000002001500'
const s390x = '7f454c4602020100000000000000000000020016'

const onAmd64 = () => ({ registered, machine: 'amd64' as const })

test('a machine runs its own programs', async () => {
  await expect(canRun('amd64', onAmd64())).resolves.toBeUndefined()
  await expect(canRun('arm64', { registered, machine: 'arm64' })).resolves.toBeUndefined()
})

test.each([
  ['arm64', 'aarch64', arm64],
  ['ppc64le', 'ppc64le', ppc64le],
  ['s390x', 's390x', s390x],
] as const)(
  'it runs those of %s by an emulator that the kernel holds open',
  async (architecture, name, magic) => {
    await expect(canRun(architecture, onAmd64())).resolves.toBe(
      `this machine is amd64, and its kernel has no emulation (binfmt_misc) of ${architecture}`,
    )
    await emulator(name, magic)
    await expect(canRun(architecture, onAmd64())).resolves.toBeUndefined()
  },
)

test('an emulator of another processor is of no use', async () => {
  await emulator('arm', arm32)
  await emulator('s390x', s390x)
  await expect(canRun('arm64', onAmd64())).resolves.toMatch(/no emulation \(binfmt_misc\) of arm64$/)
})

test('nor is one that is not to be found in an image, or that is off', async () => {
  await emulator('aarch64', arm64, { flags: 'OC' })
  await expect(canRun('arm64', onAmd64())).resolves.toMatch(
    /of arm64: \/usr\/libexec\/qemu-binfmt\/aarch64-binfmt-P was registered without the flag F, and is not found in an image$/,
  )
  await emulator('aarch64', arm64, { state: 'disabled' })
  await expect(canRun('arm64', onAmd64())).resolves.toMatch(/aarch64-binfmt-P is disabled$/)
  await emulator('aarch64', arm64)
  await writeFile(join(registered, 'status'), 'disabled\n')
  await expect(canRun('arm64', onAmd64())).resolves.toMatch(/aarch64-binfmt-P is disabled$/)
})

test('a kernel without any has none', async () => {
  await mkdir(join(registered, 'empty'))
  for (const folder of ['empty', 'absent']) {
    await expect(canRun('arm64', { ...onAmd64(), registered: join(registered, folder) })).resolves.toMatch(
      /^this machine is amd64, and its kernel has no emulation/,
    )
  }
})
