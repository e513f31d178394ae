import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environmentFile } from '../../../__tests__/e2e/job.ts'
import { startFaultProxy, type FaultProxy } from '../../../__tests__/world/fault-proxy.ts'
import { pushImage } from '../../../__tests__/world/base.ts'
import { account } from '../../../__tests__/world/registry.ts'
import { writeTar } from '../../../__tests__/world/tar.ts'
import { startWorld } from '../../../__tests__/world/world.ts'
import { runAction, type ActionOutcome, type ActionRun } from '../runner.ts'
import { signature } from './network.ts'

export type ServiceName = 'registry' | 'channel' | 'releases' | 'cache'

/**
 * What a job does. `image`: an image of a locked environment is pushed, whose base and packages are fetched. `lock`: the same, with micromamba to be
 * downloaded and the environment to be solved. `restore`: as `image`, with the packages in the cache. `save`: with a cache that has none of them.
 */
export type ScenarioName = 'image' | 'lock' | 'restore' | 'save'

/** A run of the action on a stand. */
export interface Run {
  readonly scenario: ScenarioName
  /** The repository that it pushes to, `team/…`; each case has its own. */
  readonly repository: string
  readonly inputs?: Readonly<Record<string, string>>
  readonly environment?: NodeJS.ProcessEnv
  /** How its steps are started and watched. */
  readonly steps?: Pick<ActionRun, 'under' | 'onStep' | 'onLog' | 'files'>
  /** Called when all is laid out, before the run. */
  readonly prepare?: (places: Places) => Promise<void>
  readonly twin?: Twin
}

/** A second run of the same at the same time: of one tag, with one tool cache. */
export interface Twin {
  readonly inOneWorkspace: boolean
  readonly onEnd: (outcome: ActionOutcome) => void
}

/** Where a run has its files. */
export interface Places {
  readonly workspace: string
  /** RUNNER_TEMP. */
  readonly temporary: string
  /** RUNNER_TOOL_CACHE. */
  readonly tools: string
  /** What the workspace is a copy of. */
  readonly template: string
  /** The system's folder for temporary files, and a home: neither is to have anything of a run. */
  readonly elsewhere: string
}

/** A run that has ended, and what it left. */
export interface Ran {
  readonly run: Run
  readonly outcome: ActionOutcome
  readonly workspace: string
  readonly temporary: string
  /** The lockfile's text before. */
  readonly oldLock: string | undefined
  /** What the tag stood for before. */
  readonly oldDigest: string
  readonly seconds: number
}

/** A world with a fault proxy before each of its services, in which one job runs at a time. */
export interface Stand {
  readonly proxies: Readonly<Record<ServiceName, FaultProxy>>
  /** Another host, to which requests can be sent. */
  readonly elsewhere: FaultProxy
  /** What no output may hold. */
  readonly secrets: readonly string[]
  /** The registry without its front, to look at what it has. */
  readonly registryHost: string
  /** What a run without a fault gives. */
  readonly control: Readonly<Record<ScenarioName, { readonly digest: string; readonly lock: string }>>
  run(run: Run): Promise<Ran>
  stop(): Promise<void>
}

const channelLogin = { user: 'reader', password: 'channel-pass-77d1' }

/** The clock of a run, shortened: seconds of the first pause before another try, and of silence that is too long. */
const clock = { MICROMAMBA_IMAGE_RETRY_SECONDS: '0.02', MICROMAMBA_IMAGE_SILENCE_SECONDS: '1' }

/** No service of the machine's own plays a part. */
const noProxies = Object.fromEntries(
  ['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'].flatMap((name) => [
    [name, undefined],
    [name.toUpperCase(), undefined],
  ]),
)

export async function startStand(): Promise<Stand> {
  const home = await mkdtemp(join(tmpdir(), 'faults-'))
  const world = await startWorld({
    channel: { login: channelLogin },
    releases: {},
    registry: { auth: 'token' },
    cache: {},
  })
  const proxies = {
    registry: await startFaultProxy(world.registry.host),
    channel: await startFaultProxy(new URL(world.channel.url).host),
    releases: await startFaultProxy(new URL(world.releases.url).host),
    cache: await startFaultProxy(new URL(world.cache.environment['ACTIONS_RESULTS_URL'] ?? '').host),
  }
  const elsewhere = await startFaultProxy(world.registry.host)
  const base = join(home, 'base.tar')
  await writeTar(base, [
    // No container is started from it: what it is looked at for is enough.
    { path: 'etc/passwd', content: 'root:x:0:0:root:/root:/bin/bash\n' },
    { path: 'etc/group', content: 'root:x:0:\n' },
    { path: 'bin/bash', content: 'a shell', mode: 0o755 },
    { path: 'lib64/ld-linux-x86-64.so.2', content: 'a loader', mode: 0o755 },
    { path: 'lib64/libc.so.6', content: 'GNU C Library (of this world) stable release version 2.36.' },
  ])
  await pushImage(world.registry, 'library/debian:small', { layers: [base], config: { Env: ['PATH=/bin'] } })

  const docker = join(home, 'docker')
  await mkdir(docker)
  const auth = Buffer.from(`${account.username}:${account.password}`).toString('base64')
  await writeFile(
    join(docker, 'config.json'),
    JSON.stringify({ auths: { [proxies.registry.host]: { auth } } }),
  )

  const template = join(home, 'template')
  await mkdir(template)
  await writeFile(
    join(template, 'env.yaml'),
    environmentFile(`http://${proxies.channel.host}`, ['tiny', 'activation']),
  )
  const inputs = {
    'base-image': `${proxies.registry.host}/library/debian:small`,
    'micromamba-url': `http://${proxies.releases.host}`,
    'micromamba-version': world.releases.version,
    'auth-host': proxies.channel.host,
    'auth-username': channelLogin.user,
    'auth-password': channelLogin.password,
    push: 'true',
  }
  const lockFile = 'env.linux-64.lock'
  const temporary = join(home, 'temp')
  await mkdir(temporary)
  const machine = join(home, 'machine')
  await mkdir(machine)
  const usesCache = ({ scenario }: Run) => scenario === 'restore' || scenario === 'save'

  async function run(asked: Run): Promise<Ran> {
    const workspace = await mkdtemp(join(home, 'workspace-'))
    await cp(template, workspace, { recursive: true })
    if (asked.scenario === 'lock') await rm(join(workspace, lockFile), { force: true })
    const tools = join(
      home,
      asked.scenario === 'lock' ? `tools-${asked.repository.replace('/', '-')}` : 'tools',
    )
    await mkdir(tools, { recursive: true })
    const oldLock = await readFile(join(workspace, lockFile), 'utf8').catch(() => undefined)
    const oldDigest = await pushOld(world.registry.backHost, asked.repository)
    await asked.prepare?.({ workspace, temporary, tools, template, elsewhere: machine })
    const start = performance.now()
    const job: ActionRun = {
      inputs: {
        ...inputs,
        tags: `${proxies.registry.host}/${asked.repository}:latest`,
        ...(asked.scenario !== 'lock' && { 'lock-mode': 'locked' }),
        ...(asked.scenario === 'restore' && { 'cache-write': 'false' }),
        ...(asked.scenario === 'save' && { 'cache-downloads-key': asked.repository.replace('/', '-') }),
        ...asked.inputs,
      },
      environment: {
        ...world.environment,
        ...noProxies,
        ...clock,
        ACTIONS_RESULTS_URL: usesCache(asked) ? `http://${proxies.cache.host}/` : undefined,
        RUNNER_TEMP: temporary,
        RUNNER_TOOL_CACHE: tools,
        DOCKER_CONFIG: docker,
        TMPDIR: machine,
        HOME: machine,
        ...asked.environment,
      },
      workspace,
      ...asked.steps,
    }
    const { twin } = asked
    const second = twin && (await twinOf(job, twin))
    const [outcome, other] = await Promise.all([runAction(job), second && runAction(second)])
    if (other) twin?.onEnd(other)
    const seconds = (performance.now() - start) / 1000
    return { run: asked, outcome, workspace, temporary, oldLock, oldDigest, seconds }
  }

  /** The same job, with a RUNNER_TEMP of its own, as another runner of the machine has it. */
  async function twinOf(job: ActionRun, { inOneWorkspace }: Twin): Promise<ActionRun> {
    const workspace = inOneWorkspace ? job.workspace : await mkdtemp(join(home, 'workspace-'))
    if (!inOneWorkspace && job.workspace !== undefined) {
      await cp(job.workspace, workspace ?? '', { recursive: true })
    }
    return {
      ...job,
      environment: { ...job.environment, RUNNER_TEMP: join(home, 'temp-of-twin') },
      ...(workspace !== undefined && { workspace }),
    }
  }

  async function controlled(scenario: ScenarioName) {
    const { outcome, workspace } = await run({ scenario, repository: `team/control-${scenario}` })
    const digest = outcome.outputs['digest']
    if (outcome.exitCode !== 0 || digest === undefined) {
      throw new Error(`the run without a fault fails: ${outcome.log}`)
    }
    const lock = await readFile(join(workspace, lockFile), 'utf8')
    await writeFile(join(template, lockFile), lock)
    await rm(workspace, { recursive: true })
    return { digest, lock }
  }

  async function stop() {
    await Promise.all([...Object.values(proxies), elsewhere].map((proxy) => proxy.stop()))
    await world.stop()
    await rm(home, { recursive: true, force: true })
  }

  try {
    const lock = await controlled('lock')
    // The tool cache of these has it from now on.
    const image = await controlled('image')
    const save = await controlled('save')
    // An entry of the usual key, for those who restore.
    await run({
      scenario: 'save',
      repository: 'team/for-restoring',
      inputs: { 'cache-downloads-key': 'micromamba-image-downloads' },
    })
    const restore = await controlled('restore')
    return {
      proxies,
      elsewhere,
      secrets: [
        account.password,
        encodeURIComponent(account.password),
        auth,
        channelLogin.password,
        Buffer.from(`${channelLogin.user}:${channelLogin.password}`).toString('base64'),
        signature,
        world.cache.environment['ACTIONS_RUNTIME_TOKEN'] ?? '',
      ],
      registryHost: world.registry.backHost,
      control: { image, lock, restore, save },
      run,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** A manifest for a repository's tag to stand for: the smallest that a registry takes. @returns its digest */
export async function pushOld(host: string, repository: string, by = 'an earlier run'): Promise<string> {
  const config = Buffer.from('{}')
  const digest = digestOf(config)
  const begun = await fetch(`http://${host}/v2/${repository}/blobs/uploads/?digest=${digest}`, {
    method: 'POST',
  })
  const session = new URL(begun.headers.get('location') ?? '', `http://${host}`)
  session.searchParams.set('digest', digest)
  await expectOk(fetch(session, { method: 'PUT', body: config }))
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: config.length },
    layers: [],
    annotations: { by },
  })
  await expectOk(
    fetch(`http://${host}/v2/${repository}/manifests/latest`, {
      method: 'PUT',
      headers: { 'content-type': mediaType },
      body: manifest,
    }),
  )
  return digestOf(Buffer.from(manifest))
}

async function expectOk(answer: Promise<Response>): Promise<void> {
  const { ok, status, url } = await answer
  if (!ok) throw new Error(`${url} answered ${status}`)
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
