import { UserError } from '../common/errors.ts'
import { withoutPipCredentials, type Environment } from '../environment/read.ts'

/**
 * Nothing installs what pip would: until something does, nothing is made of an environment that asks for it. This is the only place
 * that stands in the way.
 */

/** @throws UserError at the first line for pip */
export function refusePip(environment: Environment): void {
  const first = environment.pip?.lines[0]
  if (first === undefined) return
  throw new UserError(
    `'pip:' is not supported yet, so '${withoutPipCredentials(first.text)}' cannot be installed`,
    {
      at: { file: first.file, line: first.line },
      advice:
        'Take the package from a channel, or install it in a Dockerfile that starts FROM the image, where pip runs: ' +
        'ARG MAMBA_DOCKERFILE_ACTIVATE=1, then RUN pip install ….',
    },
  )
}
