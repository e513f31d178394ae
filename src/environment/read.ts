import { readFile } from 'node:fs/promises'
import * as core from '@actions/core'
import { messageOf, UserError } from '../common/errors.ts'
import { keepSecret } from '../common/secrets.ts'
import { withoutCredentials } from './credentials.ts'
import { decodeText } from './decode.ts'
import { foreignByName } from './foreign.ts'
import { parseEnvironment } from './parse.ts'
import type { Environment } from './types.ts'

/** The door of this folder: from an environment file to what it asks for. */
export { decoded, masked, secretsIn, withoutCredentials } from './credentials.ts'
export { findEnvironmentFile } from './find.ts'
export { foreignByName } from './foreign.ts'
export { environmentOf, withMore } from './inputs.ts'
export { normalizeSpec, packageOfSpec } from './spec.ts'
export type { Channel, Environment, Spec } from './types.ts'

/**
 * Reads an environment file. Passwords and tokens in it are masked in the log from here on.
 * @param variables what `$NAME` in channels stands for
 * @throws UserError with file and line
 */
export async function readEnvironment(
  file: string,
  variables: NodeJS.ProcessEnv = process.env,
): Promise<Environment> {
  const foreign = foreignByName(file)
  if (foreign) throw new UserError(foreign.what, { at: { file }, advice: foreign.advice })
  const { environment, warnings } = parseEnvironment(await readText(file), file, variables)
  environment.secrets.forEach(keepSecret)
  for (const { message, line } of warnings) core.warning(message, { file, startLine: line })
  refusePip(environment)
  return environment
}

async function readText(file: string): Promise<string> {
  let bytes: Buffer
  try {
    bytes = await readFile(file)
  } catch (error) {
    throw new UserError(`it cannot be read: ${messageOf(error)}`, { at: { file }, cause: error })
  }
  return decodeText(bytes, file)
}

/** pip has to run in the image, which making one out of packages does not. */
function refusePip({ file, pip: [first] }: Environment): void {
  if (first === undefined) return
  throw new UserError(
    `'pip:' is not supported yet, so '${withoutCredentials(first.text)}' cannot be installed`,
    {
      at: { file, line: first.line },
      advice:
        'Take the package from a channel, or install it in a Dockerfile that starts FROM the image, where pip runs: ' +
        'ARG MAMBA_DOCKERFILE_ACTIVATE=1, then RUN pip install ….',
    },
  )
}
