import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run as command } from '../../../__tests__/world/command.ts'
import { startGitHub } from '../../../__tests__/world/github/server.ts'
import type { Services } from './services.ts'

/**
 * What a refresh does. `propose`: it makes a branch by git, and opens a pull request. `propose-signed`: it brings the branch and the pull
 * request of an earlier one up to date, by GitHub's API.
 */
export type ProposalName = 'propose' | 'propose-signed'

/** What a refresh has left on GitHub. */
export interface Proposal {
  /** The lockfile on the branch. */
  readonly lock: string | undefined
  /** Whether the branch is where it was before. */
  readonly isOld: boolean
  /** How many pull requests are open. */
  readonly open: number
}

const branch = 'micromamba-image/refresh-locks'
const lockFile = 'env.linux-64.lock'

/** GitHub with a repository, whose main branch has an environment file and no lock. */
export interface ProposalStand {
  readonly host: string
  readonly token: string
  /** Has the repository be as it was, and checks it out. @returns what the job has besides */
  begin(
    scenario: ProposalName,
    workspace: string,
    proxies: Pick<Services['proxies'], 'github' | 'git'>,
  ): Promise<{ inputs: Readonly<Record<string, string>>; environment: NodeJS.ProcessEnv }>
  /** What there is now. */
  look(): Promise<Proposal>
  /** Gives the base another environment file. */
  base(environmentFile: string): Promise<void>
  /** Takes what there is for the earlier branch and pull request of `propose-signed`. */
  keep(): Promise<void>
  stop(): Promise<void>
}

export async function startProposals(home: string): Promise<ProposalStand> {
  const github = await startGitHub()
  const { repository, state } = github
  let earlier: { readonly tip: string; readonly pulls: typeof state.pulls } | undefined
  let before: string | undefined
  const host = new URL(github.environment['GITHUB_SERVER_URL'] ?? '').host
  return {
    host,
    token: github.tokens.app,
    async begin(scenario, workspace, proxies) {
      before = scenario === 'propose' ? undefined : earlier?.tip
      await repository.git(
        before === undefined
          ? ['update-ref', '-d', `refs/heads/${branch}`]
          : ['update-ref', `refs/heads/${branch}`, before],
      )
      state.pulls.splice(0, Infinity, ...(before === undefined ? [] : structuredClone(earlier?.pulls ?? [])))
      await command('git', ['clone', '--quiet', '--branch=main', `file://${repository.folder}`, workspace])
      const event = join(home, 'event.json')
      await mkdir(home, { recursive: true })
      await writeFile(event, '{}')
      const variables = Object.entries(github.environment).map(([name, value]) => [
        name,
        value?.replace(
          `http://${host}`,
          (name === 'GITHUB_SERVER_URL' ? proxies.git : proxies.github).origin,
        ),
      ])
      return {
        inputs: {
          token: github.tokens.app,
          labels: 'locks',
          'sign-commits': String(scenario === 'propose-signed'),
        },
        environment: { ...(Object.fromEntries(variables) as NodeJS.ProcessEnv), GITHUB_EVENT_PATH: event },
      }
    },
    async look() {
      const tip = await repository.resolve(`refs/heads/${branch}`)
      const lock = tip && (await repository.git(['show', `${tip}:${lockFile}`]).catch(() => ''))
      return { lock, isOld: tip === before, open: github.open().length }
    },
    async base(text) {
      await repository.commit('main', { 'env.yaml': text })
    },
    async keep() {
      const tip = (await repository.resolve(`refs/heads/${branch}`)) ?? ''
      earlier = { tip, pulls: structuredClone(state.pulls) }
    },
    stop: () => github.stop(),
  }
}
