import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as core from '@actions/core'
import { runCommand } from '../common/command.ts'
import { adviceForProxy, adviceForTls } from '../common/connection-failure.ts'
import { messageOf, UserError } from '../common/errors.ts'
import { foreignText } from '../common/foreign.ts'
import { pause, silence, slowest } from '../common/http.ts'
import { adviceFor } from './github-failure.ts'
import { Outrun, type BranchWriter, type NewCommit } from './writer.ts'
import type { CommitWishes, Repository } from './types.ts'

type GitWishes = CommitWishes & {
  /** A file with all whom git is to trust, where that is somebody besides those whom it trusts by itself. */
  readonly certificates?: string
}

/** As git(1) prints them in porcelain and in prose when a branch is not where it is thought to be. */
const outrunBy =
  /stale info|fetch first|non-fast-forward|cannot lock ref|failed to update ref|couldn't find remote ref/i

/** A branch whose name is the first part of another's is in the way for ever. */
function isOutrun(complaint: string): boolean {
  return outrunBy.test(complaint) && !complaint.includes('cannot create')
}

/**
 * Writes by git, from an empty repository in a folder of its own: nothing of the job's checkout is touched, neither its branch, index, depth
 * and files, nor the credentials that actions/checkout left in its config, beside which GitHub refuses others.
 * The token is in git's environment alone.
 * @param folder an empty one, to be removed by the caller
 */
export async function createGitWriter(
  folder: string,
  repository: Repository,
  token: string,
  wishes: GitWishes,
): Promise<BranchWriter> {
  const { owner, repo, server } = repository
  const remote = `${server}/${owner}/${repo}.git`
  const environment = gitEnvironment(server, token, wishes)
  const options = { folder, environment, remote, repository: `${owner}/${repo}` }
  const git = (...args: string[]) => runGit(args, options)
  const overNetwork = (...args: string[]) => tryAgain(() => git(...args))
  await git('init', '--quiet', '--bare', '--template=', folder)
  await git('remote', 'add', 'origin', remote)
  const message = join(folder, 'message')

  return {
    async commit({ branch, expected, parent, files, text }: NewCommit) {
      // The one commit, without the contents of its files: of the trees only those with locks in them are read.
      await overNetwork(
        'fetch',
        '--quiet',
        '--no-tags',
        '--depth=1',
        '--filter=blob:none',
        'origin',
        `refs/heads/${parent.branch}`,
      )
      if ((await git('rev-parse', 'FETCH_HEAD')).trim() !== parent.sha) throw new Outrun(parent.branch)
      await git('read-tree', parent.sha)
      for (const { path, text: content } of files) {
        const file = join(folder, 'content')
        await writeFile(file, content)
        const blob = (await git('hash-object', '-w', '--no-filters', file)).trim()
        await git('update-index', '--add', '--cacheinfo', `100644,${blob},${path}`)
      }
      const tree = (await git('write-tree', '--missing-ok')).trim()
      await writeFile(message, text)
      const sha = (await git('commit-tree', tree, '-p', parent.sha, '-F', message)).trim()
      await push(`${sha}:refs/heads/${branch}`, branch, expected)
      return sha
    },
    async remove(branch, tip) {
      await push(`:refs/heads/${branch}`, branch, tip)
    },
  }

  /** @param expected where the branch has to be, undefined for nowhere */
  async function push(what: string, branch: string, expected: string | undefined): Promise<void> {
    core.info(`git push ${remote} ${what}`)
    const lease = `--force-with-lease=refs/heads/${branch}:${expected ?? ''}`
    try {
      await overNetwork('push', '--quiet', lease, 'origin', what)
    } catch (error) {
      if (error instanceof UserError && isOutrun(error.message)) throw new Outrun(branch)
      throw error
    }
  }
}

/**
 * The job's variables less its inputs, which hold the token, and less what leads git to another repository. Credentials come as
 * configuration by variables (git-config(1), GIT_CONFIG_COUNT), behind the configuration that the machine has.
 */
function gitEnvironment(
  server: string,
  token: string,
  { author, committer, certificates }: GitWishes,
): NodeJS.ProcessEnv {
  const credentials = Buffer.from(`x-access-token:${token}`).toString('base64')
  core.setSecret(credentials)
  const header = `http.${server}/.extraheader`
  const configuration = [
    // An empty one takes back those before it: two at once are refused.
    [header, ''],
    [header, `AUTHORIZATION: basic ${credentials}`],
    ['credential.helper', ''],
    ['core.hooksPath', '/dev/null'],
    // By itself git goes to where the first answer leads, be it by plain http, and has the header for whatever it asks there.
    ['http.followRedirects', 'false'],
  ] as const
  const given = Number(process.env['GIT_CONFIG_COUNT'] ?? 0)
  const strange = /^(INPUT_|GIT_(DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|NAMESPACE|AUTHOR_|COMMITTER_))/
  const variables = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !strange.test(entry[0]),
  )
  return {
    ...Object.fromEntries(variables),
    ...(certificates !== undefined && { GIT_SSL_CAINFO: certificates }),
    GIT_CONFIG_COUNT: String(given + configuration.length),
    ...Object.fromEntries(
      configuration.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${given + index}`, key],
        [`GIT_CONFIG_VALUE_${given + index}`, value],
      ]),
    ),
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    // By itself git waits for ever for a server that has fallen silent, or whose answer only trickles.
    GIT_HTTP_LOW_SPEED_LIMIT: String(slowest),
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
    LC_ALL: 'C',
  }
}

const tries = 5

/** As git, and curl in it, say that a connection failed, or that a server is not up to it (git's remote-curl.c, http.c). */
const passing =
  /returned error: (408|429|5\d\d)|Could not resolve host|Failed to connect|Connection (was )?reset|reset by peer|Recv failure|Empty reply|Operation too slow|timed out|transfer closed|hung up|early EOF|unexpected disconnect|bad line length|unexpected flush packet|invalid server response|Problem with the HTTP|TLS connection was non-properly terminated|SSL_ERROR_SYSCALL|unexpected eof|CONNECT tunnel failed, response 5|HTTP code 5\d\d from proxy|CONNECT aborted(?! due to timeout)/i

async function tryAgain(work: () => Promise<string>): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === tries || !(error instanceof UserError) || !passing.test(error.message)) throw error
    }
    await pause(attempt)
  }
}

interface GitOptions {
  readonly folder: string
  readonly environment: NodeJS.ProcessEnv
  readonly remote: string
  readonly repository: string
}

/** @returns what it prints @throws UserError with what it complains of */
async function runGit(args: readonly string[], options: GitOptions): Promise<string> {
  const { folder, environment, remote, repository } = options
  const [command = ''] = args
  // A server that works on a push says no more than that it does, in five bytes every five seconds.
  const patience = command === 'push' ? 5 * silence() : silence()
  const env = { ...environment, GIT_HTTP_LOW_SPEED_TIME: String(patience) }
  const outcome = await runCommand('git', args, { cwd: folder, env }).catch((error: unknown) => {
    throw new UserError(`git cannot be run: ${messageOf(error)}`, {
      advice: "Have git on PATH, or set 'sign-commits', which works without it.",
      cause: error,
    })
  })
  if (outcome.exitCode === 0) return outcome.stdout
  const complaint = outcome.stderr
    .split('\n')
    .map((line) => foreignText(line.replace(/^(remote|error|fatal): */, '')))
    .filter((line) => line !== '' && line !== 'error:')
    .join('\n')
  const at = command === 'fetch' || command === 'push' ? { at: { url: remote } } : {}
  throw new UserError(`git ${command} failed with ${outcome.exitCode ?? 'a signal'}: ${complaint}`, {
    ...at,
    advice:
      adviceForGit(outcome.stderr, repository, remote) ??
      `Check that ${remote} can be reached from here, and that it is git which answers there; then run the job again.`,
  })
}

function adviceForGit(said: string, repository: string, remote: string): string | undefined {
  // What a server says is not about the way to it, whatever words it has.
  const ours = said.replaceAll(/^remote:.*$/gm, '')
  const aboutConnection = adviceForTls(ours) ?? adviceForProxy(ours, new URL(remote), 'the host of GitHub')
  if (aboutConnection !== undefined) return aboutConnection
  if (/could not read (username|password)|terminal prompts disabled/i.test(said)) {
    return 'The server does not take the token. Check it; git has to be 2.31 or newer.'
  }
  const status = Number(/returned error: (\d{3})/.exec(said)?.[1])
  if (status >= 300 && status < 400) {
    return 'It leads elsewhere, and the token is for this address alone. If the repository has another name now, run the job again.'
  }
  return adviceFor(said, repository, Number.isNaN(status) ? undefined : status)
}
