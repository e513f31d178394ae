import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runAction, type ActionOutcome, type ActionRun } from '../../script/lib/runner.ts'

/** A repository's checkout in which the action's bundle runs, as a job of GitHub's would have it run. */
export interface Job {
  readonly workspace: string
  write(path: string, text: string): Promise<void>
  /** Runs the action; inputs on top of those that the job was made with. */
  run(
    inputs?: Readonly<Record<string, string>>,
    environment?: NodeJS.ProcessEnv,
    onLog?: ActionRun['onLog'],
  ): Promise<ActionOutcome>
  remove(): Promise<void>
}

export async function createJob(
  inputs: Readonly<Record<string, string>>,
  environment: NodeJS.ProcessEnv,
): Promise<Job> {
  const workspace = await mkdtemp(join(tmpdir(), 'workspace-'))
  return {
    workspace,
    async write(path, text) {
      const file = join(workspace, path)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text)
    },
    run: (more = {}, variables = {}, onLog) =>
      runAction({
        inputs: { ...inputs, ...more },
        environment: { ...environment, ...variables },
        workspace,
        ...(onLog && { onLog }),
      }),
    remove: () => rm(workspace, { recursive: true, force: true }),
  }
}

/** An env.yaml. */
export function environmentFile(channel: string, dependencies: readonly string[], rest = ''): string {
  return `name: base
channels:
  - ${channel}
dependencies:
${dependencies.map((spec) => `  - ${spec}\n`).join('')}${rest}`
}
