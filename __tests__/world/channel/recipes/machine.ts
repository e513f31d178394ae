import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../command.ts'
import { extractDebs, type DebArchitecture } from '../../debian.ts'

/** A kind of machine that the channel has packages for, as everyone names it. */
export interface Machine {
  readonly subdir: 'linux-64' | 'linux-aarch64'
  readonly debian: DebArchitecture
  /** Debian's folder of libraries is called by it. */
  readonly triplet: string
  readonly npm: 'linux-x64' | 'linux-arm64'
}

export const machines: readonly Machine[] = [
  { subdir: 'linux-64', debian: 'amd64', triplet: 'x86_64-linux-gnu', npm: 'linux-x64' },
  { subdir: 'linux-aarch64', debian: 'arm64', triplet: 'aarch64-linux-gnu', npm: 'linux-arm64' },
]

/** Programs that packages are built with, this machine's or not: always the same ones. */
export interface Tools {
  /** The program with this search path for libraries instead of its own. */
  setRunPath(program: Uint8Array, path: string): Promise<Uint8Array>
  bzip2(content: Uint8Array): Promise<Uint8Array>
  bunzip2(content: Uint8Array): Promise<Uint8Array>
}

/** @param scratch a folder for files in passing */
export async function openTools(scratch = tmpdir()): Promise<Tools> {
  const root = await extractDebs(['bzip2', 'libbz2-1.0', 'patchelf'])
  const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu'
  const env = { ...process.env, LD_LIBRARY_PATH: join(root, 'lib', triplet) }
  return {
    async setRunPath(program, path) {
      await mkdir(scratch, { recursive: true })
      const file = join(scratch, 'program')
      await writeFile(file, program)
      await run(join(root, 'usr/bin/patchelf'), ['--set-rpath', path, file])
      const patched = await readFile(file)
      await rm(file)
      return patched
    },
    bzip2: (content) => run(join(root, 'bin/bzip2'), ['-9', '-c'], { env, input: content }),
    bunzip2: (content) => run(join(root, 'bin/bzip2'), ['-d', '-c'], { env, input: content }),
  }
}
