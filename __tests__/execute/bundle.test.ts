import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { ociConfig, rootCapabilities, writeNetworkFiles, type Place } from '../../src/execute/bundle.ts'
import type { Command } from '../../src/execute/types.ts'

const command: Command = {
  args: ['/bin/bash', '-c', 'true'],
  env: { PATH: '/usr/bin', LANG: 'C.UTF-8' },
  user: { uid: 57439, gid: 57440 },
  cwd: '/srv',
  network: false,
  timeout: 60,
}
const place: Place = { root: '/w/root', temporary: '/w/tmp', networkFiles: '/w/etc', seccomp: true }

const destinations = (...of: Parameters<typeof ociConfig>) =>
  ociConfig(...of).mounts.map(({ destination }) => destination)
const namespaces = (...of: Parameters<typeof ociConfig>) =>
  ociConfig(...of).linux.namespaces.map(({ type }) => type)

describe('a container’s config', () => {
  test('starts the command as its user, who gets no more than it has', () => {
    expect(ociConfig(command, place).process).toEqual({
      terminal: false,
      user: { uid: 57439, gid: 57440, umask: 18 },
      args: ['/bin/bash', '-c', 'true'],
      env: ['PATH=/usr/bin', 'LANG=C.UTF-8'],
      cwd: '/srv',
      capabilities: { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] },
      noNewPrivileges: true,
    })
  })

  test('gives root what docker gives it, but for the network’s raw packets', () => {
    const { capabilities } = ociConfig({ ...command, user: { uid: 0, gid: 0 } }, place).process
    expect(capabilities.effective).toEqual(rootCapabilities)
    expect(rootCapabilities).toHaveLength(13)
    expect(rootCapabilities).not.toContain('CAP_NET_RAW')
  })

  test('names nothing of the machine but what the place does', () => {
    const { root, mounts } = ociConfig(command, place)
    expect(root).toEqual({ path: '/w/root', readonly: false })
    const sources = mounts.filter(({ source }) => source.includes('/')).map(({ source }) => source)
    expect(sources).toEqual(['/w/tmp', '/w/etc/hosts', '/w/etc/hostname'])
  })

  const all = ['pid', 'mount', 'ipc', 'uts', 'cgroup']

  test('shares the network where the command uses it, with the names that the machine knows', () => {
    expect(namespaces(command, place)).toEqual([...all, 'network'])
    const connected = { ...command, network: true }
    expect(namespaces(connected, place)).toEqual(all)
    expect(destinations(connected, place)).toContain('/etc/resolv.conf')
  })

  test('has a place for secrets where there are some, which only the user can enter', () => {
    expect(destinations(command, place)).not.toContain('/run/secrets')
    const { mounts } = ociConfig({ ...command, secrets: { TOKEN: 'hunter2' } }, place)
    const mount = mounts.find(({ destination }) => destination === '/run/secrets')
    expect(mount).toMatchObject({ type: 'tmpfs' })
    expect(mount?.options).toEqual(expect.arrayContaining(['mode=0700', 'uid=57439', 'gid=57440']))
    expect(JSON.stringify(mounts)).not.toContain('hunter2')
  })

  test('of a user who is not root maps that one to root, and asks for nothing that only root can give', () => {
    const rootless: Place = { ...place, rootless: { uid: 1001, gid: 118 } }
    const { linux, process, mounts } = ociConfig({ ...command, secrets: {} }, rootless)
    expect(namespaces(command, rootless)).toEqual([...all, 'network', 'user'])
    expect(linux).toMatchObject({
      uidMappings: [{ containerID: 0, hostID: 1001, size: 1 }],
      gidMappings: [{ containerID: 0, hostID: 118, size: 1 }],
    })
    expect(linux.resources).toBeUndefined()
    expect(process).toMatchObject({ user: { uid: 0, gid: 0 }, capabilities: { effective: [] } })
    expect(mounts.flatMap(({ options }) => options).filter((option) => /^[ug]id=/.test(option))).toEqual([
      'uid=0',
      'gid=0',
    ])
    expect(destinations({ ...command, network: true }, rootless)).not.toContain('/sys')
    expect(destinations(command, rootless)).toContain('/sys')
  })

  test('has no profile where the runtime cannot apply one', () => {
    expect(ociConfig(command, place).linux.seccomp).toBeDefined()
    expect(ociConfig(command, { ...place, seccomp: false }).linux).not.toHaveProperty('seccomp')
  })
})

test('the files of the network are the same everywhere, but for the resolver', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'network-'))
  try {
    await writeNetworkFiles(join(folder, 'etc'))
    const text = (name: string) => readFile(join(folder, 'etc', name), 'utf8')
    expect(await text('hosts')).toBe(
      '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.1.1\tmicromamba-image\n',
    )
    expect(await text('hostname')).toBe('micromamba-image\n')
    expect(await text('resolv.conf')).toBe(await readFile('/etc/resolv.conf', 'utf8').catch(() => ''))
  } finally {
    await rm(folder, { recursive: true })
  }
})
