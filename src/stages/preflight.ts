import { resolve } from 'node:path'
import * as core from '@actions/core'
import type { Request } from '../action/request.ts'
import type { Platform } from '../common/platform.ts'
import { checkEngine, checkLayout, distinctRepositories } from '../outputs/outputs.ts'
import { formatRepository, type RegistryClient } from '../registry/registry.ts'
import type { RunContext } from './context.ts'
import { chooseActive, type Member } from './environments.ts'
import { checkPurpose } from './exclude-check.ts'
import { runPurpose } from './run.ts'

/**
 * Finds out before any work what would otherwise come to light after a push or at its end: whether each repository can be written with
 * the login there is, the layout where it is to go, and the container engine reached.
 * @returns the request; with `push: auto` and a login that may only read, one that pushes nothing
 * @throws UserError for whatever stands in the way
 */
export async function checkBeforehand(
  request: Request,
  members: readonly Member[],
  registry: RegistryClient,
): Promise<Request> {
  const { output, load, platforms, workspace, push, image } = request
  chooseActive(
    members.map(({ name }) => name),
    image.environmentName,
  )
  const [mayPush] = await Promise.all([
    push && mayWrite(request, registry),
    output === undefined ? undefined : checkLayout(resolve(workspace, output)),
    load ? checkEngine(platforms) : undefined,
  ])
  return { ...request, push: mayPush }
}

async function mayWrite(
  { tags, isPushOptional }: Pick<Request, 'tags' | 'isPushOptional'>,
  registry: RegistryClient,
): Promise<boolean> {
  const repositories = distinctRepositories(tags)
  const permissions = await Promise.all(repositories.map((repository) => registry.checkPush(repository)))
  for (const [index, permission] of permissions.entries()) {
    if (permission.kind === 'writable') continue
    const { kind, reason } = permission
    // A registry that gave an answer may take the push all the same; one that cannot be reached will not.
    if (kind === 'unknown' && reason.status !== undefined)
      core.info(`Whether it can be pushed is not known yet: ${reason.message}`)
    else if (kind !== 'read-only' || !isPushOptional) throw reason
    else {
      const repository = repositories[index]
      const name = repository ? formatRepository(repository) : 'the registry'
      core.notice(
        `Not pushed: the token is read-only for ${name}. The image is made, and its digest is known.`,
        {
          title: 'micromamba-image',
        },
      )
      return false
    }
  }
  return true
}

/**
 * Finds out before any package is fetched whether the commands of `run`, and imports, can be run here. Whether link scripts are to be is known when
 * their packages are there.
 * @param platforms of images that are to be made
 * @throws UserError saying why not
 */
export async function checkCommands(
  platforms: readonly Platform[],
  { run, user, excludeCheck }: Request['image'],
  { executors }: RunContext,
): Promise<void> {
  const uidOf = (wish: Request['image']['user']) => (wish?.name === 'root' ? 0 : (wish?.uid ?? 1))
  for (const platform of platforms) {
    if (run.commands.length > 0) await executors.check(platform, { uid: uidOf(run.user) }, runPurpose)
    if (excludeCheck) await executors.check(platform, { uid: uidOf(user) }, checkPurpose)
  }
}
