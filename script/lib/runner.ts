import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { constants, homedir, tmpdir } from 'node:os'
import { delimiter, dirname, join, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { inputVariables, readInputs, readPrograms } from './action-metadata.ts'
import { LogRenderer, parseRecords } from './workflow-commands.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))

export interface ActionRun {
  /** The folder of its action.yml below the project's; default: the project's own. */
  readonly action?: string
  /** By the names of action.yml; the others have their defaults. */
  readonly inputs: Readonly<Record<string, string>>
  /**
   * Variables on top of this process's own; undefined takes one away. The directory of a `RUNNER_TEMP` in it is emptied
   * before the run and stays afterwards; without one it is a new directory, removed in the end.
   */
  readonly environment?: NodeJS.ProcessEnv
  /** Where the job's files are; default: the working directory. */
  readonly workspace?: string
  /** The bundles; default: the project's `dist/`. */
  readonly dist?: string
  /** Gets each piece of the log as it is written, line breaks included. */
  readonly onLog?: (text: string) => void
  /** A program with arguments that starts each step in its place, such as `prlimit`. */
  readonly under?: readonly string[]
  /** Called with each step's process as it begins. */
  readonly onStep?: (name: 'main' | 'post', pid: number) => void
  /** A folder for the files by which a step talks to its runner; default: one that is removed in the end. */
  readonly files?: string
}

export interface ActionOutcome {
  /** That of the main step, or of the post step when only that failed. */
  readonly exitCode: number
  /** Of the post step alone. */
  readonly postExitCode: number
  readonly outputs: Readonly<Record<string, string>>
  /** Of both steps, as people read it: commands rendered, secrets masked. */
  readonly log: string
  /** The job summary, Markdown. */
  readonly summary: string
  /** What the main step left for the post step. */
  readonly state: Readonly<Record<string, string>>
}

/**
 * Runs the action as a runner does: the main step, then the post step, be the main step failed or not.
 * @throws Error when an input is not in action.yml, or a bundle is missing
 */
export async function runAction(run: ActionRun): Promise<ActionOutcome> {
  const [outcome] = await runJob([run])
  if (!outcome) throw new Error('a job of one step has one outcome')
  return outcome
}

/**
 * Runs a job that uses the action several times, as a runner does: the main steps in their order, then the post steps in the reverse
 * one. The job's `RUNNER_TEMP` is the first use's.
 */
export async function runJob(runs: readonly ActionRun[]): Promise<ActionOutcome[]> {
  const home = await mkdtemp(join(await realpath(tmpdir()), 'run-action-'))
  try {
    // A runner's is at the same place in every job, which cache entries depend on, and empty when the job begins.
    const temporary = runs[0]?.environment?.['RUNNER_TEMP'] ?? join(home, 'temp')
    await emptied(temporary)
    const masks = new Set<string>()
    const uses: Use[] = []
    for (const [index, run] of runs.entries()) {
      uses.push(await runMain(run, run.files ?? join(home, `step-${index}`), temporary, masks))
    }
    const outcomes: ActionOutcome[] = []
    for (const use of uses.toReversed()) outcomes.unshift(await runPost(use))
    return outcomes
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

/** One that may not be written is as it is: that is for the action to meet. */
async function emptied(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch(() => undefined)
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    if (!existsSync(folder)) throw error
  })
}

/** A use of the action whose main step has run. */
interface Use {
  readonly files: Awaited<ReturnType<typeof createFiles>>
  readonly environment: NodeJS.ProcessEnv
  readonly step: (name: 'main' | 'post', variables: NodeJS.ProcessEnv) => Promise<number>
  readonly mainCode: number
  /** Of what has run by now. */
  readonly log: () => string
}

async function runMain(run: ActionRun, home: string, temporary: string, masks: Set<string>): Promise<Use> {
  const dist = run.dist ?? join(project, 'dist')
  const workspace = await realpath(run.workspace ?? process.cwd())
  const actionFile = join(project, run.action ?? '', 'action.yml')
  const inputs = inputVariables(await readInputs(actionFile), run.inputs)
  const programs = await readPrograms(actionFile)
  const bundle = (program: string) => {
    const path = join(dist, relative(join(project, 'dist'), resolve(dirname(actionFile), program)))
    if (!existsSync(path)) throw new Error(`${path} is missing; script/build makes it`)
    return path
  }
  const bundles = { main: bundle(programs.main), post: programs.post && bundle(programs.post) }
  const files = await createFiles(home)
  const environment: NodeJS.ProcessEnv = {
    ...withoutRunner(process.env),
    RUNNER_TOOL_CACHE: toolCache(),
    RUNNER_OS: { darwin: 'macOS', win32: 'Windows' }[process.platform as string] ?? 'Linux',
    RUNNER_ARCH: process.arch.toUpperCase(),
    ...run.environment,
    ...inputs,
    ...files,
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: workspace,
    RUNNER_TEMP: temporary,
  }
  let log = ''
  const write = (text: string) => {
    log += text
    run.onLog?.(text)
  }
  const step: Use['step'] = async (name, variables) => {
    const program = bundles[name]
    if (!program) return 0
    const command = [...(run.under ?? []), process.execPath, program]
    return runStep(command, { env: variables, cwd: workspace }, masks, write, (pid) =>
      run.onStep?.(name, pid),
    )
  }
  return { files, environment, step, mainCode: await step('main', environment), log: () => log }
}

async function runPost({ files, environment, step, mainCode, log }: Use): Promise<ActionOutcome> {
  const outputs = parseRecords(await readFile(files.GITHUB_OUTPUT, 'utf8'))
  const state = parseRecords(await readFile(files.GITHUB_STATE, 'utf8'))
  const postCode = await step('post', {
    ...environment,
    ...(await exported(files, environment)),
    ...Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value])),
  })
  const summary = await readFile(files.GITHUB_STEP_SUMMARY, 'utf8')
  return { exitCode: mainCode || postCode, postExitCode: postCode, outputs, log: log(), summary, state }
}

/** The files through which a step talks to its runner, empty. */
async function createFiles(home: string) {
  await mkdir(home, { recursive: true })
  const files = {
    GITHUB_OUTPUT: join(home, 'output'),
    GITHUB_STATE: join(home, 'state'),
    GITHUB_ENV: join(home, 'env'),
    GITHUB_PATH: join(home, 'path'),
    GITHUB_STEP_SUMMARY: join(home, 'summary'),
  }
  await Promise.all(Object.values(files).map((file) => writeFile(file, '')))
  return files
}

/** Neither another action's inputs and state nor the options of the Node that runs this reach the action. */
function withoutRunner(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) =>
        !/^(INPUT|STATE)_/.test(name) && !['NODE_OPTIONS', 'JEST_WORKER_ID', 'NODE_ENV'].includes(name),
    ),
  )
}

/** Where tools stay between runs on this machine: the user's own cache directory (XDG base directory specification). */
function toolCache(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  return join(cache, 'micromamba-image-action', 'tools')
}

/** What the main step exported to the steps after it. */
async function exported(
  files: { GITHUB_ENV: string; GITHUB_PATH: string },
  environment: NodeJS.ProcessEnv,
): Promise<NodeJS.ProcessEnv> {
  const variables = parseRecords(await readFile(files.GITHUB_ENV, 'utf8'))
  const directories = (await readFile(files.GITHUB_PATH, 'utf8')).split(/\r?\n/).filter(Boolean).reverse()
  const path = [...directories, environment['PATH']].filter(Boolean).join(delimiter)
  return { ...variables, PATH: path }
}

/** Runs one bundle to its end; the exit code, 128 + the signal's number when a signal ended it. */
function runStep(
  [program = '', ...words]: readonly string[],
  place: { readonly env: NodeJS.ProcessEnv; readonly cwd: string },
  masks: Set<string>,
  write: (text: string) => void,
  onStart: (pid: number) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { ...place, stdio: ['ignore', 'pipe', 'pipe'] })
    if (child.pid !== undefined) onStart(child.pid)
    const renderer = new LogRenderer(masks, { debug: place.env['RUNNER_DEBUG'] === '1' })
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
        const text = renderer.render(line)
        if (text !== undefined) write(`${text}\n`)
      })
    }
    // A cancelled run ends in order: the step is told, and what it leaves behind is removed.
    const forward = (signal: NodeJS.Signals) => child.kill(signal)
    const signals = ['SIGINT', 'SIGTERM'] as const
    for (const signal of signals) process.on(signal, forward)
    const settle = () => {
      for (const signal of signals) process.off(signal, forward)
    }
    child.on('error', (error) => {
      settle()
      reject(error)
    })
    child.on('close', (code, signal) => {
      settle()
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}
