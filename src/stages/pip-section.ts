import { UserError } from '../common/errors.ts'
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
