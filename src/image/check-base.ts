import { UserError } from '../common/errors.ts'
import type { BaseFiles } from './base-files.ts'

/**
 * Makes sure that an environment can live on a base.
 * @param prefix the environment's, absolute
 * @throws UserError with everything that is in the way
 */
export function checkBase(files: BaseFiles, prefix: string): void {
  const problems = [
    ...(files.get('bin/bash') ? [] : ['it has no /bin/bash, which activates environments']),
    ...(files.some(isGlibc)
      ? []
      : [`its C library is ${files.some(isMusl) ? 'musl' : 'unknown'}, and conda packages need glibc`]),
    ...(files.place(`${prefix}/x`) === `${prefix.slice(1)}/x`
      ? []
      : [`its ${prefix} is, or lies behind, a soft link`]),
    ...(files.some((path) => path.startsWith(`${prefix.slice(1)}/conda-meta/`) && path.endsWith('.json'))
      ? [`it has packages at ${prefix} already, which would get mixed with the environment's`]
      : []),
  ]
  if (problems.length === 0) return
  throw new UserError(`it cannot be the base: ${problems.join('; ')}`, {
    at: { input: 'base-image' },
    advice: 'Use a Debian, Ubuntu or Fedora image, or one of micromamba-docker without packages.',
  })
}

/** glibc's dynamic loader: `ld-linux-x86-64.so.2`, `ld-linux-aarch64.so.1`, `ld64.so.2` on ppc64le, `ld64.so.1` on s390x. */
function isGlibc(path: string): boolean {
  return /^(usr\/)?lib(64)?\/(.*\/)?ld(-linux[^/]*|64)\.so\.\d$/.test(path)
}

function isMusl(path: string): boolean {
  return /^(usr\/)?lib\/ld-musl-/.test(path)
}
