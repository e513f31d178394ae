import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import * as core from '@actions/core'
import { messageOf, UserError } from '../common/errors.ts'
import { formatPlatform, machinePlatform, parsePlatform, type Platform } from '../common/platform.ts'
import { secretsIn, withoutCredentials } from '../environment/credentials.ts'
import { keepSecret } from '../common/secrets.ts'
import { parseBaseName, type BaseName } from '../base/name.ts'
import { parseCondarc, type Condarc, type Grant } from '../channels/access.ts'
import type { StartSettings } from '../image/config.ts'
import { checkLine, type EnvironmentLines } from '../image/environment.ts'
import { contextAnnotations, sourceDate } from '../image/labels.ts'
import { parseUserWish } from '../base/user-wish.ts'
import { parseCopy, type CopyRule } from '../layers/copy.ts'
import type { ImageOptions } from '../image/inputs.ts'
import { virtualPackageNames, type VirtualPackageOverrides } from '../micromamba/virtual-packages.ts'
import type { LockMode } from '../lock/types.ts'
import { parseReference, type ImageReference } from '../registry/reference.ts'
import { readEventFile, textIn } from './event.ts'
import { readAnnotations, type Annotations } from './annotations.ts'
import { readAuth } from './auth.ts'
import { boolean, choice, command, keyValues, lines, list, listOf, pairs, text, valueOf } from './inputs.ts'
import { readMerge, type MergeRequest } from './merge-request.ts'

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
  /** What opens the hosts of channels. */
  readonly auth: readonly Grant[]
  readonly logLevel: LogLevel
}

/** Everything that a run is asked for: the inputs, read once and checked before any work. */
export interface Request extends LockingRequest {
  /** Without their tags when the image is pushed by digest. */
  readonly tags: readonly ImageReference[]
  readonly push: boolean
  /** Whether a login that may only read is no error: the image is made all the same. */
  readonly isPushOptional: boolean
  /** Instead of making an image. */
  readonly merge?: MergeRequest
  /** An OCI layout to write: a directory, or a file that ends in `.tar`. */
  readonly output?: string
  /** Into the container engine of this machine. */
  readonly load: boolean
  /** What there is to an image besides its environments, its base and the files that it copies. */
  readonly image: ImageOptions
  /** Files of the workspace that make a layer on top. */
  readonly copy: readonly CopyRule[]
  /** SOURCE_DATE_EPOCH; the time of the files of `copy`. */
  readonly sourceDate?: Date
  /** Where earlier images are looked for, after the tags that are pushed. */
  readonly cacheFrom: 'none' | readonly ImageReference[]
  /** Of the index of several platforms, and of what it says of each. */
  readonly indexAnnotations: Readonly<Record<string, string>>
  readonly descriptorAnnotations: Readonly<Record<string, string>>
  readonly cache: { readonly downloads: boolean; readonly key: string; readonly write: boolean }
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

/** Reads and checks every input. @throws UserError naming the first input that is wrong */
export function readRequest(environment: NodeJS.ProcessEnv = process.env): Request {
  const platforms = readPlatforms()
  const merge = readMerge(platforms)
  const annotations = annotationsOf(merge, platforms)
  const request: Request = {
    ...readLockingRequest(choice('lock-mode', ['auto', 'locked', 'frozen', 'update']), environment),
    tags: readTags(),
    merge,
    ...readPush(),
    output: text('output'),
    load: boolean('load'),
    image: readImageOptions(annotations.manifest, environment),
    copy: parseCopy(valueOf('copy').split('\n'), { input: 'copy' }),
    sourceDate: sourceDate(environment),
    cacheFrom: readCacheFrom(environment),
    indexAnnotations: annotations.index,
    descriptorAnnotations: annotations.descriptor,
    cache: {
      downloads: boolean('cache-downloads'),
      key: readCacheKey(),
      write: boolean('cache-write'),
    },
  }
  refuseContradictions(request)
  return request
}

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
      file: text('lock-file'),
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
    auth: readAuth(),
    logLevel: choice('log-level', logLevels),
  }
  refuseContradictionsInLocking(request)
  return request
}

function keepProxyPasswords(environment: NodeJS.ProcessEnv): void {
  const proxies = Object.entries(environment).filter(([name]) => /^(https?|all)_proxy$/i.test(name))
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
function readPlatforms(): Platform[] {
  const wanted = list('platforms')
  const platforms = wanted.map((text) => parsePlatform(text))
  const names = platforms.map(formatPlatform)
  const twice = wanted.find((_, index) => names.indexOf(names[index] ?? '') < index)
  if (twice === undefined) return platforms
  throw new UserError(`'${twice}' stands there twice`, { at: { input: 'platforms' } })
}

/** One image is a manifest without an index, and merging makes an index of manifests that are there already. */
function annotationsOf(merge: MergeRequest | undefined, platforms: readonly Platform[]): Annotations {
  const ofManifest = merge ? [] : (['manifest'] as const)
  const ofIndex = merge || platforms.length > 1 ? (['index', 'manifest-descriptor'] as const) : []
  const read = readAnnotations([...ofManifest, ...ofIndex])
  if (read.misplaced.length > 0) {
    core.warning(`Annotations of what this run does not make are left out: ${read.misplaced.join(', ')}`)
  }
  return read
}

function readRootPrefix(): string | undefined {
  const prefix = text('root-prefix')?.replace(/\/+$/, '')
  if (prefix === undefined || /^(\/[\w.+-]+)+$/.test(prefix)) return prefix
  throw new UserError(`'${prefix}' is not a place for environments`, {
    at: { input: 'root-prefix' },
    advice: 'Give an absolute path without spaces, such as /opt/conda.',
  })
}

function readImageOptions(
  annotations: Annotations['manifest'],
  environment: NodeJS.ProcessEnv,
): ImageOptions {
  return {
    environmentName: text('environment-name'),
    rootPrefix: readRootPrefix(),
    start: readStart(),
    ...readUser(),
    groupWritable: boolean('group-writable'),
    compression: choice('compression', ['zstd', 'gzip']),
    labels: withOrigin(keyValues('labels'), environment),
    annotations: withOrigin(annotations, environment),
    linkScripts: choice('link-scripts', ['refuse', 'skip']),
    compilePyc: boolean('compile-pyc'),
  }
}

/**
 * Labels or annotations with those that the run's context tells; what the user gave wins. The time of the commit is in the event that
 * started the workflow.
 */
function withOrigin(
  given: Readonly<Record<string, string>>,
  environment: NodeJS.ProcessEnv,
): Record<string, string> {
  const event = readEvent(environment['GITHUB_EVENT_PATH'])
  const commitTime = new Date(event.commitTime ?? '')
  return contextAnnotations(environment, {
    perCommit: boolean('commit-labels'),
    ...(!Number.isNaN(commitTime.getTime()) && { commitTime }),
    given,
  })
}

/** By default the tag of the default branch beside each tag that is pushed: what a new branch's images begin with. */
function readCacheFrom(environment: NodeJS.ProcessEnv): Request['cacheFrom'] {
  const given = list('cache-from')
  refuseBuildKitCaches(given)
  if (given.length === 1 && given[0] === 'none') return 'none'
  if (given.length > 0) {
    return given.map((text) => parseReference(text, { input: 'cache-from', defaultTag: 'latest' }))
  }
  const branch = readEvent(environment['GITHUB_EVENT_PATH']).defaultBranch
  if (branch === undefined || !readPush().push) return []
  // As docker/metadata-action makes tags of branches.
  const tag = branch.replace(/[^\w.-]+/g, '-')
  return readTags().map(({ registry, repository }) => ({ registry, repository, tag }))
}

/** docker/build-push-action has an input of the same name, for BuildKit's caches. */
function refuseBuildKitCaches(given: readonly string[]): void {
  const type = given.find((item) => item.startsWith('type='))
  if (type === undefined) return
  const reference = given.find((item) => item.startsWith('ref='))?.slice('ref='.length)
  throw new UserError(`'${type}' is a cache of BuildKit's, and here stand names of images`, {
    at: { input: 'cache-from' },
    advice: reference
      ? `Write ${reference} alone, if it is an image that this action made.`
      : 'Leave it out: the image of the last run is the cache, and package archives are kept in the Actions cache without it.',
  })
}

/** The part of a workflow's event that is looked at; not every event has it. */
function readEvent(path: string | undefined): {
  readonly commitTime?: string
  readonly defaultBranch?: string
} {
  const event = readEventFile(path)
  return {
    commitTime: textIn(event['head_commit'], 'timestamp'),
    defaultBranch: textIn(event['repository'], 'default_branch'),
  }
}

function readPush(): Pick<Request, 'push' | 'isPushOptional'> {
  const isOptional = valueOf('push') === 'auto'
  const isWanted = isOptional || boolean('push') || boolean('push-by-digest')
  return { push: isWanted, isPushOptional: isOptional }
}

function readTags(): ImageReference[] {
  const byDigest = boolean('push-by-digest')
  return list('tags').map((tag) => {
    const reference = parseReference(tag, { input: 'tags', ...(!byDigest && { defaultTag: 'latest' }) })
    if (!byDigest || reference.tag === undefined) return reference
    throw new UserError(`'${tag}' has a tag, and the image is to be pushed by its digest`, {
      at: { input: 'tags' },
      advice: "Give names without tags, or set 'push' instead of 'push-by-digest'.",
    })
  })
}

function readStart(): StartSettings {
  const [workdir, ...more] = listOf('workdir', /^\//, 'an absolute path')
  if (more.length > 0) throw new UserError('there can be one only', { at: { input: 'workdir' } })
  const stopSignal = text('stop-signal')
  if (stopSignal !== undefined && !/^(SIG[A-Z0-9+-]+|\d{1,2})$/.test(stopSignal)) {
    throw new UserError(`'${stopSignal}' is not a signal`, {
      at: { input: 'stop-signal' },
      advice: 'Write it as SIGTERM, or as a number.',
    })
  }
  return {
    activation: choice('activation', ['none', 'entrypoint', 'everywhere']),
    entrypoint: command('entrypoint'),
    cmd: command('cmd'),
    workdir,
    env: readEnv(),
    expose: listOf('expose', /^\d{1,5}(-\d{1,5})?(\/(tcp|udp|sctp))?$/, 'a port, such as 8080 or 53/udp'),
    volumes: listOf('volumes', /^\//, 'an absolute path'),
    stopSignal,
  }
}

function readEnv(): EnvironmentLines {
  const lines = pairs('env')
  lines.forEach(checkLine)
  return lines
}

/** One that is asked for by number only is named by number. */
function readUser(): Pick<ImageOptions, 'user' | 'userNumeric'> {
  const wish = text('user')
  const user = wish === undefined ? undefined : parseUserWish(wish, { input: 'user' })
  return { user, userNumeric: boolean('user-numeric') || (user !== undefined && user.name === undefined) }
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

/** `@actions/cache` refuses commas and more than 512 characters, of which the hash and platform need some. */
function readCacheKey(): string {
  const key = valueOf('cache-downloads-key')
  if (key.includes(',') || key.length > 400) {
    throw new UserError(`'${key}' cannot begin a cache key`, {
      at: { input: 'cache-downloads-key' },
      advice: 'Use up to 400 characters, without commas.',
    })
  }
  return key
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

function refuseContradictions(request: Request): void {
  if (request.merge && request.tags.length === 0) {
    throw new UserError('images are to be merged, but there is no name for what comes of it', {
      at: { input: 'tags' },
      advice: 'Give it one, such as ghcr.io/org/name:tag.',
    })
  }
  if (request.push && request.tags.length === 0) {
    throw new UserError('an image is to be pushed, but it has no name', {
      at: { input: 'tags' },
      advice: "Give it one, such as ghcr.io/org/name:tag, or leave 'push' at false.",
    })
  }
  const digested = request.tags.find((tag) => tag.digest !== undefined)
  if (digested !== undefined) {
    throw new UserError(
      `'${digested.repository}@${digested.digest ?? ''}' has a digest; an image is pushed by tag`,
      {
        at: { input: 'tags' },
      },
    )
  }
}
