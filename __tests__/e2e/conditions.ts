import { globSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { ActionOutcome } from '../../script/lib/runner.ts'
import { run } from '../world/command.ts'
import { extractDebs } from '../world/debian.ts'

/** What an image must not depend on. */
export interface Conditions {
  /** As libfaketime has it: `+20y`. */
  readonly clock?: string
  readonly umask?: number
  /** Needs root. */
  readonly user?: 'nobody'
  /** As taskset has them: `0`. */
  readonly cores?: string
  readonly environment?: NodeJS.ProcessEnv
}

/** What a process under some conditions sees of them. */
export interface Observed {
  readonly year: number
  /** Minutes. */
  readonly timezoneOffset: number
  readonly language: string
  readonly umask: number
  readonly uid: number
  readonly cores: number
}

const nobody = 65534

/**
 * Runs the action in a process under conditions of its own.
 * @param place a directory of the run's own: its workspace is in it, and what its machine keeps
 */
export async function runUnder(
  { clock, umask, user, cores, environment }: Conditions,
  place: string,
  inputs: Readonly<Record<string, string>>,
  world: NodeJS.ProcessEnv,
): Promise<{ outcome: ActionOutcome; observed: Observed }> {
  const own = { HOME: 'home', RUNNER_TEMP: 'temp', RUNNER_TOOL_CACHE: 'tools', DOCKER_CONFIG: 'docker' }
  const directories = Object.fromEntries(Object.entries(own).map(([name, path]) => [name, join(place, path)]))
  await Promise.all(Object.values(directories).map((path) => mkdir(path, { recursive: true })))
  if (user === 'nobody') await run('chmod', ['-R', 'a+rwX', place])
  const variables = {
    ...world,
    ...directories,
    ...(clock !== undefined && (await movedClock(clock))),
    ...environment,
  }
  const script = `
    const [job] = process.argv.slice(1).map((text) => JSON.parse(text))
    if (job.umask !== undefined) process.umask(job.umask)
    if (job.uid !== undefined) {
      process.setgroups([job.uid])
      process.setgid(job.uid)
      process.setuid(job.uid)
    }
    const { availableParallelism } = await import('node:os')
    const observed = {
      year: new Date().getFullYear(),
      timezoneOffset: new Date().getTimezoneOffset(),
      language: Intl.DateTimeFormat().resolvedOptions().locale,
      umask: process.umask(),
      uid: process.getuid(),
      cores: availableParallelism(),
    }
    const { runAction } = await import(${JSON.stringify(resolve('script/lib/runner.ts'))})
    const outcome = await runAction(job)
    process.stdout.write(JSON.stringify({ outcome, observed }))`
  const job = {
    inputs,
    environment: variables,
    workspace: join(place, 'workspace'),
    umask,
    ...(user === 'nobody' && { uid: nobody }),
  }
  const pinned = cores === undefined ? [] : ['taskset', '--cpu-list', cores]
  const node = [process.execPath, '--input-type=module', '--eval', script, JSON.stringify(job)]
  const stdout = await run('env', [...pinned, ...node], {
    cwd: join(place, 'workspace'),
    env: { ...process.env, NODE_OPTIONS: undefined, ...variables },
  })
  return JSON.parse(stdout.toString()) as { outcome: ActionOutcome; observed: Observed } // what the script wrote
}

/** Another clock for a process and all that it starts. @param clock as libfaketime has it */
export async function movedClock(clock: string): Promise<NodeJS.ProcessEnv> {
  const [library] = globSync('usr/lib/*/faketime/libfaketimeMT.so.1', {
    cwd: await extractDebs(['libfaketime']),
  })
  if (library === undefined) throw new Error('libfaketime has its library elsewhere')
  return {
    LD_PRELOAD: join(await extractDebs(['libfaketime']), library),
    FAKETIME: clock,
    // Timers go by it.
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  }
}
