import type { Platform } from '../common/platform.ts'
import type { VirtualPackages } from '../micromamba/solve.ts'
import type { BaseFiles } from './base-files.ts'

/** Where Debian and Ubuntu keep the libraries of a processor (wiki.debian.org/Multiarch/Tuples). */
const triplets: Readonly<Record<Platform['architecture'], string>> = {
  amd64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
  ppc64le: 'powerpc64le-linux-gnu',
  s390x: 's390x-linux-gnu',
}

/** Whether a file may be glibc's library. Up to 2.33 `libc.so.6` was a link to a file with the version in its name. */
export function isLibc(path: string): boolean {
  return /(^|\/)libc(\.so\.6|-2\.\d+\.so)$/.test(path)
}

/**
 * What a base tells of the machine that containers of it find: the version of its glibc, and of its CUDA.
 * @param files with the content of the files that `isLibc` names
 * @param variables the base's ENV
 */
export function baseVirtualPackages(
  files: BaseFiles,
  variables: ReadonlyMap<string, string>,
  { architecture }: Platform,
): VirtualPackages {
  const glibc = glibcVersion(files, triplets[architecture])
  const cuda = cudaVersion(variables)
  return {
    ...(glibc !== undefined && { __glibc: glibc }),
    ...(cuda !== undefined && { __cuda: cuda }),
  }
}

/** A base may hold libraries of another processor too, so the places are those where programs of this one look. */
function glibcVersion(files: BaseFiles, triplet: string): string | undefined {
  const directories = [
    `lib/${triplet}`,
    `usr/lib/${triplet}`,
    'lib64',
    'usr/lib64',
    'lib',
    'usr/lib',
    // Alpine with glibc beside musl.
    'usr/glibc-compat/lib',
  ]
  for (const directory of directories) {
    const library = files.get(`${directory}/libc.so.6`)?.content
    const version = library && versionIn(library)
    if (version !== undefined) return version
  }
  return undefined
}

/** The library says of itself, in every distribution: `GNU C Library (Debian GLIBC 2.36-9) stable release version 2.36.` */
function versionIn(library: Buffer): string | undefined {
  const start = library.indexOf('GNU C Library ')
  if (start < 0) return undefined
  const banner = library.toString('latin1', start, start + 200)
  return /^[^\n\0]* release version (\d+\.\d+)/.exec(banner)?.[1]
}

/**
 * NVIDIA's images name their CUDA in `CUDA_VERSION`, 12.4.1; the driver's, which `__cuda` is, has to be that or newer.
 * `CONDA_OVERRIDE_CUDA`, which micromamba obeys in the container, counts where there is no other.
 */
function cudaVersion(variables: ReadonlyMap<string, string>): string | undefined {
  const version = variables.get('CUDA_VERSION') ?? variables.get('CONDA_OVERRIDE_CUDA') ?? ''
  return /^\d+\.\d+/.exec(version)?.[0]
}
