import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runAction, type ActionOutcome } from '../../script/lib/runner.ts'
import { startChannel } from '../world/channel/server.ts'
import { run } from '../world/command.ts'
import { startGitHub } from '../world/github/server.ts'
import { startWorld } from '../world/world.ts'

/** A package as a channel's index has it. Its archive is not there: nobody who solves looks at it. */
export interface IndexedPackage {
  readonly name: string
  readonly version: string
  readonly build?: string
  readonly depends?: readonly string[]
  readonly license?: string
}

/**
 * A repository on a GitHub of its own, with a channel whose index can be written at any time, and jobs that refresh its locks.
 * @param packages those of a channel that has archives too
 */
export async function startRefreshWorld(packages?: Parameters<typeof startChannel>[0]) {
  const folder = await mkdtemp(join(tmpdir(), 'index-'))
  const index = async (...packages: readonly IndexedPackage[]) => {
    await writeIndex(folder, 'linux-64', packages)
    await writeIndex(folder, 'linux-aarch64', packages)
    await writeIndex(folder, 'noarch', [])
  }
  await index()
  const channel = await startChannel(packages ?? { folder })
  const github = await startGitHub()
  const world = await startWorld({ releases: {}, registry: {}, base: {} })
  return {
    index,
    channel,
    github,
    world,
    /** A job on a fresh checkout, with the token of an App unless another one is given. */
    async refresh(
      inputs: Readonly<Record<string, string>> = {},
      options: RefreshOptions = {},
    ): Promise<RefreshOutcome> {
      const { ref = 'main', event, environment = {} } = options
      const home = await mkdtemp(join(tmpdir(), 'refresh-'))
      const workspace = join(home, 'app')
      try {
        await checkOut(
          github.repository.folder,
          ref,
          workspace,
          github.environment['GITHUB_SERVER_URL'] ?? '',
        )
        const eventFile = join(home, 'event.json')
        await writeFile(eventFile, JSON.stringify(event ?? {}))
        const outcome = await runAction({
          action: 'refresh',
          inputs: { ...world.inputs, platforms: 'linux/amd64', token: github.tokens.app, ...inputs },
          environment: {
            ...world.environment,
            RUNNER_TEMP: join(home, 'temp'),
            GITHUB_EVENT_PATH: eventFile,
            ...github.environment,
            ...environment,
          },
          workspace,
        })
        const status = await run('git', ['-C', workspace, 'status', '--porcelain', '--branch'])
        return { ...outcome, status: status.toString() }
      } finally {
        await rm(home, { recursive: true, force: true })
      }
    },
    async stop() {
      await Promise.all([world.stop(), channel.stop(), github.stop()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

interface RefreshOptions {
  /** What is checked out. */
  readonly ref?: string
  readonly event?: unknown
  readonly environment?: NodeJS.ProcessEnv
}

/** With what `git status` says of the checkout afterwards. */
export type RefreshOutcome = ActionOutcome & { readonly status: string }

/** As actions/checkout does by default, credentials included. */
async function checkOut(repository: string, ref: string, workspace: string, server: string): Promise<void> {
  await run('git', ['clone', '--quiet', '--depth=1', `--branch=${ref}`, `file://${repository}`, workspace])
  const header = `http.${server}/.extraheader`
  await run('git', ['-C', workspace, 'config', header, 'AUTHORIZATION: basic eC1hY2Nlc3MtdG9rZW46b2xk'])
}

async function writeIndex(
  folder: string,
  subdir: string,
  packages: readonly IndexedPackage[],
): Promise<void> {
  const records = packages.map(({ name, version, build = '0', depends = [], license = 'MIT' }) => [
    `${name}-${version}-${build}.conda`,
    {
      ...{ name, version, build, build_number: 0, depends, license, subdir },
      ...{
        sha256: Buffer.from(`${name}${version}${build}`).toString('hex').padEnd(64, '0').slice(0, 64),
        size: 1000,
      },
    },
  ])
  await mkdir(join(folder, subdir), { recursive: true })
  const repodata = {
    info: { subdir },
    packages: {},
    'packages.conda': Object.fromEntries(records) as unknown,
    repodata_version: 1,
  }
  await writeFile(join(folder, subdir, 'repodata.json'), JSON.stringify(repodata))
}
