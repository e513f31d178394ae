import * as core from '@actions/core'
import { UserError } from '../common/errors.ts'
import { foreignText } from '../common/foreign.ts'
import { formatCount } from '../common/format.ts'
import { formatPlatform } from '../common/platform.ts'
import { canonicalName } from '../environment/read.ts'
import type { Command, Workroom } from '../execute/types.ts'
import { environmentOf, parseConfig } from '../oci/config.ts'
import type { Image } from '../oci/image.ts'
import { readImports } from '../packages/conda/archive.ts'
import { modulesOf } from '../packages/wheel/modules.ts'
import { judgeOf, type Excuse } from './exclude-blame.ts'
import { ImportLog, pythonProgram, recordProgram, rProgram, type FailedImport } from './import-programs.ts'
import type { RunContext } from './context.ts'
import type { BuiltMember } from './package-layers.ts'
import type { PackageStore } from './packages.ts'
import type { Plan } from './plan.ts'
import { fixedVariables, type Steps } from './steps.ts'

/** What commands are run for, in a sentence. */
export const checkPurpose = "the imports of 'exclude-check'"

/** Names to be imported by one program, a package's. */
interface Trial {
  /** `numpy 1.26.4` */
  readonly title: string
  readonly language: 'python' | 'r'
  readonly names: readonly string[]
}

/** An import that failed, and of which package. */
interface Failure extends FailedImport {
  readonly title: string
  readonly excuse: Excuse
}

/**
 * Imports in a finished image what the packages that were asked for say can be imported: of conda packages by their tests, of wheels by
 * their files. No other part of tests is run.
 * @throws UserError when something cannot be imported since a pattern left out what it needs, or for a reason that nobody can tell. What
 * an error names that no pattern left out is the package's own affair, and a warning: test runners, drivers, libraries of the system
 */
export async function checkImports(
  members: readonly BuiltMember[],
  image: Image,
  { wanted }: Plan,
  steps: Steps,
  store: Pick<PackageStore, 'fetch'>,
  { execution }: Pick<RunContext, 'execution'>,
): Promise<void> {
  const started = performance.now()
  const { uid, gid, home } = wanted.base.summary.user
  const variables = Object.fromEntries(environmentOf(parseConfig(image.config.bytes.toString())))
  const command: Omit<Command, 'args'> = {
    env: { ...variables, ...fixedVariables, HOME: home },
    user: { uid, gid },
    cwd: '/tmp',
    network: false,
    timeout: execution.timeout,
  }
  const failures: Failure[] = []
  const counts = { imports: 0, packages: new Set<string>() }
  const run = async (room: Workroom) => {
    for (const member of members) {
      const bench = new Bench(member, room, command)
      const judge = judgeOf(member)
      const attempt = async (trial: Trial): Promise<boolean> => {
        const failed = await bench.run(trial)
        for (const one of failed) {
          failures.push({ ...one, title: trial.title, excuse: await judge(one.lines) })
        }
        return failed.length === 0
      }
      // What cannot start says nothing of its modules.
      const start = startTrial(member)
      if (start && !(await attempt(start))) continue
      for (const trial of [...(await condaTrials(member, store)), ...(await wheelTrials(member, bench))]) {
        counts.imports += trial.names.length
        counts.packages.add(`${member.inputs.name} ${trial.title}`)
        await attempt(trial)
      }
    }
  }
  await steps.visit({ user: command.user, run }, image, checkPurpose)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (counts.imports === 0 && failures.length === 0) {
    core.warning(
      'exclude-check has tried nothing: none of the packages that were asked for says what can be imported.',
    )
  } else {
    const packages = formatCount(counts.packages.size, 'package')
    core.info(`${formatCount(counts.imports, 'import')} of ${packages} tried in ${seconds} s`)
  }
  tell(failures, image)
}

/** Which of an environment's packages and wheels were asked for, by their positions; all, where nobody knows. */
function askedOf({ locked }: BuiltMember): { packages: number[]; wheels: string[] } {
  const { asked } = locked.result
  const { packages, wheels } = locked.resolved.lock
  const isAsked = (name: string) => asked.length === 0 || asked.includes(name)
  return {
    packages: [...packages.keys()].filter((position) => isAsked(packages[position]?.name ?? '')),
    wheels: wheels.map(({ name }) => name).filter((name) => isAsked(`pip:${name}`)),
  }
}

/** Whether an environment's python starts at all, where there is one. */
function startTrial({ locked, contents }: BuiltMember): Trial | undefined {
  const python = locked.resolved.lock.packages.find(({ name }) => name === 'python')
  if (!python || !contents.context.python) return undefined
  return { title: `python ${python.version}`, language: 'python', names: ['sys'] }
}

/** Of layers that an earlier image has the archives may not be here yet. */
async function condaTrials(member: BuiltMember, store: Pick<PackageStore, 'fetch'>): Promise<Trial[]> {
  const { locked } = member
  const { packages } = locked.resolved.lock
  const has = (name: string) => packages.some((one) => one.name === name)
  const known = { python: has('python'), r: has('r-base') }
  const asked = askedOf(member).packages.flatMap((position) => packages[position] ?? [])
  const fetched = await store.fetch({ member: locked, packages: asked })
  const trials: Trial[] = []
  for (const { locked: one, file } of fetched) {
    const { name, version, build, format } = one
    const imports = await readImports(file, format, `${name}-${version}-${build}`)
    for (const language of ['python', 'r'] as const) {
      const names = imports[language]
      if (known[language] && names.length > 0) trials.push({ title: `${name} ${version}`, language, names })
    }
  }
  return trials
}

/** By the RECORD that pip would leave, which the image has, whoever made its layers. */
async function wheelTrials(member: BuiltMember, bench: Bench): Promise<Trial[]> {
  const { wheels } = askedOf(member)
  if (wheels.length === 0) return []
  const records = await bench.records(wheels.map(canonicalName))
  return wheels.flatMap((name): Trial[] => {
    const names = modulesOf(records.get(canonicalName(name)) ?? [])
    const version = member.locked.resolved.lock.wheels.find((wheel) => wheel.name === name)?.version
    const title = version === undefined ? name : `${name} ${version}`
    return names.length > 0 ? [{ title, language: 'python', names }] : []
  })
}

/** An environment of an image in which programs run. */
class Bench {
  readonly #member: BuiltMember
  readonly #room: Workroom
  readonly #command: Omit<Command, 'args'>

  constructor(member: BuiltMember, room: Workroom, command: Omit<Command, 'args'>) {
    this.#member = member
    this.#room = room
    this.#command = command
  }

  /** A program for each package, so that one that ends its program hides no other. */
  async run({ language, names }: Trial): Promise<FailedImport[]> {
    const { prefix } = this.#member
    const log = new ImportLog()
    const args =
      language === 'python'
        ? [this.#python, '-c', pythonProgram, ...names]
        : [`${prefix}/bin/R`, '--vanilla', '--no-echo', '-e', rProgram, '--args', ...names]
    const outcome = await this.#start(args, log.add)
    return log.failures(names, language, outcome, this.#command.timeout)
  }

  /** The files of wheels by canonical names, relative to site-packages. */
  async records(names: readonly string[]): Promise<Map<string, string[]>> {
    const files = new Map<string, string[]>()
    const { sitePackages = '' } = this.#member.contents.context.python ?? {}
    const place = `${this.#member.prefix}/${sitePackages}`
    await this.#start([this.#python, '-c', recordProgram, place, ...names], (line) => {
      const [, name, file] = /^([^\t]+)\t"?([^",]+)/.exec(line) ?? []
      if (name !== undefined && file !== undefined) files.set(name, [...(files.get(name) ?? []), file])
    })
    return files
  }

  get #python(): string {
    const { prefix, contents } = this.#member
    return `${prefix}/${contents.context.python?.executable ?? 'bin/python'}`
  }

  #start(args: readonly string[], onLine: (line: string) => void) {
    const { env, ...command } = this.#command
    return this.#room.run(
      {
        ...command,
        args: ['/bin/bash', '-c', activated, 'exclude-check', ...args],
        env: { ...env, ENV_NAME: this.#member.inputs.name },
      },
      onLine,
    )
  }
}

const activated = 'source /usr/local/bin/_activate_current_env.sh && exec "$@"'

function tell(failures: readonly Failure[], { platform }: Image): void {
  for (const failure of failures.filter(({ excuse }) => excuse.kind === 'own')) {
    core.warning(
      `${describe(failure)}\nNo pattern of 'exclude' left out what is missing: the package may need something that no package of the environment has.`,
    )
  }
  const counted = failures.filter(({ excuse }) => excuse.kind !== 'own')
  if (counted.length === 0) return
  const isBlamed = counted.some(({ excuse }) => excuse.kind === 'left out')
  throw new UserError(
    [
      `${formatCount(counted.length, 'import')} failed in the image for ${formatPlatform(platform)}:`,
      ...counted.flatMap((failure) => [`  ${describe(failure)}`, `    ${reason(failure.excuse)}`]),
    ].join('\n'),
    {
      at: { input: 'exclude-check' },
      advice: isBlamed
        ? "No tag was moved. Narrow the pattern in 'exclude', or take the file back by a line behind it that begins with !."
        : 'No tag was moved. Leave patterns out to see which one it is; exclude-check: false makes the image as it is.',
    },
  )
}

function describe({ language, name, title, lines }: Failure): string {
  const last = lines.findLast((line) => line.trim() !== '') ?? 'it said nothing'
  const what = language === 'r' ? `library(${name})` : `import ${name}`
  return foreignText(`${what} (${title}): ${last.trim()}`)
}

function reason(excuse: Excuse): string {
  return excuse.kind === 'left out'
    ? `'${excuse.pattern}' left out ${foreignText(excuse.path)}`
    : 'What is missing cannot be told'
}
