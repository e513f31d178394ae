import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { minimalDebian, pushBase, pushMicromambaBase, type ImageForm, type PushedImage } from './base.ts'
import { startCacheService } from './cache-service.ts'
import { startChannel } from './channel/server.ts'
import { startEngine } from './engine.ts'
import { startReleaseMirror } from './micromamba/mirror.ts'
import { standIn } from './micromamba/stand-in.ts'
import { account, startRegistry, type Registry } from './registry.ts'

/** The parts that start by themselves, at the same time. */
const starters = {
  channel: startChannel,
  /** micromamba's releases. */
  releases: startReleaseMirror,
  registry: startRegistry,
  cache: startCacheService,
  /** Needs root. */
  engine: startEngine,
}
type Starters = typeof starters
type PartName = keyof Starters
type Part<Name extends PartName> = Awaited<ReturnType<Starters[Name]>>

/** A base image to be in the registry, which has to be asked for as well. */
export interface BaseChoice extends ImageForm {
  /** `debian`: the whole minimal system, which needs root to be made. `small`, the default: just enough for shells. */
  readonly system?: 'debian' | 'small'
  /** Whether it is like one of micromamba-docker, with micromamba in it. */
  readonly micromamba?: boolean
}

/** `{ registry: { auth: 'basic' }, cache: {} }` starts a registry that wants a login, and a cache service. */
export type WorldOptions = {
  readonly [Name in PartName]?: Parameters<Starters[Name]>[0]
} & { readonly base?: BaseChoice }

/** The parts that were asked for, and what a job in this world has. */
export type World<Options extends WorldOptions> = {
  readonly [Name in keyof Options & PartName]: Part<Name>
} & (Options extends { base: BaseChoice } ? { readonly base: PushedImage } : unknown) & {
    /** The inputs that lead the action here: to the mirror's micromamba and to the base. */
    readonly inputs: Readonly<Record<string, string>>
    /**
     * The variables of a job: directories that stay from run to run and are nobody else's, logins, the cache service's
     * address, the engine's.
     */
    readonly environment: NodeJS.ProcessEnv
    readonly stop: () => Promise<void>
  }

/** Starts what is asked for; when one part cannot be started, none stays. */
export async function startWorld<const Options extends WorldOptions>(
  options: Options,
): Promise<World<Options>> {
  const home = await mkdtemp(join(tmpdir(), 'world-'))
  const stops = [() => rm(home, { recursive: true, force: true })]
  const stop = async () => {
    const outcomes = await Promise.allSettled(stops.splice(0).map((stopPart) => stopPart()))
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    if (failed) throw failed.reason
  }
  try {
    const parts = await startParts(options, stops)
    const environment = await environmentOf(home, parts, options)
    const base = options.base && (await pushChosen(options.base, parts.registry))
    // The parts are those whose names the options have, which the type says and the compiler cannot see.
    const inputs = {
      ...(base && { 'base-image': base.reference }),
      ...(parts.releases && {
        'micromamba-url': parts.releases.url,
        'micromamba-version': parts.releases.version,
      }),
    }
    return { ...parts, ...(base && { base }), inputs, environment, stop } as unknown as World<Options>
  } catch (error) {
    await stop()
    throw error
  }
}

type Parts = { [Name in PartName]?: Part<Name> }

async function startParts(options: WorldOptions, stops: (() => Promise<void>)[]): Promise<Parts> {
  const names = (Object.keys(starters) as PartName[]).filter((name) => options[name] !== undefined)
  const started = await Promise.allSettled(
    names.map(async (name) => {
      // Each starter gets the options of its own name.
      const start = starters[name] as (options: unknown) => Promise<Part<PartName>>
      const part = await start(options[name])
      stops.push(() => part.stop())
      return [name, part] as const
    }),
  )
  const failed = started.find((outcome) => outcome.status === 'rejected')
  if (failed) throw failed.reason
  return Object.fromEntries(started.flatMap((it) => (it.status === 'fulfilled' ? [it.value] : [])))
}

async function pushChosen(choice: BaseChoice, registry: Registry | undefined): Promise<PushedImage> {
  if (!registry) throw new Error('a base needs a registry to lie in: ask for one')
  const { system = 'small', micromamba = false } = choice
  const options = { ...choice, ...(system === 'small' && { rootfs: await minimalDebian() }) }
  if (!micromamba) return pushBase(registry, 'library/debian:bookworm', options)
  const real = process.env['MICROMAMBA_EXE']
  const program = real ? await readFile(real) : await standIn()
  return pushMicromambaBase(registry, 'mambaorg/micromamba:debian12', { ...options, micromamba: program })
}

async function environmentOf(
  home: string,
  { cache, engine, registry, releases }: Parts,
  options: WorldOptions,
): Promise<NodeJS.ProcessEnv> {
  const directories = {
    HOME: join(home, 'home'),
    DOCKER_CONFIG: join(home, 'docker'),
    RUNNER_TOOL_CACHE: join(home, 'tools'),
    RUNNER_TEMP: join(home, 'temp'),
    ...engine?.environment,
  }
  const { HOME, DOCKER_CONFIG, RUNNER_TEMP, RUNNER_TOOL_CACHE } = directories
  for (const directory of [HOME, DOCKER_CONFIG, RUNNER_TEMP, RUNNER_TOOL_CACHE]) {
    await mkdir(directory, { recursive: true })
  }
  if (registry && (options.registry?.auth ?? 'none') !== 'none') {
    const auth = Buffer.from(`${account.username}:${account.password}`).toString('base64')
    // As `docker login` leaves it.
    const config = { auths: { [registry.host]: { auth } } }
    await writeFile(join(DOCKER_CONFIG, 'config.json'), JSON.stringify(config))
  }
  return {
    // The machine's own service, where there is one, is none of the world's business.
    ACTIONS_RESULTS_URL: undefined,
    ACTIONS_CACHE_URL: undefined,
    // Nor are the indexes that the machine's pip looks into.
    ...Object.fromEntries(
      Object.keys(process.env).flatMap((name) => (name.startsWith('PIP_') ? [[name, undefined]] : [])),
    ),
    ...directories,
    ...cache?.environment,
    ...releases?.environment,
    // The action's own retries do not wait.
    MICROMAMBA_IMAGE_RETRY_SECONDS: '0',
  }
}
