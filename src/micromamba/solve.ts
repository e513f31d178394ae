import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as core from '@actions/core'
import { stringify } from 'yaml'
import { UserError } from '../common/errors.ts'
import { foreignLines, foreignText } from '../common/foreign.ts'
import { pause } from '../common/http.ts'
import { withScratch } from '../common/scratch.ts'
import { keepSecret } from '../common/secrets.ts'
import { masked, normalizeSpec, secretsIn, type Environment } from '../environment/read.ts'
import { runMicromamba, type Micromamba, type Outcome } from './binary.ts'
import { explainFailure, passingFailure, SolveError, unsolvableExplanation } from './failure.ts'
import { layHome } from './home.ts'
import { isAtLeast, logLevels, readLog, type LogEntry } from './log.ts'
import type { SolveSession } from './session.ts'
import { parseDryRun, parseSolvedPackage, sortTopologically, type SolvedPackage } from './solved.ts'
import { overrides, type VirtualPackages } from './virtual-packages.ts'

export { SolveError } from './failure.ts'
export { solveHolding, type Held } from './hold.ts'
export { sortTopologically, type SolvedPackage } from './solved.ts'
export {
  chooseVirtualPackages,
  defaultVirtualPackages,
  listVirtualPackages,
  virtualPackageNames,
  virtualPackagesOf,
  type VirtualPackageOverrides,
  type VirtualPackages,
} from './virtual-packages.ts'

export interface SolveRequest {
  readonly environment: Environment
  /** A conda subdir, of an image or of this machine. */
  readonly platform: string
  readonly virtualPackages: VirtualPackages
  /** The content of a condarc, the only configuration that counts. */
  readonly condarc?: string
  /** What micromamba calls it; from `info` on, all of its log is shown. */
  readonly logLevel?: string
  /** MatchSpecs that packages have to fit if they are there; it does not bring them there. */
  readonly pins?: readonly string[]
  /** What it may do at private channels. */
  readonly access?: {
    /** The text of an authentication.json instead of the user's own. */
    readonly authentication?: string
    /** To be masked. */
    readonly secrets: readonly string[]
  }
  /** What it shares with other solves of the run. */
  readonly session?: SolveSession
}

/**
 * Has micromamba solve an environment, without downloading packages. The answer depends on what is asked and on the
 * channels, not on this machine: configuration, caches and virtual packages are all ours.
 * @returns the packages, each after those it depends on; none for an environment without specs, of which micromamba is not asked
 * @throws SolveError with micromamba's own explanation; UserError for what is found wrong before it is asked
 */
export async function solve(
  micromamba: Pick<Micromamba, 'path'>,
  request: SolveRequest,
): Promise<SolvedPackage[]> {
  refuseHopeless(request)
  if (request.environment.specs.length === 0) return []
  const inAddresses = [...request.environment.secrets, ...secretsIn(request.condarc ?? '')]
  const secrets = [...(request.access?.secrets ?? []), ...inAddresses.flatMap(keepSecret)]
  const place = request.session ? join(request.session.folder, 'solve-') : 'solve-'
  return withScratch(place, async (folder) => {
    const run = await prepare(micromamba.path, request, folder)
    const loaded = await request.session?.takeTurn(indexesOf(request))
    const started = performance.now()
    const { outcome, log } = await untilLoaded(run, secrets).finally(loaded)
    showLog(log, request)
    const answer = parseDryRun(outcome.stdout)
    if (answer?.success) {
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      core.info(`micromamba solved ${request.environment.file} for ${request.platform} in ${seconds} s`)
    }
    if (answer?.success) return sortTopologically(answer.link.map(parseSolvedPackage))
    const { file } = request.environment
    if (answer?.solverProblems === undefined) {
      const channels = request.environment.channels.map(({ canonical }) => masked(canonical, secrets))
      throw explainFailure(log, outcome.exitCode, file, channels)
    }
    const reasons =
      unsolvableExplanation(log) || (await explain(run, request, secrets)) || answer.solverProblems.join('\n')
    throw new SolveError(
      'unsolvable',
      `it cannot be solved for ${request.platform}:\n${masked(reasons, secrets)}`,
      { at: { file } },
    )
  })
}

/** The indexes that a solve loads, by names of ours. */
function indexesOf({ environment, platform, condarc }: SolveRequest): string[] {
  const channels = [
    ...environment.channels.map(({ canonical }) => canonical),
    ...(condarc ? ['condarc'] : []),
  ]
  return channels.flatMap((channel) => [`${channel} ${platform}`, `${channel} noarch`])
}

const tries = 4

/**
 * Runs micromamba until the channels' indexes are there: it tries again itself when a server does not answer, but not when what came
 * is not an index, or what is left of one.
 */
async function untilLoaded(
  run: Run,
  secrets: readonly string[],
): Promise<{ outcome: Outcome; log: LogEntry[] }> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await run(['--json'])
    const log = maskedLog(outcome, secrets)
    const reason = outcome.exitCode === 0 ? undefined : passingFailure(log)
    if (reason === undefined || attempt === tries) return { outcome, log }
    core.info(
      `An index could not be loaded, which is tried again (${attempt} of ${tries - 1}): ${foreignText(reason)}`,
    )
    await pause(attempt)
  }
}

/** Refuses what micromamba would not name the reason of: it only warns of no channels. */
function refuseHopeless({ environment, condarc }: SolveRequest): void {
  const adrift = environment.specs.find(({ text }) => !text.includes('::') && !text.includes('://'))
  if (environment.channels.length === 0 && condarc === undefined && adrift !== undefined) {
    throw new UserError(`there are no channels to take '${adrift.text}' from`, {
      at: { file: environment.file, line: adrift.line },
      advice: 'Name some: `channels: [conda-forge]`. micromamba has no default.',
    })
  }
}

/** Up to 2.8 an answer in JSON leaves the reasons out; the same run without it has them, on stderr. */
async function explain(run: Run, request: SolveRequest, secrets: readonly string[]): Promise<string> {
  const log = maskedLog(await run([]), secrets)
  showLog(log, request)
  return unsolvableExplanation(log)
}

function maskedLog(outcome: Outcome, secrets: readonly string[]): LogEntry[] {
  return readLog(outcome).map(({ level, lines }) => ({
    level,
    lines: lines.map((line) => masked(line, secrets)),
  }))
}

/** What micromamba warns of, each once; from `info` on, all that it logs. Its errors are for whoever explains them. */
function showLog(log: readonly LogEntry[], { logLevel = 'warning' }: SolveRequest): void {
  const level = logLevels.find((known) => known === logLevel)
  if (level === undefined) return // off
  const texts = log.filter(isAtLeast(level)).map((entry) => [entry.level, entry.lines.join('\n')] as const)
  const warnings = texts.filter(([of]) => of === 'warning').map(([, text]) => text)
  for (const text of new Set(warnings)) core.warning(text, { title: 'micromamba' })
  if (!isVerbose({ logLevel })) return
  for (const [of, text] of texts.filter(([of]) => of !== 'warning')) {
    core.info(foreignLines(`micromamba: ${of}: ${text}`))
  }
}

function isVerbose({ logLevel = 'warning' }: Pick<SolveRequest, 'logLevel'>): boolean {
  return ['info', 'debug', 'trace'].includes(logLevel)
}

type Run = (options: readonly string[]) => Promise<Outcome>

/** Lays out the files of a run in a folder of its own. */
async function prepare(path: string, request: SolveRequest, folder: string): Promise<Run> {
  const { environment, condarc, access, session } = request
  // Only their owner may read them: a channel's address can hold a password, and an argv is for everyone to see.
  await chmod(folder, 0o700)
  const file = join(folder, 'env.yaml')
  await writeFile(file, environmentText(environment), { mode: 0o600 })
  const configuration = join(folder, 'condarc')
  if (condarc !== undefined) await writeFile(configuration, condarc, { mode: 0o600 })

  const packages = join(session?.folder ?? folder, 'pkgs')
  await mkdir(packages, { recursive: true, mode: 0o700 })

  const args = [
    'create',
    ...(condarc === undefined ? ['--no-rc'] : ['--rc-file', configuration]),
    '--yes',
    '--dry-run',
    ...['--name', 'e'],
    // The channels of a condarc come after the file's, unless those hold nodefaults, as with conda.
    ...(condarc === undefined || environment.noDefaults ? ['--override-channels'] : []),
    ...['--file', file],
    ...['--platform', request.platform],
  ]
  const variables = {
    ...overrides(request.virtualPackages),
    // Added to those of a condarc. The variable is the inside of a list in YAML.
    ...(request.pins?.length && { MAMBA_PINNED_PACKAGES: request.pins.join(', ') }),
    ...(isVerbose(request) && { MAMBA_LOG_LEVEL: request.logLevel ?? '' }),
    ...session?.variables,
    ...(access?.authentication !== undefined && (await layHome(join(folder, 'home'), access.authentication))),
    MAMBA_ROOT_PREFIX: join(folder, 'root'),
    CONDA_PKGS_DIRS: packages,
    // What one solve of the run has loaded the others take as it is, so that all of them answer of the same moment.
    ...(session && { MAMBA_LOCAL_REPODATA_TTL: '3600' }),
  }
  return (options) => runMicromamba(path, [...args, ...options], variables)
}

/**
 * What micromamba is given: what the lock's hash is made of and nothing else, in one order, so that what is hashed is
 * what is solved.
 */
function environmentText({ channels, specs }: Environment): string {
  const byForm = new Map(specs.map((spec) => [normalizeSpec(spec), spec]))
  const sorted = [...byForm].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, spec]) => spec)
  return stringify(
    {
      channels: channels.map(({ source }) => source),
      dependencies: sorted.map(({ text, selector }) => (selector ? { [`sel(${selector})`]: text } : text)),
    },
    { lineWidth: 0 },
  )
}
