import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, jest, test } from '@jest/globals'
import { exists } from './cache.ts'
import { run } from './command.ts'
import { extractDebs, extractDebsApart } from './debian.ts'

// The first time, lists of packages are downloaded.
jest.setTimeout(120_000)

test('packages are unpacked side by side, and run from there', async () => {
  const root = await extractDebs(['bzip2', 'libbz2-1.0', 'patchelf'])
  expect(await exists(join(root, 'bin/bzip2'))).toBe(true)
  const version = await run(join(root, 'usr/bin/patchelf'), ['--version'])
  expect(version.toString()).toMatch(/^patchelf \d/)
})

test('packages are unpacked apart', async () => {
  const folder = await extractDebsApart(['bzip2', 'libbz2-1.0'])
  expect(await exists(join(folder, 'bzip2/bin/bzip2'))).toBe(true)
  expect((await readdir(folder)).sort()).toEqual(['bzip2', 'libbz2-1.0'])
})

test('the order of names makes no difference', async () => {
  const [one, other] = await Promise.all([
    extractDebs(['bzip2', 'libbz2-1.0', 'patchelf']),
    extractDebs(['patchelf', 'libbz2-1.0', 'bzip2', 'bzip2']),
  ])
  expect(other).toBe(one)
})

test.each([
  ['amd64', 62],
  ['arm64', 183],
] as const)('of another architecture: %s', async (architecture, machine) => {
  const root = await extractDebs(['libbz2-1.0', 'bzip2'], { architecture })
  // e_machine of the ELF header.
  expect((await readFile(join(root, 'bin/bzip2'))).readUInt16LE(18)).toBe(machine)
})

test('a package that does not exist is named', async () => {
  await expect(extractDebs(['no-such-package-as-this'])).rejects.toMatchObject({
    name: 'UserError',
    message: expect.stringContaining('no-such-package-as-this') as unknown,
  })
})
