import { UserError } from '../common/errors.ts'
import type { Environment } from '../environment/read.ts'
import type { ResolvedLock } from '../lock/resolve.ts'

/**
 * Nothing installs what pip would: until something does, nothing is made of an environment that asks for it. This is the only place
 * that stands in the way.
 */

/** @throws UserError at the line of the first wheel */
export function refuseWheels({ path, lock }: Pick<ResolvedLock, 'path' | 'lock'>): void {
  const [first] = lock.wheels
  if (first === undefined) return
  throw new UserError(`wheels are not supported yet, so '${first.name}' would be missing`, {
    at: { file: path, line: first.line },
    advice: 'Take it from a channel, or install it in a Dockerfile that starts FROM the image.',
  })
}

/** @throws UserError at the first line for pip */
export function refusePip(environment: Environment): void {
  const first = environment.pip?.lines[0]
  if (first === undefined) return
  throw new UserError(`'pip:' is not supported yet, so '${first.canonical}' cannot be installed`, {
    at: { file: first.file, line: first.line },
    advice:
      'Take the package from a channel, or install it in a Dockerfile that starts FROM the image, where pip runs: ' +
      'ARG MAMBA_DOCKERFILE_ACTIVATE=1, then RUN pip install ….',
  })
}
