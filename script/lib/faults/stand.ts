import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environmentFile } from '../../../__tests__/e2e/job.ts'
import { startFaultProxy, type FaultProxy } from '../../../__tests__/world/fault-proxy.ts'
import { servePythonIndex } from '../../../__tests__/world/python-index.ts'
import { makeWheel } from '../../../__tests__/world/wheels/make.ts'
import { minimalDebian, pushBase, pushImage } from '../../../__tests__/world/base.ts'
import { account } from '../../../__tests__/world/registry.ts'
import { writeTar } from '../../../__tests__/world/tar.ts'
import { startWorld } from '../../../__tests__/world/world.ts'
import type { ActionOutcome, ActionRun } from '../runner.ts'
import { waitingChannel, waitingRun, waitingSource } from './commands.ts'
import { runLimited } from './limit.ts'
import { signature } from './network.ts'
import { startProposals, type Proposal, type ProposalName } from './proposals.ts'
import { startPlainServices, startSecureServices, type Services } from './services.ts'
import { proxyLogin } from './tunnels.ts'

/**
 * What a job does. `image`: an image of a locked environment is pushed, whose base and packages are fetched. `lock`: the same, with micromamba to be
 * downloaded and the environment to be solved. `restore`: as `image`, with the packages in the cache. `save`: with a cache that has none of them.
 * `resolve`: as `lock`, of an environment with a list for pip, whose image is there already. `wheel`: as `image`, of that environment, with all
 * but its wheels there. `commands`: as `image`, with a line of `run` that waits. `scripts`: of a package with a link script that waits. `build`: of one
 * whose wheel has to be built, which waits.
 */
export type ScenarioName =
  'image' | 'lock' | 'restore' | 'save' | 'resolve' | 'wheel' | CommandName | ProposalName

/** Runs that have commands run in the image's file system. */
export type CommandName = 'commands' | 'scripts' | 'build'

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
  /** What it came to: an image's digest, or that of the lock which it proposes by the one pull request that is open. */
  readonly gives: string | undefined
  /** Of a refresh. */
  readonly proposal?: Proposal
}

/** A world with a fault proxy before each of its services, in which one job runs at a time. */
export interface Stand {
  readonly proxies: Services['proxies']
  /** Where its services speak https. */
  readonly company: Services['company']
  /** Another host, to which requests can be sent. */
  readonly elsewhere: FaultProxy
  /** What no output may hold. */
  readonly secrets: readonly string[]
  /** The registry without its front, to look at what it has. */
  readonly registryHost: string
  /** What a run without a fault gives. */
  readonly control: Readonly<Record<ScenarioName, Control>>
  /** Finds out what a run without a fault gives, where that is not known yet; of `lock` and `image` it is. */
  know(scenario: ScenarioName): Promise<void>
  run(run: Run): Promise<Ran>
  stop(): Promise<void>
}

export interface Control {
  readonly digest: string
  readonly lock: string
}

/** The lockfile of a scenario. */
export function lockFileOf(scenario: ScenarioName): string {
  if (scenario === 'resolve' || scenario === 'wheel') return 'pip.linux-64.lock'
  return `${isOfCommands(scenario) ? scenario : 'env'}.linux-64.lock`
}

function isOfCommands(scenario: ScenarioName): scenario is CommandName {
  return scenario === 'commands' || scenario === 'scripts' || scenario === 'build'
}

const channelLogin = { user: 'reader', password: 'channel-pass-77d1' }

/** The clock of a run, shortened: seconds of the first pause before another try, and of silence that is too long. */
const clock = { MICROMAMBA_IMAGE_RETRY_SECONDS: '0.02', MICROMAMBA_IMAGE_SILENCE_SECONDS: '1' }

/** The toolkit's cache waits by a clock of its own, 3 to 15 s before each further try, and nothing sets it. */
const hurry =
  '--import=data:text/javascript,const{setTimeout:s}=globalThis;globalThis.setTimeout=(f,t,...a)=>s(f,t<2000?t:t/100,...a)'

/** No service of the machine's own plays a part. */
const noProxies = Object.fromEntries(
  ['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'].flatMap((name) => [
    [name, undefined],
    [name.toUpperCase(), undefined],
  ]),
)

/** Nor does whom the machine trusts. */
const nobodyTrusted = {
  SSL_CERT_FILE: undefined,
  REQUESTS_CA_BUNDLE: undefined,
  CURL_CA_BUNDLE: undefined,
  GIT_SSL_CAINFO: undefined,
}

/** @param isSecure whether its services speak https */
export async function startStand(isSecure = false): Promise<Stand> {
  const home = await mkdtemp(join(tmpdir(), 'faults-'))
  const world = await startWorld({
    channel: { login: channelLogin, folder: await waitingChannel() },
    releases: {},
    registry: { auth: 'token' },
    cache: {},
  })
  // Of one the metadata is beside the wheel, and of the other in it.
  const wheels = ['beside', 'within'].map((name) => makeWheel({ name, version: '1.0' }))
  const index = await servePythonIndex([...wheels, await waitingSource()], {
    login: channelLogin,
    // A page may lie elsewhere by a redirect, and the files do not then.
    addresses: 'whole',
    hasMetadata: (project) => project === 'beside',
  })
  const proposals = await startProposals(home)
  const services = await (isSecure ? startSecureServices : startPlainServices)({
    registry: world.registry.host,
    channel: new URL(world.channel.url).host,
    releases: new URL(world.releases.url).host,
    cache: new URL(world.cache.environment['ACTIONS_RESULTS_URL'] ?? '').host,
    github: proposals.host,
    index: new URL(index.origin).host,
  })
  const { proxies, company } = services
  const channel = proxies.channel.origin
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

  // In which commands run.
  await pushBase(world.registry, 'library/debian:shells', { rootfs: await minimalDebian() })

  const docker = join(home, 'docker')
  await mkdir(docker)
  const auth = Buffer.from(`${account.username}:${account.password}`).toString('base64')
  await writeFile(
    join(docker, 'config.json'),
    JSON.stringify({ auths: { [proxies.registry.host]: { auth } } }),
  )

  const template = join(home, 'template')
  await mkdir(template)
  const ofTwo = environmentFile(channel, ['tiny', 'activation'])
  await writeFile(join(template, 'env.yaml'), ofTwo)
  await writeFile(join(template, 'python.yaml'), environmentFile(channel, ['python', 'pip']))
  await writeFile(
    join(template, 'pip.yaml'),
    environmentFile(channel, ['python', 'pip'], '  - pip:\n    - beside\n    - within\n'),
  )
  await writeFile(join(template, 'commands.yaml'), environmentFile(channel, ['tiny']))
  await writeFile(join(template, 'scripts.yaml'), environmentFile(channel, ['script-waits']))
  await writeFile(
    join(template, 'build.yaml'),
    environmentFile(channel, ['python', 'pip'], '  - pip:\n    - waits\n'),
  )
  const inputs = {
    'base-image': `${proxies.registry.host}/library/debian:small`,
    'micromamba-url': proxies.releases.origin,
    'micromamba-version': world.releases.version,
    'auth-host': `${proxies.channel.host}\n${proxies.index.host}`,
    'auth-username': [proxies.channel, proxies.index]
      .map(({ host }) => `${host}=${channelLogin.user}`)
      .join('\n'),
    'auth-password': [proxies.channel, proxies.index]
      .map(({ host }) => `${host}=${channelLogin.password}`)
      .join('\n'),
  }
  const withPip = (from: string) => ({
    'environment-file': 'pip.yaml',
    'pip-index-url': `${proxies.index.origin}/simple/`,
    'compile-pyc': 'false',
    'cache-from': `${proxies.registry.host}/team/${from}:latest`,
  })
  const withCommands = (scenario: CommandName) => ({
    'base-image': `${proxies.registry.host}/library/debian:shells`,
    'compile-pyc': 'false',
    'environment-file': `${scenario}.yaml`,
    ...(scenario === 'commands' && { run: waitingRun }),
    ...(scenario === 'build' && { 'pip-index-url': `${proxies.index.origin}/simple/` }),
  })
  const temporary = join(home, 'temp')
  await mkdir(temporary)
  const machine = join(home, 'machine')
  await mkdir(machine)
  const usesCache = ({ scenario }: Run) => scenario === 'restore' || scenario === 'save'

  async function run(asked: Run): Promise<Ran> {
    const workspace = await mkdtemp(join(home, 'workspace-'))
    const { scenario } = asked
    const proposing =
      scenario === 'propose' || scenario === 'propose-signed'
        ? await proposals.begin(scenario, workspace, proxies)
        : undefined
    if (!proposing) await cp(template, workspace, { recursive: true })
    const lockFile = lockFileOf(scenario)
    if (scenario === 'lock' || scenario === 'resolve') await rm(join(workspace, lockFile), { force: true })
    const tools = join(
      home,
      asked.scenario === 'lock' ? `tools-${asked.repository.replace('/', '-')}` : 'tools',
    )
    await mkdir(tools, { recursive: true })
    const oldLock = await readFile(join(workspace, lockFile), 'utf8').catch(() => undefined)
    const oldDigest = await pushOld(world.registry.backHost, asked.repository)
    await asked.prepare?.({ workspace, temporary, tools, template, elsewhere: machine })
    const start = performance.now()
    const imageInputs = {
      tags: `${proxies.registry.host}/${asked.repository}:latest`,
      push: 'true',
      ...(scenario !== 'lock' && scenario !== 'resolve' && { 'lock-mode': 'locked' }),
      ...(scenario === 'resolve' && withPip('pip')),
      ...(scenario === 'wheel' && withPip('python')),
      ...(isOfCommands(scenario) && withCommands(scenario)),
      ...(scenario === 'restore' && { 'cache-write': 'false' }),
      ...(scenario === 'save' && { 'cache-downloads-key': asked.repository.replace('/', '-') }),
    }
    const job: ActionRun = {
      ...(proposing && { action: 'refresh' }),
      inputs: {
        ...inputs,
        ...(proposing ? { platforms: 'linux/amd64', ...proposing.inputs } : imageInputs),
        ...asked.inputs,
      },
      environment: {
        ...world.environment,
        ...noProxies,
        ...clock,
        ...(company && { ...nobodyTrusted, NODE_EXTRA_CA_CERTS: company.certificate }),
        ...(scenario === 'resolve' && { PIP_TIMEOUT: '1', PIP_RETRIES: '2' }),
        ...(usesCache(asked) && { NODE_OPTIONS: hurry }),
        ACTIONS_RESULTS_URL: usesCache(asked) ? `${proxies.cache.origin}/` : undefined,
        RUNNER_TEMP: temporary,
        RUNNER_TOOL_CACHE: tools,
        DOCKER_CONFIG: docker,
        TMPDIR: machine,
        HOME: machine,
        ...proposing?.environment,
        ...asked.environment,
      },
      workspace,
      ...(company && { under: company.under }),
      ...asked.steps,
    }
    const { twin } = asked
    const second = twin && (await twinOf(job, twin))
    const [outcome, other] = await Promise.all([runLimited(job), second && runLimited(second)])
    if (other) twin?.onEnd(other)
    const seconds = (performance.now() - start) / 1000
    const proposal = proposing && (await proposals.look())
    const proposed = proposal?.open === 1 ? digestOf(Buffer.from(proposal.lock ?? '')) : undefined
    return {
      ...{ run: asked, outcome, workspace, temporary, oldLock, oldDigest, seconds },
      ...(proposal ? { proposal, gives: proposed } : { gives: outcome.outputs['digest'] }),
    }
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

  async function controlled(scenario: ScenarioName): Promise<Control> {
    const {
      outcome,
      workspace,
      gives: digest,
    } = await run({
      scenario,
      repository: `team/control-${scenario}`,
    })
    if (outcome.exitCode !== 0 || digest === undefined) {
      throw new Error(`the run without a fault fails: ${outcome.log}`)
    }
    const lock = await readFile(join(workspace, lockFileOf(scenario)), 'utf8')
    await writeFile(join(template, lockFileOf(scenario)), lock)
    await rm(workspace, { recursive: true })
    return { digest, lock }
  }

  const control: Partial<Record<ScenarioName, Control>> = {}

  async function know(scenario: ScenarioName): Promise<void> {
    if (control[scenario]) return
    if (scenario === 'restore') {
      // An entry of the usual key.
      await run({
        scenario: 'save',
        repository: 'team/for-restoring',
        inputs: { 'cache-downloads-key': 'micromamba-image-downloads' },
      })
    } else if (scenario === 'propose') {
      await proposals.base(environmentFile(channel, ['tiny']))
      await controlled('propose')
      await proposals.keep()
      await proposals.base(ofTwo)
    } else if (scenario === 'propose-signed') await know('propose')
    else if (scenario === 'resolve') {
      const inputs = { 'cache-from': '', 'environment-file': 'python.yaml' }
      await run({ scenario, repository: 'team/python', inputs })
      await run({ scenario, repository: 'team/pip', inputs: { 'cache-from': '' } })
    } else if (scenario === 'wheel') await know('resolve')
    else if (isOfCommands(scenario)) {
      const { workspace, outcome } = await run({
        scenario,
        repository: `team/lock-of-${scenario}`,
        inputs: { 'lock-mode': 'update' },
      })
      if (outcome.exitCode !== 0) throw new Error(`the run without a fault fails: ${outcome.log}`)
      await cp(join(workspace, lockFileOf(scenario)), join(template, lockFileOf(scenario)))
      await rm(workspace, { recursive: true })
    }
    control[scenario] = await controlled(scenario)
  }

  async function stop() {
    await Promise.all([services, elsewhere].map((one) => one.stop()))
    await Promise.all([proposals.stop(), index.stop()])
    await world.stop()
    await rm(home, { recursive: true, force: true })
  }

  try {
    for (const scenario of ['lock', 'image'] as const) await know(scenario)
    return {
      proxies,
      company,
      elsewhere,
      secrets: [
        account.password,
        encodeURIComponent(account.password),
        auth,
        channelLogin.password,
        Buffer.from(`${channelLogin.user}:${channelLogin.password}`).toString('base64'),
        signature,
        ...proxyLogin.forms,
        proposals.token,
        Buffer.from(`x-access-token:${proposals.token}`).toString('base64'),
        world.cache.environment['ACTIONS_RUNTIME_TOKEN'] ?? '',
      ],
      registryHost: world.registry.backHost,
      control: control as Stand['control'],
      know,
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
