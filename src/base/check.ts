import { UserError } from '../common/errors.ts'
import type { BaseFiles } from './base-files.ts'

/**
 * Makes sure that an environment can live on a base.
 * @param prefix the root prefix, absolute
 * @throws UserError with everything that is in the way
 */
export function checkBase(files: BaseFiles, prefix: string): void {
  const problems = [
    ...(files.some(isGlibc)
      ? []
      : [`its C library is ${files.some(isMusl) ? 'musl' : 'unknown'}, and conda packages need glibc`]),
    ...(files.place(`${prefix}/x`) === `${prefix.slice(1)}/x`
      ? []
      : [`its ${prefix} is, or lies behind, a soft link`]),
    ...(hasPackages(files, prefix)
      ? [`it has packages at ${prefix} already, which would get mixed with the environment's`]
      : []),
    ...files
      .below(`${prefix}/envs`.slice(1))
      .filter(([path]) => !path.includes('/') && hasPackages(files, `${prefix}/envs/${path}`))
      .map(([name]) => `it has the environment ${name} with packages at ${prefix}/envs already`),
  ]
  if (problems.length === 0) return
  throw new UserError(`it cannot be the base: ${problems.join('; ')}`, {
    at: { input: 'base-image' },
    advice:
      'Use a Debian, Ubuntu or Fedora image, one of micromamba-docker without packages, or one of little more than glibc, such as gcr.io/distroless/base-debian12.',
  })
}

/** Whether the wiring's scripts can run on a base. Where they cannot, activation has to be in the image's ENV. */
export function hasBash(files: BaseFiles): boolean {
  return files.get('bin/bash') !== undefined
}

/** The record of a package is what counts: an empty prefix and a package cache below it are in nobody's way. */
function hasPackages(files: BaseFiles, prefix: string): boolean {
  const records = `${prefix.slice(1)}/conda-meta/`
  return files.some((path) => path.startsWith(records) && path.endsWith('.json'))
}

/** glibc's dynamic loader: `ld-linux-x86-64.so.2`, `ld-linux-aarch64.so.1`, `ld64.so.2` on ppc64le, `ld64.so.1` on s390x. */
function isGlibc(path: string): boolean {
  return /^(usr\/)?lib(64)?\/(.*\/)?ld(-linux[^/]*|64)\.so\.\d$/.test(path)
}

function isMusl(path: string): boolean {
  return /^(usr\/)?lib\/ld-musl-/.test(path)
}
