import { posix, relative, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseBaseName } from '../base/name.ts'
import { digestOf, type Digest } from '../common/digest.ts'
import { UserError } from '../common/errors.ts'
import { projectDigest } from '../environment/pip/files.ts'
import type { EnvironmentInputs, ImageInputs, WheelOrigin } from '../image/inputs.ts'
import { copyFingerprint, type CopyRule } from '../layers/copy.ts'
import type { Workspace } from '../layers/copy-source.ts'
import type { SourceLine } from '../packages/wheel/archive.ts'
import type { LockedMember } from './locked-member.ts'
import { folderOf, lineOf } from './wheels.ts'

/** To be raised when the same source is built in another way. */
const buildFormat = 1

/**
 * What a wheel is to be built of, by its content: of a folder, that of the files which `copy` would take.
 * @throws UserError when a folder says other dependencies than those that were locked, or cannot be taken
 */
export async function originOf(
  line: SourceLine,
  member: LockedMember,
  { workspace: top, output }: Workspace,
): Promise<WheelOrigin> {
  const workspace = { workspace: top, ...(output !== undefined && { output }) }
  const { subdirectory, settings } = line
  const below = { ...(subdirectory !== undefined && { subdirectory }), ...(settings && { settings }) }
  switch (line.kind) {
    case 'sdist':
      return { archive: line.sha256, fileName: line.fileName, ...below }
    case 'vcs':
      return { commit: line.url, ...below }
    case 'directory':
      await refuseChanged(line, member, workspace)
      return { files: await copyFingerprint([folderRule(line, member, workspace)], workspace), ...below }
  }
}

/** The rule by which a folder's files are taken: those of the workspace, less what `.dockerignore` leaves out. */
export function folderRule(line: SourceLine, member: LockedMember, { workspace }: Workspace): CopyRule {
  const path = folderPath(line, member, workspace)
  const source = relative(workspace, path).split(sep).join('/')
  if (source === '..' || source.startsWith('../') || posix.isAbsolute(source)) {
    throw new UserError(`'${path}' does not lie in the workspace, ${workspace}`, {
      at: lineOf(line, member.result),
      advice: 'Check it out below the workspace, or put a wheel of it into an index.',
    })
  }
  return { source, destination: '/', input: 'environment-file', line: `'${line.url}' of its pip list` }
}

function folderPath({ url }: SourceLine, member: LockedMember, workspace: string): string {
  const root = pathToFileURL(`${folderOf(member, workspace)}/`)
  return resolve(fileURLToPath(url.startsWith('file://') ? url : new URL(url.slice('file:'.length), root)))
}

/** Only a lock of ours says by its hash what said the dependencies. */
async function refuseChanged(
  line: SourceLine,
  member: LockedMember,
  { workspace }: Workspace,
): Promise<void> {
  const { sha256, subdirectory = '.' } = line
  if (sha256 === undefined || !member.resolved.lock.header) return
  const found = await projectDigest(resolve(folderPath(line, member, workspace), subdirectory))
  if (found === `sha256:${sha256}`) return
  throw new UserError(
    `'${line.url}' has another pyproject.toml, setup.py or setup.cfg than when it was locked`,
    {
      at: lineOf(line, member.result),
      advice: 'They say what it depends on. Run with lock-mode: update, and commit the file that it writes.',
    },
  )
}

/**
 * The hash of all that determines a wheel that is built: its source, and what it is built in. What its build requirements are is the
 * index's to say at the time.
 */
export function buildKey(
  { platform, base }: Pick<ImageInputs, 'platform' | 'base'>,
  { packages, variables }: Pick<EnvironmentInputs, 'packages' | 'variables'>,
  prefix: string,
  origin: WheelOrigin,
): Digest {
  const { digest } = parseBaseName(base)
  return digestOf(JSON.stringify([buildFormat, platform, digest, prefix, packages, variables, origin]))
}
