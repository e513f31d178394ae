import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { messageOf, UserError } from '../common/errors.ts'
import { formatPlatform, machinePlatform, parsePlatform, type Platform } from '../common/platform.ts'
import { secretsIn, withoutCredentials } from '../environment/credentials.ts'
import { keepSecret } from '../common/secrets.ts'
import { parseBaseName, type BaseName } from '../base/name.ts'
import type { PipIndexes } from '../pip/resolve.ts'
import { isPylockName } from '../pylock/name.ts'
import { parseCondarc, type Condarc, type Grant } from '../channels/access.ts'
import type { ImageOptions } from '../image/inputs.ts'
import { virtualPackageNames, type VirtualPackageOverrides } from '../micromamba/virtual-packages.ts'
import type { LockMode } from '../lock/types.ts'
import { readAuth } from './auth.ts'
import { boolean, choice, keyValues, lines, list, listOf, text, valueOf } from './inputs.ts'

/** What says what is locked, for an image or to refresh the locks. */
export interface LockingRequest {
  /** Absolute; paths in inputs are relative to it. */
  readonly workspace: string
  /** One environment each; none when the default is to be looked for. */
  readonly environmentFiles: readonly string[]
  /** MatchSpecs for the first environment besides those of its file, or without one. */
  readonly packages: readonly string[]
  readonly channels: readonly string[]
  readonly lock: {
    /** A template with `{name}` and `{platform}`; beside the environment file when absent. */
    readonly file?: string
    /** Of the pylock.toml beside it, with `frozen`. */
    readonly companion?: string
    readonly mode: LockMode
    /** With `update`: names of the packages that may change; all may when empty. */
    readonly updateOnly: readonly string[]
    /** The one of a pixi.lock that is used. */
    readonly pixiEnvironment?: string
  }
  readonly base: BaseName
  readonly virtualPackages: VirtualPackageOverrides
  readonly platforms: readonly Platform[]
  readonly image: Pick<ImageOptions, 'rootPrefix'>
  readonly micromamba: MicromambaRequest
  readonly condarc?: Condarc
  /** Where pip finds packages, before the user's own settings. */
  readonly pipIndexes: PipIndexes
  /** Whether what has no wheel is built, and whether that reaches the network. */
  readonly build: { readonly mode: 'auto' | 'refuse'; readonly network: boolean }
  /** What opens the hosts of channels. */
  readonly auth: readonly Grant[]
  readonly logLevel: LogLevel
}

export type LogLevel = (typeof logLevels)[number]

export interface MicromambaRequest {
  /** `2.9.0-0` */
  readonly version: string
  readonly url: string
  /** 64 hex digits, of the binary for the runner. */
  readonly checksum?: string
  readonly download: boolean
  readonly token?: string
}

const logLevels = ['off', 'critical', 'error', 'warning', 'info', 'debug', 'trace'] as const

/** Reads and checks the inputs that say what is locked. @throws UserError naming the first that is wrong */
export function readLockingRequest(
  mode: LockMode,
  environment: NodeJS.ProcessEnv = process.env,
): LockingRequest {
  keepProxyPasswords(environment)
  const platforms = readPlatforms()
  const request: LockingRequest = {
    workspace: environment['GITHUB_WORKSPACE'] ?? process.cwd(),
    environmentFiles: list('environment-file'),
    packages: lines('packages'),
    channels: list('channels'),
    lock: {
      ...readLockFiles(mode),
      mode,
      updateOnly: listOf('update-only', /^[\w.-]+$/, 'the name of a package').map((name) =>
        name.toLowerCase(),
      ),
      pixiEnvironment: valueOf('pixi-environment'),
    },
    base: parseBaseName(valueOf('base-image'), { input: 'base-image', defaultTag: 'latest' }),
    virtualPackages: readVirtualPackages(),
    platforms: platforms.length > 0 ? platforms : [machinePlatform()],
    image: { rootPrefix: readRootPrefix() },
    micromamba: readMicromamba(),
    condarc: readCondarc(environment),
    pipIndexes: readPipIndexes(),
    build: {
      mode: choice('pip-build', ['auto', 'refuse']),
      network: choice('run-network', ['default', 'none']) === 'default',
    },
    auth: readAuth(),
    logLevel: choice('log-level', logLevels),
  }
  refuseContradictionsInLocking(request)
  return request
}

/** A lockfile, and below it the pylock.toml of its wheels; each may stand alone. */
function readLockFiles(mode: LockMode): Pick<LockingRequest['lock'], 'file' | 'companion'> {
  const [first, second, ...more] = lines('lock-file')
  if (first === undefined) return {}
  const at = { input: 'lock-file' } as const
  const companion = [first, second].find((line) => line !== undefined && isPylockName(line))
  if (more.length > 0 || (second !== undefined && (second !== companion || first === companion))) {
    throw new UserError(`'${more[0] ?? second ?? ''}' is one too many`, {
      at,
      advice:
        'Name one lockfile and, in a line below it, the pylock.toml or pylock.NAME.toml of its wheels; {name} and {platform} make several of one.',
    })
  }
  if (companion !== undefined && mode !== 'frozen') {
    throw new UserError(`'${companion}' is a lockfile that others keep, and lock-mode is ${mode}`, {
      at,
      advice:
        "Use it as it is with lock-mode: frozen, or ask for its packages in the 'pip:' list of the environment file.",
    })
  }
  return {
    ...(first !== companion && { file: first }),
    ...(companion !== undefined && { companion }),
  }
}

function readPipIndexes(): PipIndexes {
  const [index, more] = listOf('pip-index-url', indexAddress, 'the address of an index')
  if (more !== undefined) {
    throw new UserError('there can be one only', {
      at: { input: 'pip-index-url' },
      advice: "Give the others by 'pip-extra-index-url'.",
    })
  }
  const extra = listOf('pip-extra-index-url', indexAddress, 'the address of an index')
  for (const address of [index ?? '', ...extra]) secretsIn(address).forEach(keepSecret)
  return { ...(index !== undefined && { index }), extra }
}

const indexAddress = /^(https?|file):\/\//

function keepProxyPasswords(environment: NodeJS.ProcessEnv): void {
  const proxies = Object.entries(environment).filter(([name]) => /^(https?|ftp|all)_proxy$/i.test(name))
  for (const [, address = ''] of proxies) secretsIn(address).forEach(keepSecret)
}

function readCondarc(environment: NodeJS.ProcessEnv): Condarc | undefined {
  const [content, file] = [text('condarc'), text('condarc-file')]
  if (content !== undefined && file !== undefined) {
    throw new UserError("there is 'condarc' too", {
      at: { input: 'condarc-file' },
      advice: 'Give one of the two.',
    })
  }
  if (content !== undefined) return parseCondarc(content, environment)
  if (file === undefined) return undefined
  try {
    const path = resolve(environment['GITHUB_WORKSPACE'] ?? process.cwd(), file)
    return parseCondarc(readFileSync(path, 'utf8'), environment, 'condarc-file')
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(`it cannot be read: ${messageOf(error)}`, {
      at: { input: 'condarc-file' },
      cause: error,
    })
  }
}

function readVirtualPackages(): VirtualPackageOverrides {
  const wanted = Object.entries(keyValues('virtual-packages'))
  const wrong = wanted.find(
    ([name, version]) => !virtualPackageNames.some((known) => known === name) || !/^[\w.]*$/.test(version),
  )
  if (!wrong) return Object.fromEntries(wanted)
  throw new UserError(`'${wrong.join('=')}' is not a virtual package of Linux with its version`, {
    at: { input: 'virtual-packages' },
    advice: `There are ${virtualPackageNames.join(', ')}; write them as __glibc=2.31.`,
  })
}

/** Those that are named. */
export function readPlatforms(): Platform[] {
  const wanted = list('platforms')
  const platforms = wanted.map((text) => parsePlatform(text))
  const names = platforms.map(formatPlatform)
  const twice = wanted.find((_, index) => names.indexOf(names[index] ?? '') < index)
  if (twice === undefined) return platforms
  throw new UserError(`'${twice}' stands there twice`, { at: { input: 'platforms' } })
}

export function readRootPrefix(): string | undefined {
  const prefix = text('root-prefix')?.replace(/\/+$/, '')
  if (prefix === undefined || /^(\/[\w.+-]+)+$/.test(prefix)) return prefix
  throw new UserError(`'${prefix}' is not a place for environments`, {
    at: { input: 'root-prefix' },
    advice: 'Give an absolute path without spaces, such as /opt/conda.',
  })
}

function readMicromamba(): MicromambaRequest {
  const version = valueOf('micromamba-version')
  if (!/^\d+\.\d+\.\d+(\.?(a|b|rc|alpha|beta)\d+)?-\d+$/.test(version)) {
    throw new UserError(`'${version}' is not a release of micromamba`, {
      at: { input: 'micromamba-version' },
      advice: 'Give version and build number, such as 2.9.0-0.',
    })
  }
  const url = valueOf('micromamba-url')
  for (const secret of secretsIn(url)) keepSecret(secret)
  if (!/^(https?|file):\/\//.test(url) || !URL.canParse(url)) {
    throw new UserError(`'${withoutCredentials(url)}' is not a URL`, { at: { input: 'micromamba-url' } })
  }
  const { protocol, host } = new URL(url)
  if (protocol === 'file:' && host !== '') {
    throw new UserError(`'${url}' names the host '${host}', and files are read on this machine only`, {
      at: { input: 'micromamba-url' },
      advice: 'Write an absolute path behind three slashes: file:///srv/micromamba.',
    })
  }
  const checksum = text('micromamba-checksum')?.toLowerCase()
  if (checksum !== undefined && !/^[0-9a-f]{64}$/.test(checksum)) {
    throw new UserError(`'${checksum}' is not a sha256: 64 hex digits`, {
      at: { input: 'micromamba-checksum' },
    })
  }
  const token = text('github-token')
  if (token !== undefined) keepSecret(token)
  return { version, url, checksum, download: boolean('download-micromamba'), token }
}

function refuseContradictionsInLocking(request: LockingRequest): void {
  if (request.channels.length > 0 && request.packages.length === 0) {
    throw new UserError('they are for packages, and there are none', {
      at: { input: 'channels' },
      advice: "Name packages in 'packages', or write the channels into the environment file.",
    })
  }
  if (request.lock.updateOnly.length > 0 && request.lock.mode !== 'update') {
    throw new UserError('it says which packages an update may change, and there is none', {
      at: { input: 'update-only' },
      advice: "Set 'lock-mode: update', or leave it out.",
    })
  }
  if (!request.micromamba.download && request.micromamba.checksum !== undefined) {
    throw new UserError("it is for a download, but 'download-micromamba' is false", {
      at: { input: 'micromamba-checksum' },
      advice: 'Leave one of the two out.',
    })
  }
}
