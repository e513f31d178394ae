import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Grant } from '../channels/access.ts'
import { runCommand, type CommandOutcome } from '../common/command.ts'
import { messageOf, UserError } from '../common/errors.ts'
import { longestPause, pause, silence, slowest } from '../common/http.ts'
import { withScratch } from '../common/scratch.ts'
import type { Environment } from '../environment/read.ts'
import { configuredVariables } from './configuration.ts'
import { parseEvents, type PipEvent } from './events.ts'
import { explainFailure, mayPass, refuseLostPages } from './failure.ts'
import { headerGrants, type HeaderGrant } from './grants.ts'
import { markersOf } from './markers.ts'
import { program } from './program.ts'
import { requirementsText } from './requirements-text.ts'
import { itemsOf, needOf, warningsOf, type Resolution } from './resolved.ts'
import { secretsOf } from './secrets.ts'
import { settings, variablesFor, type PipIndexes } from './settings.ts'
import { layStubs, type DistributionFile } from './stubs.ts'
import { supportedTags, type PipTarget } from './tags.ts'

/** The door of this folder: which wheels, and which sources, pip would install. */
export { refuseBuilds } from './refuse.ts'
export type { NeedsBuild, Resolution, Resolved, ResolvedItem, Source } from './resolved.ts'
export type { PipIndexes } from './settings.ts'
export type { DistributionFile } from './stubs.ts'
export { platformTags, supportedTags, type PipTarget, type Tag } from './tags.ts'
export { markersOf, type Markers } from './markers.ts'

/** The oldest pip that is asked, which is the oldest that tests ask: older ones cannot say what they would install, before 22.2. */
export const oldestPip = 23

export interface ResolveRequest {
  /** CPython's executable, of the target's minor version, for this machine, with all of its standard library. */
  readonly python: string
  /** The folder that holds `pip/`, of the environment's own pip. */
  readonly pip: string
  readonly target: PipTarget
  /** Whose `pip:` lines are asked, all at once. */
  readonly environment: Pick<Environment, 'file' | 'pip'>
  /** The folder that the environment file is in, absolute: what paths in its lines are relative to. */
  readonly folder: string
  /** Lines of a constraints file: `name==1.2`, to keep what a lock has. */
  readonly constraints?: readonly string[]
  /** The texts of the distributions that the conda packages bring. */
  readonly distributions: readonly DistributionFile[]
  readonly indexes?: PipIndexes
  /** What opens the hosts of indexes, files and git repositories. */
  readonly grants?: readonly Grant[]
  /** Everything that is to be masked. */
  readonly secrets?: readonly string[]
  /** Whether pip is to look further where it comes to a source that has to be built, as well as it can: nothing is going to be. */
  readonly goesOn?: boolean
  /** METADATA of sources that were built, by their `key`. */
  readonly built?: ReadonlyMap<string, string>
  /** Where pip keeps what it downloads, for other resolutions of this run; private. */
  readonly cache?: string
  /** A file of certificates to trust, unless the user has named one. */
  readonly certificates?: string
  /** The user's variables; default: this process's. */
  readonly variables?: NodeJS.ProcessEnv
}

/**
 * Asks pip what it would install into an environment whose conda packages are there: wheels for the target, and sources that have to be
 * built. Nothing is installed or built, and no code of a package runs here. The answer depends on what is asked and on the indexes, not on this
 * machine: python's version, markers and tags are the target's.
 *
 * Of a source whose metadata is not known, since it neither says it nor was built, pip cannot say what it requires: then the
 * answer is that source, for the caller to build and to ask again with what came of it.
 * @throws UserError with pip's own explanation, at the line of the environment file where it is known
 */
export async function resolvePip(request: ResolveRequest): Promise<Resolution> {
  const { environment, indexes = {}, variables = process.env } = request
  const configured = { ...(await configuredVariables(variables)), ...variables }
  const secrets = [...(request.secrets ?? []), ...secretsOf(environment, indexes, configured)]
  const asked = { ...request, secrets, fileForPip: fileForPip(request) }
  return withScratch('pip-', async (folder) => {
    await chmod(folder, 0o700)
    const { outcome, events } = await askPatiently(request, folder)
    const pip = events.find((event) => event.event === 'pip')?.version
    if (pip !== undefined && Number.parseInt(pip, 10) < oldestPip) throw tooOld(pip, request)
    const resolved = events.find((event) => event.event === 'resolved')
    const needs = events.filter((event) => event.event === 'needs-build').map((event) => needOf(event, asked))
    const [need] = needs
    if (resolved || need) refuseLostPages(events, asked)
    // What pip chose by a guess is no answer, also where that led it away from what has to be built.
    const isNamed = resolved?.items.some(({ source }) => !source.wheel) ?? false
    if (need && !(isNamed && request.goesOn)) return { ...need, more: needs.slice(1) }
    if (outcome.exitCode !== 0 || !resolved || pip === undefined) throw explainFailure(outcome, events, asked)
    return {
      type: 'resolved',
      pip,
      items: itemsOf(resolved.items, request.distributions, asked),
      warnings: warningsOf(events, resolved.items, secrets),
    }
  })
}

/** How often pip is asked where what failed may pass by itself, and pip has not tried that again. */
const tries = 3

async function askPatiently(request: ResolveRequest, scratch: string): ReturnType<typeof ask> {
  for (let attempt = 1; ; attempt++) {
    const folder = join(scratch, String(attempt))
    await mkdir(folder, { mode: 0o700 })
    const asked = await ask(request, folder)
    if (attempt === tries || !mayPass(asked.events)) return asked
    await pause(attempt)
  }
}

async function ask(
  request: ResolveRequest,
  folder: string,
): Promise<{ outcome: CommandOutcome; events: PipEvent[] }> {
  const { python, pip, target, environment, constraints = [], grants = [], cache } = request
  const at = (name: string) => join(folder, name)
  await layStubs(at('stubs'), request.distributions)
  await mkdir(at('tmp'))
  if (constraints.length > 0)
    await writeFile(at('constraints.txt'), constraints.map((line) => `${line}\n`).join(''))
  const file = fileForPip(request)
  const question: Question = {
    events: at('events'),
    stubs: at('stubs'),
    pip,
    version: versionInfo(target.version),
    markers: markersOf(target),
    tags: supportedTags(target),
    settings,
    silence: silence(),
    slowest,
    longest: longestPause(),
    file,
    text: requirementsText(environment.pip?.lines ?? []),
    grants: headerGrants(grants),
    built: Object.fromEntries(request.built ?? []),
    goesOn: request.goesOn ?? false,
    arguments: [
      ...['install', '--dry-run', '--report', '/dev/null', '--no-input', '--no-color'],
      ...['--progress-bar', 'off', '--disable-pip-version-check', '--src', at('src')],
      ...(cache === undefined ? ['--no-cache-dir'] : ['--cache-dir', cache]),
      ...['-r', file],
      ...(constraints.length > 0 ? ['-c', at('constraints.txt')] : []),
    ],
  }
  // The lines, and what opens hosts, are secrets: for their owner only, and in no argument.
  await writeFile(at('question.json'), JSON.stringify(question), { mode: 0o600 })
  await writeFile(at('events'), '', { mode: 0o600 })
  await writeFile(at('program.py'), program)
  const { variables = process.env, indexes = {}, certificates } = request
  // pip is read once for all resolutions of a run, and never written beside.
  const bytecode = cache === undefined ? ['-B'] : ['-X', `pycache_prefix=${join(cache, 'bytecode')}`]
  const args = ['-I', '-S', ...bytecode, at('program.py'), at('question.json')]
  const outcome = await runCommand(python, args, {
    env: variablesFor(variables, indexes, at('tmp'), certificates),
    cwd: request.folder,
  }).catch((error: unknown) => {
    throw new UserError(`python cannot be run to ask pip: ${messageOf(error)}`, {
      at: { file: python },
      cause: error,
    })
  })
  return { outcome, events: parseEvents(await readFile(at('events'), 'utf8')) }
}

/** What the program is asked. */
interface Question {
  /** The file that it writes. */
  readonly events: string
  readonly stubs: string
  readonly pip: string
  /** `sys.version_info` */
  readonly version: readonly (string | number)[]
  readonly markers: ReturnType<typeof markersOf>
  readonly tags: ReturnType<typeof supportedTags>
  readonly settings: readonly string[]
  /** Seconds, and the bytes in each of them below which a server counts as silent. */
  readonly silence: number
  readonly slowest: number
  /** Seconds, of what `Retry-After` says. */
  readonly longest: number
  /** A path of which pip is given this text. */
  readonly file: string
  readonly text: string
  readonly grants: readonly HeaderGrant[]
  readonly built: Readonly<Record<string, string>>
  readonly goesOn: boolean
  readonly arguments: readonly string[]
}

/** What pip takes the environment file for: a list of requirements in its place. */
function fileForPip({ folder, environment }: Pick<ResolveRequest, 'folder' | 'environment'>): string {
  return join(folder, basename(environment.file) || 'env.yaml')
}

/** `sys.version_info` of `3.14.0rc2`. */
function versionInfo(version: string): (string | number)[] {
  const [, major, minor, micro, letter = '', serial] =
    /^(\d+)\.(\d+)(?:\.(\d+))?(?:(a|b|rc)(\d+))?/.exec(version) ?? []
  const level = { a: 'alpha', b: 'beta', rc: 'candidate' }[letter] ?? 'final'
  return [Number(major), Number(minor), Number(micro ?? 0), level, Number(serial ?? 0)]
}

function tooOld(version: string, { environment, target }: ResolveRequest): UserError {
  const [, minor = '0'] = target.version.split('.')
  return new UserError(
    `the environment's pip is ${version}, which cannot say beforehand what it would install`,
    {
      at: { file: environment.file, line: environment.pip?.lines[0]?.line },
      advice:
        Number(minor) < 7
          ? `Ask for python 3.7 or newer: pip ${oldestPip} does not exist for ${target.version}.`
          : `Ask for 'pip >=${oldestPip}' among the dependencies.`,
    },
  )
}
