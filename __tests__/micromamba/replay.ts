import { readFileSync } from 'node:fs'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { parse } from 'yaml'

/** One recorded run of the real micromamba: see the README beside the transcripts. */
export interface Transcript {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

/** The two kinds of micromamba: one logs to stderr, the other into its answer. */
export const kinds = ['2.8', '2.9'] as const
export type Kind = (typeof kinds)[number]

export const transcripts: Readonly<Record<Kind, readonly Transcript[]>> = {
  '2.8': recorded('solve.json'),
  '2.9': recorded('solve-main.json'),
}

function recorded(file: string): readonly Transcript[] {
  const url = new URL(`../data/transcripts/${file}`, import.meta.url)
  return JSON.parse(readFileSync(url, 'utf8')) as readonly Transcript[] // recorded in this shape
}

export function transcript(name: string, kind: Kind = '2.9'): Transcript {
  const found = transcripts[kind].find((item) => item.name === name)
  if (!found) throw new Error(`no transcript is called '${name}'`)
  return found
}

/** What the stand-in saw of a run. */
export interface Call {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly environment: unknown
  /** Content of the file given with --rc-file. */
  readonly condarc: string | null
  /** Permission bits of the environment file and of the condarc. */
  readonly modes: readonly number[]
}

export interface StandIn {
  readonly path: string
  calls(): Promise<Call[]>
}

/**
 * An executable in `folder` that answers as recorded: the transcript whose channels, specs, platform, overrides and
 * output format are those that it is run with, whatever the spelling of the rest.
 * @param answer gives one answer to everything instead
 */
export async function standIn(
  folder: string,
  answer?: Partial<Pick<Transcript, 'exit' | 'stdout' | 'stderr'>>,
  kind: Kind = '2.9',
): Promise<StandIn> {
  const path = join(folder, 'micromamba')
  const log = join(folder, 'calls.jsonl')
  const runs = transcripts[kind].flatMap((item) => {
    const environment = item.files['env.yaml']
    const isReadable = environment !== undefined && item.name !== 'bad-yaml'
    return isReadable ? [{ ...item, question: questionOf(item.argv, parse(environment), item.env) }] : []
  })
  const library = createRequire(import.meta.url).resolve('yaml')
  await writeFile(join(folder, 'runs.json'), JSON.stringify({ runs, answer }))
  await writeFile(path, program(library, folder, log))
  await chmod(path, 0o755)
  return {
    path,
    async calls() {
      const lines = (await readFile(log, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '')
      return lines.map((line) => JSON.parse(line) as Call) // written by the program below
    },
  }
}

/** What a run asks, as text to compare. Runs in the stand-in too, so it uses nothing from outside. */
function questionOf(argv: readonly string[], environment: unknown, env: NodeJS.ProcessEnv): string {
  const { channels, dependencies } = environment as { channels?: string[]; dependencies?: string[] } // from YAML
  const overrides = ['ARCHSPEC', 'CUDA', 'GLIBC', 'LINUX'].map((name) => env[`CONDA_OVERRIDE_${name}`])
  // An aarch64 run was recorded with an x86_64 processor, which made no difference.
  overrides[0] = 'any'
  return JSON.stringify([
    argv.includes('--json'),
    argv[argv.indexOf('--platform') + 1],
    channels ?? [],
    [...(dependencies ?? [])].sort(),
    overrides,
  ])
}

function program(library: string, folder: string, log: string): string {
  return `#!${process.execPath}
const { appendFileSync, readFileSync, statSync } = require('node:fs')
const { parse } = require(${JSON.stringify(library)})
${questionOf.toString()}
const argv = process.argv.slice(2)
const after = (option) => (argv.includes(option) ? argv[argv.indexOf(option) + 1] : null)
const files = [after('--file'), after('--rc-file')].filter((file) => file !== null)
const environment = parse(readFileSync(files[0], 'utf8'))
const call = {
  argv,
  env: process.env,
  environment,
  condarc: files[1] ? readFileSync(files[1], 'utf8') : null,
  modes: files.map((file) => statSync(file).mode & 0o777),
}
appendFileSync(${JSON.stringify(log)}, JSON.stringify(call) + '\\n')
const { runs, answer } = JSON.parse(readFileSync(${JSON.stringify(join(folder, 'runs.json'))}, 'utf8'))
const question = questionOf(argv, environment, process.env)
const unknown = { exit: 1, stdout: '', stderr: 'critical libmamba Could not solve for environment specs\\n' }
const run = answer ?? runs.find((item) => item.question === question) ?? unknown
process.stdout.write(run.stdout ?? '')
process.stderr.write(run.stderr ?? '')
process.exitCode = run.exit ?? 0
`
}
