import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { minimalDebian, pushBase, pushIndex, pushMicromambaBase } from './base.ts'
import { exists } from './cache.ts'
import { run } from './command.ts'
import { likeRelease, writeLookAlike } from './look-alike.ts'
import { startRegistry, type Registry } from './registry.ts'
import { readTexts, writeTar } from './tar.ts'

// Programs of others do most of it.
jest.setTimeout(60_000)

let registry: Registry
let rootfs: string
let scratch: string

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'base-'))
  // With a login, which setting the world up goes around.
  registry = await startRegistry({ auth: 'public' })
  rootfs = await minimalDebian()
}, 120_000)

afterAll(async () => {
  await registry.stop()
  await rm(scratch, { recursive: true, force: true })
})

async function inspect(reference: string, ...options: string[]): Promise<Record<string, unknown>> {
  const words = ['inspect', '--tls-verify=false', ...options, `docker://${reference}`]
  return JSON.parse((await run('skopeo', words)).toString()) as Record<string, unknown>
}

/** The root file system of an image, as umoci makes it of its layers. */
async function unpack(reference: string): Promise<string> {
  const layout = join(await mkdtemp(join(scratch, 'unpack-')), 'layout')
  await run('skopeo', ['copy', '--src-tls-verify=false', `docker://${reference}`, `oci:${layout}:it`])
  const rootless = process.getuid?.() === 0 ? [] : ['--rootless']
  await run('umoci', ['unpack', ...rootless, '--image', `${layout}:it`, `${layout}.unpacked`])
  return `${layout}.unpacked/rootfs`
}

describe.each([
  { mediaTypes: 'oci', compression: 'gzip' },
  { mediaTypes: 'oci', compression: 'zstd' },
  { mediaTypes: 'oci', compression: 'none' },
  { mediaTypes: 'docker', compression: 'gzip' },
] as const)('a base of $mediaTypes types, $compression', (form) => {
  test('is what it says', async () => {
    const nameAndTag = `debian:${form.mediaTypes}-${form.compression}`
    const pushed = await pushBase(registry, nameAndTag, { rootfs, ...form })
    expect(pushed.reference).toBe(`${registry.host}/${nameAndTag}`)
    expect(await inspect(pushed.reference)).toMatchObject({ Digest: pushed.digest, Architecture: 'amd64' })
    expect(pushed.mediaType).toMatch(form.mediaTypes)
    expect(await pushBase(registry, nameAndTag, { rootfs, ...form })).toEqual(pushed)
  })
})

test('the small Debian has users, a shell and its links', async () => {
  const { reference } = await pushBase(registry, 'debian:small', { rootfs })
  const root = await unpack(reference)
  expect(await readFile(join(root, 'etc/passwd'), 'utf8')).toMatch(/^root:/)
  expect(await readFile(join(root, 'etc/os-release'), 'utf8')).toMatch(/^ID=debian$/m)
  for (const path of ['bin/bash', 'bin/sh', 'usr/bin/env', 'bin/ls']) {
    expect(await exists(join(root, path))).toBe(true)
  }
})

test("the small Debian's shell runs", async () => {
  const { reference } = await pushBase(registry, 'debian:small', { rootfs })
  const namespaces = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
  const words = [...namespaces, '--mount', '--root', await unpack(reference), '/bin/sh', '-c']
  const output = await run('unshare', [...words, 'exec bash -c "ls -d /tmp; id -un"'])
  expect(output.toString()).toBe('/tmp\nroot\n')
})

test("a base like micromamba-docker's: the last word is the highest layer's", async () => {
  const micromamba = Buffer.from('#!/bin/sh\n')
  const pushed = await pushMicromambaBase(registry, 'micromamba:debian12', { rootfs, micromamba })
  const root = await unpack(pushed.reference)
  expect(await readdir(join(root, 'opt/conda/conda-meta'))).toEqual([])
  expect(await readdir(join(root, 'usr/share'))).not.toContain('leftover')
  expect(await readFile(join(root, 'etc/arg_mamba_user'), 'utf8')).toBe('mambauser\n')
  expect(await readFile(join(root, 'etc/passwd'), 'utf8')).toMatch(/^mambauser:x:57439:57439:/m)
  expect(await readFile(join(root, 'bin/micromamba'), 'utf8')).toBe('#!/bin/sh\n')
  expect(await inspect(pushed.reference, '--config')).toMatchObject({
    config: { User: 'mambauser', Entrypoint: ['/usr/local/bin/_entrypoint.sh'] },
  })
})

test('a system that says it is of another release, with its glibc, still runs', async () => {
  const look = { name: 'noble', osRelease: 'ID=ubuntu\n', glibc: '2.39', hasUser: true } as const
  const tar = await writeLookAlike(join(scratch, 'noble.tar'), (entries) => {
    likeRelease(entries, look)
  })
  const { reference } = await pushBase(registry, 'ubuntu:noble', { rootfs: tar })
  const namespaces = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']
  const asked = '. /etc/os-release; echo $ID; id -u ubuntu; grep -ao "release version 2.39" /lib/*/libc.so.6'
  const words = [...namespaces, '--mount', '--root', await unpack(reference), '/bin/bash', '-c', asked]
  expect((await run('unshare', words)).toString()).toBe('ubuntu\n1000\nrelease version 2.39\n')
})

test.each(['oci', 'docker'] as const)('an index of %s types leads to the platform', async (mediaTypes) => {
  const options = { rootfs, mediaTypes }
  const images = [
    await pushBase(registry, 'debian:amd64', { ...options, architecture: 'amd64' }),
    await pushBase(registry, 'debian:arm64', { ...options, architecture: 'arm64' }),
  ]
  const index = await pushIndex(registry, `debian:index-${mediaTypes}`, images, { mediaTypes })
  const words = ['--override-arch=arm64', 'inspect', '--tls-verify=false', `docker://${index.reference}`]
  const inspected: unknown = JSON.parse((await run('skopeo', words)).toString())
  expect(inspected).toMatchObject({ Digest: index.digest, Architecture: 'arm64' })
})

test('a tar has the same bytes in whatever order its entries came', async () => {
  const entries = [
    { path: 'a' },
    { path: 'a/file', content: 'text', mode: 0o755 },
    { path: 'a/link', target: 'file' },
    { path: 'a.txt', content: '' },
  ]
  const [one, other] = [join(scratch, 'one.tar'), join(scratch, 'other.tar')]
  await writeTar(one, entries)
  await writeTar(other, entries.toReversed())
  expect((await readFile(one)).equals(await readFile(other))).toBe(true)
  expect([...(await readTexts(one, ['a/file', 'b']))]).toEqual([['a/file', 'text']])
})
