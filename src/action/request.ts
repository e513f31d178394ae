import * as core from '@actions/core'
import { UserError } from '../common/errors.ts'
import type { Platform } from '../common/platform.ts'
import { sourceDate } from '../image/labels.ts'
import { parseCopy, type CopyRule } from '../layers/copy.ts'
import type { ImageOptions } from '../image/inputs.ts'
import type { ExecutionWish } from '../execute/executors.ts'
import { parseReference, type ImageReference } from '../registry/reference.ts'
import { readAnnotations, type Annotations } from './annotations.ts'
import { boolean, booleanOrAuto, bytes, choice, duration, list, secrets, text, valueOf } from './inputs.ts'
import { readMerge, type MergeRequest } from './merge-request.ts'
import { readEvent, readImageOptions } from './image-options.ts'
import { readLockingRequest, readPlatforms, type LockingRequest } from './locking-request.ts'

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
  /** Whether there is a micromamba in the image; absent for as the base has it, or would have it. */
  readonly withMicromamba?: boolean
  /** Bytes that the layers of an image may have together, compressed. */
  readonly maxSize?: number
  /** How commands of packages and of `run` are run. */
  readonly execution: ExecutionWish
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
    maxSize: bytes('max-size'),
    image: readImageOptions(annotations.manifest, environment),
    withMicromamba: booleanOrAuto('micromamba'),
    execution: {
      executor: choice('executor', ['auto', 'runc', 'crun', 'docker', 'podman']),
      timeout: duration('executor-timeout'),
      secrets: secrets('secrets'),
    },
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

function readPush(): Pick<Request, 'push' | 'isPushOptional'> {
  const wish = booleanOrAuto('push')
  const isOptional = wish === undefined
  const isWanted = isOptional || wish || boolean('push-by-digest')
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
