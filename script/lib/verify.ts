import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, extname, join, resolve } from 'node:path'
import { hexOf, isDigest, parseDigest, type Digest } from '../../src/common/digest.ts'
import { messageOf, UserError } from '../../src/common/errors.ts'
import {
  fileNameOf,
  formatPlatform,
  parsePlatform,
  platformOfSubdir,
  type Platform,
} from '../../src/common/platform.ts'
import { parseBaseName } from '../../src/base/name.ts'
import { readBase, type BaseImage } from '../../src/base/base.ts'
import { mapConcurrently } from '../../src/common/concurrency.ts'
import { isRecord, isStringRecord } from '../../src/common/json.ts'
import { parseLock } from '../../src/lock/parse.ts'
import type { LockHeader } from '../../src/lock/types.ts'
import type { Descriptor } from '../../src/oci/descriptor.ts'
import { ociLayerTypes } from '../../src/oci/media-types.ts'
import {
  createRegistryClient,
  formatReference,
  type ImageReference,
  type RegistryClient,
} from '../../src/registry/registry.ts'
import { readInputs } from './action-metadata.ts'
import type { ImageContent, Json } from './image-content.ts'
import { compareImages, type ImageDifference } from './image-difference.ts'
import { readImage, readLayout } from './image-source.ts'
import { compareLayers, type FileDifference } from './layer-files.ts'
import { runAction } from './runner.ts'

export interface Verification {
  /** The image; it needs a digest. */
  readonly reference: ImageReference
  /** The lockfile, relative to the workspace, as in the input `lock-file`: a pylock.toml may stand in a line below it. */
  readonly lock: string
  /** Inputs of the action with which the image was made. */
  readonly inputs: Readonly<Record<string, string>>
  /** Default: the working directory. */
  readonly workspace?: string
  /** Gets the log of the action. */
  readonly onLog?: (text: string) => void
}

export interface Verdict {
  /** The image that was looked at: of an index, the one for the lockfile's platform. */
  readonly digest: Digest
  readonly platform: string
  readonly rebuilt: Digest
  /** Absent when the two digests are the same. */
  readonly difference?: ImageDifference
}

/** What verifying decides by itself. */
const ownInputs = ['lock-file', 'lock-mode', 'output', 'tags', 'push', 'push-by-digest', 'load', 'merge']

/**
 * Makes the image of a lockfile again and compares it with one of a registry. What does not determine its files (labels,
 * annotations, platform, compression) is taken from that image; no earlier image and no cache has a part in it.
 * @throws UserError when it cannot be found out: there is no such image, the lockfile is malformed, the rebuild fails
 */
export async function verifyImage(verification: Verification): Promise<Verdict> {
  const { reference, inputs, workspace = process.cwd() } = verification
  const own = ownInputs.find((name) => inputs[name] !== undefined)
  if (own !== undefined) {
    throw new UserError(
      'it is not for you to set here: the image is made from the lockfile, and goes nowhere',
      {
        at: { input: own },
      },
    )
  }
  if (reference.digest === undefined) {
    throw new UserError(`${formatReference(reference)} has no digest`, {
      advice: 'Write name@sha256:…: what a tag stands for can change between now and later.',
    })
  }
  const known = await readInputs(new URL('../../action.yml', import.meta.url))
  const unknown = Object.keys(inputs).find((name) => !known.has(name))
  if (unknown !== undefined) {
    throw new UserError(`action.yml has no input '${unknown}'`, {
      advice: 'Is this the version of the action that made the image?',
    })
  }
  const client = createRegistryClient()
  const lock = await readLock(verification, workspace)
  const { image, platform } = await readImage(reference, lock.platform, client)
  const base = await readBaseOf(image, lock, inputs, platform, client, workspace)
  const scratch = await mkdtemp(join(tmpdir(), 'verify-'))
  try {
    const layout = join(scratch, 'layout')
    const outcome = await runAction({
      inputs: {
        ...takenFrom(image, base),
        ...(known.has('cache-from') && { 'cache-from': 'none' }),
        'cache-downloads': 'false',
        ...inputs,
        platforms: formatPlatform(platform),
        'lock-file': verification.lock,
        'lock-mode': 'frozen',
        output: layout,
      },
      // What labels are made of where a workflow runs; here they are the image's. The time of files is nowhere else.
      environment: Object.fromEntries(
        Object.keys(process.env)
          .filter((name) => name.startsWith('GITHUB_') || (name === 'SOURCE_DATE_EPOCH' && !inputs['copy']))
          .map((name) => [name, undefined]),
      ),
      workspace,
      ...(verification.onLog && { onLog: verification.onLog }),
    })
    const rebuilt = outcome.outputs['digest'] ?? ''
    if (outcome.exitCode !== 0 || !isDigest(rebuilt)) {
      throw new UserError('the image could not be rebuilt, so nothing is known of it', {
        advice: 'The log above says why.',
      })
    }
    const verdict = { digest: image.digest, platform: formatPlatform(platform), rebuilt }
    if (rebuilt === image.digest) return verdict
    const difference = compareImages(image, await readLayout(layout, rebuilt), base.layers.length)
    const layers = await mapConcurrently(difference.layers, 1, async (layer) => ({
      ...layer,
      ...(layer.outcomes && { files: await filesThatDiffer(layer.outcomes, reference, client, layout) }),
    }))
    return { ...verdict, difference: { ...difference, layers } }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Of a layer that commands made: what they made in the image, and what they made of it now, which lies in a layout. */
async function filesThatDiffer(
  { image, rebuilt }: { readonly image: Json; readonly rebuilt: Json },
  reference: ImageReference,
  client: RegistryClient,
  layout: string,
): Promise<FileDifference[]> {
  const [theirs, ours] = [descriptorOf(image), descriptorOf(rebuilt)]
  try {
    return await compareLayers(
      { mediaType: theirs.mediaType, open: () => client.openBlob(reference, theirs) },
      {
        mediaType: ours.mediaType,
        open: () => Promise.resolve(createReadStream(join(layout, 'blobs/sha256', hexOf(ours.digest)))),
      },
    )
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(`layer ${theirs.digest} of the image cannot be read: ${messageOf(error)}`)
  }
}

function descriptorOf({ mediaType, digest, size }: Json): Descriptor {
  return {
    mediaType: typeof mediaType === 'string' ? (ociLayerTypes[mediaType] ?? mediaType) : '',
    digest: parseDigest(String(digest)),
    size: Number(size),
  }
}

interface LockFacts {
  readonly file: string
  readonly header?: LockHeader
  /** Absent when nobody said it. */
  readonly platform?: Platform
}

/** Of several lockfiles the first, since they are for one platform and one base. */
async function readLock({ lock, inputs }: Verification, workspace: string): Promise<LockFacts> {
  const [first = 'env.yaml'] = (inputs['environment-file'] ?? '').split(/[\n,]/).filter((line) => line !== '')
  const named = inputs['platforms'] === undefined ? undefined : parsePlatform(inputs['platforms'])
  const [template = ''] = lock.split('\n')
  const file = template
    .replaceAll('{name}', basename(first, extname(first)))
    .replaceAll('{platform}', named ? fileNameOf(named) : '{platform}')
  const text = await readFile(resolve(workspace, file), 'utf8').catch((error: unknown) => {
    throw new UserError(`the lockfile cannot be read: ${messageOf(error)}`, { at: { file } })
  })
  const { header } = parseLock(text, file, named?.subdir ?? subdirOf(text))
  const platform = header && header.platform !== named?.subdir ? platformOfSubdir(header.platform) : named
  return { file, ...(header && { header }), ...(platform && { platform }) }
}

/** Of a lockfile that does not say it: the first one in its addresses. */
function subdirOf(text: string): Platform['subdir'] {
  const [, subdir = ''] = /\/(linux-[a-z0-9]+)\/[^/\n]+$/m.exec(text) ?? []
  return platformOfSubdir(subdir)?.subdir ?? 'linux-64'
}

/** The base that the lockfile pins; one that pins none, somebody has to name. */
async function readBaseOf(
  image: ImageContent,
  { file, header }: LockFacts,
  inputs: Readonly<Record<string, string>>,
  platform: Platform,
  client: RegistryClient,
  workspace: string,
): Promise<BaseImage> {
  const name = header?.baseImage ?? inputs['base-image']
  if (name !== undefined) {
    return readBase(
      parseBaseName(name, { input: 'base-image', defaultTag: 'latest' }),
      platform,
      client,
      workspace,
    )
  }
  const { 'org.opencontainers.image.base.name': base, 'org.opencontainers.image.base.digest': digest } =
    annotationsOf(image)
  throw new UserError('it does not say which base it is for', {
    at: { file },
    advice:
      base && digest
        ? `If you trust what the image says, add base-image=${base}@${digest}.`
        : 'Add base-image=NAME@DIGEST, with what the image was made on.',
  })
}

/** Of labels and annotations that the action gives by itself. */
const ownPrefix = 'io.github.micromamba-image.'

/** The inputs that an image itself tells, for it is not the lockfile's to say them. */
function takenFrom(image: ImageContent, base: BaseImage): Record<string, string> {
  const { config } = image.config
  const labels = isRecord(config) && isStringRecord(config['Labels']) ? config['Labels'] : {}
  const baseLabels = base.config.config?.Labels ?? {}
  const lines = (pairs: Readonly<Record<string, string>>, isOurs: (key: string, value: string) => boolean) =>
    Object.entries(pairs)
      // An input cannot have others, so the image has none of them from there.
      .filter(([key, value]) => isOurs(key, value) && !/[\r\n]/.test(key + value) && value !== '')
      .map(([key, value]) => `${key}=${value}`)
      .join('\n')
  const top = image.layers.at(-1)?.descriptor['mediaType']
  return {
    labels: lines(labels, (key, value) => baseLabels[key] !== value && !key.startsWith(ownPrefix)),
    annotations: lines(
      annotationsOf(image),
      (key) => !key.startsWith(ownPrefix) && !key.startsWith('org.opencontainers.image.base.'),
    ),
    ...(typeof top === 'string' && { compression: top.endsWith('zstd') ? 'zstd' : 'gzip' }),
  }
}

function annotationsOf({ manifest: { annotations } }: ImageContent): Readonly<Record<string, string>> {
  return isStringRecord(annotations) ? annotations : {}
}
