import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { installPython } from '../../src/bytecode/bytecode.ts'
import { openArchive } from '../../src/packages/conda/archive.ts'
import type { LinkSource } from '../../src/prefix/link.ts'
import { makeConda, type TarItem } from '../packages/make-package.ts'
import { lockedPackage } from '../prefix/transcripts.ts'

const scratch = mkdtempSync(join(tmpdir(), 'install-python-'))
afterAll(() => {
  rmSync(scratch, { recursive: true })
})
let serial = 0
const directory = () => join(scratch, String(serial++))

async function packageOf(
  name: string,
  items: readonly TarItem[],
  depends: readonly string[] = [],
  version = '3.12.4',
): Promise<LinkSource> {
  const paths = items.map((item) => ({
    _path: item.name,
    path_type: item.type === 'symlink' ? 'softlink' : 'hardlink',
  }))
  const file = await makeConda({ index: { name, version, depends }, paths, items })
  const locked = lockedPackage(`linux-64/${name}-${version}-0.conda`)
  return { locked, archive: await openArchive(file, 'conda'), facts: { md5: '', sha256: '', size: 0 } }
}

/** Not python, but it says so. */
const says = (text: string): TarItem => ({
  name: 'bin/python3.12',
  content: `#!/bin/sh\necho ${text}\n`,
  mode: 0o755,
})
const python = says('cpython 3 12')

test('python and what it depends on, wherever they stand, as far as they are needed', async () => {
  const place = directory()
  const packages = [
    await packageOf('libz', [
      { name: 'lib/libz.so', type: 'symlink', linkname: 'libz.so.1' },
      { name: 'lib/libz.so.1', content: 'z' },
      { name: 'include/zlib.h', content: 'h' },
    ]),
    await packageOf('python', [python, { name: 'lib/python3.12/test/big.py' }], ['OpenSSL >=3', '__glibc']),
    await packageOf('openssl', [{ name: 'lib/libssl.so.3' }], ['libz 1.*']),
    await packageOf('unrelated', [{ name: 'lib/libunrelated.so' }], ['python']),
  ]
  expect(await installPython(packages, place)).toBe(join(place, 'bin/python3.12'))
  expect(readdirSync(place, { recursive: true }).sort()).toEqual([
    'bin',
    'bin/python3.12',
    'lib',
    'lib/libssl.so.3',
    'lib/libz.so',
    'lib/libz.so.1',
  ])
})

test('nothing is written through a soft link', async () => {
  const outside = directory()
  const packages = [
    await packageOf('first', [{ name: 'lib/python3.12/encodings', type: 'symlink', linkname: outside }]),
    await packageOf('python', [python, { name: 'lib/python3.12/encodings/aliases.py' }], ['first']),
  ]
  await expect(installPython(packages, directory())).rejects.toThrow(
    /python-3\.12\.4-0\.conda has files below 'lib\/python3\.12\/encodings', where another package has a file or link/,
  )
  expect(() => readdirSync(outside)).toThrow('ENOENT')
})

test('a file that comes after a soft link takes its place', async () => {
  const outside = join(scratch, 'outside')
  const place = directory()
  const packages = [
    await packageOf('first', [{ name: 'lib/libx.so', type: 'symlink', linkname: outside }]),
    await packageOf('python', [python, { name: 'lib/libx.so', content: 'x' }], ['first']),
  ]
  await installPython(packages, place)
  expect(readdirSync(scratch)).not.toContain('outside')
})

test.each([
  ['another implementation', says('pypy 3 12'), /is 'pypy 3 12' and not 'cpython 3 12'/],
  ['one that does not start', { ...python, content: '#!/nonexistent\n' }, /does not run on this machine/],
  ['one that fails', { ...python, content: '#!/bin/sh\nexit 3\n' }, /does not run on this machine/],
])('%s: an error that says what to do', async (_, item, message) => {
  const failure = installPython([await packageOf('python', [item])], directory())
  await expect(failure).rejects.toThrow(message)
  await expect(failure).rejects.toThrow("'compile-pyc: false' leaves bytecode out.")
})
