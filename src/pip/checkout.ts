import { isConfidential, opens, present, type Grant } from '../channels/grant.ts'
import { runCommand } from '../common/command.ts'
import { messageOf, UserError } from '../common/errors.ts'
import { foreignLines } from '../common/foreign.ts'
import { masked } from '../environment/read.ts'
import { adviceForGit, gitLogin } from './git-login.ts'

/** A repository at a commit, as a lock has it. */
export interface Pinned {
  readonly vcs: string
  /** Its address, without credentials. */
  readonly repository: string
  readonly commit: string
}

/**
 * Clones a repository on this machine, with its history, from which projects take their version, and its submodules. Nothing of it is run.
 * @param folder absolute, not there yet
 * @param access.at the line that asks for it, for errors
 * @throws UserError when it, or the commit, cannot be had
 */
export async function checkOut(
  { vcs, repository, commit }: Pinned,
  folder: string,
  access: {
    readonly grants: readonly Grant[]
    readonly secrets: readonly string[]
    readonly variables: Readonly<NodeJS.ProcessEnv>
    readonly at: { readonly file: string; readonly line: number }
  },
): Promise<void> {
  const { grants, secrets, variables, at } = access
  const refuse = (what: string, advice: string, cause?: unknown) => new UserError(what, { at, advice, cause })
  if (vcs !== 'git') {
    throw refuse(
      `'${repository}' is a repository of ${vcs}, and only those of git are built from`,
      'Put a wheel of it into an index, or give the address of an archive.',
    )
  }
  const env = gitVariables(repository, grants, variables)
  const git = (...args: string[]) =>
    runCommand('git', args, { env }).catch((error: unknown) => {
      throw refuse(`git cannot be run: ${messageOf(error)}`, 'Install git on the runner.', error)
    })
  const failed = (said: string) =>
    refuse(
      `git cannot get ${commit} of ${repository}:\n${foreignLines(masked(said.trim(), secrets))}`,
      adviceForGit(said, repository),
    )
  const inIt = ['-C', folder]
  const cloned = await git('clone', '--quiet', '--no-checkout', '--template=', '--', repository, folder)
  if (cloned.exitCode !== 0) throw failed(cloned.stderr)
  const has = await git(...inIt, 'cat-file', '-e', `${commit}^{commit}`)
  // It may be on no branch, such as that of a pull request.
  const fetched = has.exitCode === 0 ? has : await git(...inIt, 'fetch', '--quiet', 'origin', commit)
  if (fetched.exitCode !== 0) throw failed(fetched.stderr)
  for (const args of [
    ['checkout', '--quiet', '--detach', commit],
    ['submodule', '--quiet', 'update', '--init', '--recursive'],
  ]) {
    const outcome = await git(...inIt, ...args)
    if (outcome.exitCode !== 0) throw failed(outcome.stderr)
  }
}

/** A login is in variables, not in an argument, nor in the clone's configuration. */
function gitVariables(
  repository: string,
  grants: readonly Grant[],
  variables: Readonly<NodeJS.ProcessEnv>,
): NodeJS.ProcessEnv {
  const url = URL.canParse(repository) ? new URL(repository) : undefined
  const grant = url && isConfidential(url) ? grants.find((one) => opens(one, url)) : undefined
  const authorization = url && grant && present(grant, url).headers['authorization']
  const count = Number(variables['GIT_CONFIG_COUNT'] ?? '0')
  const login = authorization === undefined ? undefined : gitLogin(repository, authorization, count)
  const settings = [['core.hooksPath', '/dev/null'], ['core.autocrlf', 'false'], ...(login?.settings ?? [])]
  return {
    ...variables,
    ...login?.variables,
    LC_ALL: 'C.UTF-8',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: String(count + settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key = '', value = ''], index) => [
        [`GIT_CONFIG_KEY_${count + index}`, key],
        [`GIT_CONFIG_VALUE_${count + index}`, value],
      ]),
    ),
  }
}
