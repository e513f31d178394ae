import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as core from '@actions/core'
import { messageOf, UserError } from '../common/errors.ts'
import { keepSecret } from '../common/secrets.ts'
import { decodeText } from './decode.ts'
import { foreignByName } from './foreign.ts'
import { parseEnvironment } from './parse.ts'
import { readPipFiles } from './pip/files.ts'
import type { Environment } from './types.ts'

/** The door of this folder: from an environment file to what it asks for. */
export { decoded, masked, secretsIn, withoutCredentials, withoutPipCredentials } from './credentials.ts'
export { findEnvironmentFile } from './find.ts'
export { foreignByName } from './foreign.ts'
export { environmentOf, withMore } from './inputs.ts'
export { canonicalName, isArchiveName, wheelParts } from './pip/name.ts'
export { normalizeSpec, packageOfSpec } from './spec.ts'
export type { Channel, Environment, PipFile, PipLine, PipSection, Spec } from './types.ts'

/**
 * Reads an environment file, and the files that its lines for pip name. Passwords and tokens in them are masked in the log from here on.
 * @param variables what `$NAME` in channels stands for, and `${NAME}` in lines for pip
 * @throws UserError with file and line
 */
export async function readEnvironment(
  file: string,
  variables: NodeJS.ProcessEnv = process.env,
): Promise<Environment> {
  const foreign = foreignByName(file)
  if (foreign) throw new UserError(foreign.what, { at: { file }, advice: foreign.advice })
  const { environment, warnings, pip } = parseEnvironment(await readText(file), file, variables)
  environment.secrets.forEach(keepSecret)
  for (const { message, line } of warnings) core.warning(message, { file, startLine: line })
  if (environment.pip === undefined) return environment

  const read = await readPipFiles(pip, dirname(file), variables)
  read.secrets.forEach(keepSecret)
  for (const { message, file: of, line } of read.warnings)
    core.warning(message, { file: of, startLine: line })
  return {
    ...environment,
    pip: { ...environment.pip, files: read.files },
    secrets: [...new Set([...environment.secrets, ...read.secrets])],
  }
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
