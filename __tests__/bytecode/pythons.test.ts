import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { Compiler } from '../../src/bytecode/bytecode.ts'
import { hasNextRelease, type DebianRelease } from '../world/apt-sources.ts'
import { extractDebs } from '../world/debian.ts'
import { compileAll, expectSameCode, sourcesIn } from './same-code.ts'

/** Bytecode by pythons of other versions than the channel's: Debian's, with the C library that they want, which takes root. */

const scratch = mkdtempSync(join(tmpdir(), 'pythons-'))
afterAll(() => {
  rmSync(scratch, { recursive: true })
})

/** @returns the executable, and the folder of its library */
async function debianPython(release: DebianRelease, version: string) {
  const root = await extractDebs(
    [
      ...['base-files', 'libc6', 'libexpat1', 'libgcc-s1', 'libzstd1', 'zlib1g'],
      ...[`python${version}-minimal`, `libpython${version}-minimal`, `libpython${version}-stdlib`],
    ],
    { release },
  )
  const executable = join(scratch, `python${version}`)
  writeFileSync(executable, `#!/bin/sh\nexec chroot '${root}' /usr/bin/python${version} "$@"\n`, {
    mode: 0o755,
  })
  return { executable, library: join(root, 'usr/lib', `python${version}`) }
}

const next: [string, DebianRelease][] = [
  ['3.14', 'forky'],
  ['3.15', 'forky'],
]

describe.each<[string, DebianRelease]>([
  ['3.9', 'bullseye'],
  ['3.13', 'trixie'],
  ...(hasNextRelease ? next : []),
])('python %s', (version, release) => {
  test('reads what is compiled of its library as the same code, whatever was compiled before', async () => {
    const { executable, library } = await debianPython(release, version)
    const sources = sourcesIn(library)
    expect(sources.size).toBeGreaterThan(100)
    const [first, second] = [new Compiler(executable), new Compiler(executable)]
    try {
      const compiled = await compileAll(first, sources)
      expect(Object.fromEntries(await compileAll(second, [...sources].reverse()))).toEqual(
        Object.fromEntries(compiled),
      )
      expectSameCode(executable, compiled, sources)
    } finally {
      first.close()
      second.close()
    }
  })
})
