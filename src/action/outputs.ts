import { rmSync } from 'node:fs'
import { digestOf, type Digest } from '../common/digest.ts'
import { formatPlatform } from '../common/platform.ts'
import { formatDiff } from '../lock/diff/diff.ts'
import type { Image } from '../oci/image.ts'
import { imagesOf, topOf, type Artifact, type MergeReport, type PushReport } from '../outputs/outputs.ts'
import { formatReference } from '../registry/registry.ts'
import { placeMetadata } from './metadata-file.ts'
import { setOutput } from './runner-files.ts'
import { digestedName, lockChanges, type Result } from './result.ts'

/** The outputs that are known as soon as the locks are, so that a step after a failed build can use them. */
export function setLockOutputs(locks: Result['locks']): void {
  const hashes = locks.map(({ hash }) => hash)
  setOutput('lock-file', locks.flatMap(({ file, companion }) => [file, companion ?? []].flat()).join('\n'))
  setOutput('lock-hash', hashes.length === 1 ? hashes[0] : digestOf(hashes.join('\n')))
  setOutput(
    'lock-changed',
    locks.some(({ changed }) => changed),
  )
  setOutput('lock-diff', formatDiff(lockChanges(locks)))
  setOutput('micromamba-version', known(locks.map(({ micromambaVersion }) => micromambaVersion)))
  setOutput('micromamba-path', known(locks.map(({ micromambaPath }) => micromambaPath)))
}

function known(values: readonly (string | undefined)[]): string {
  return values.find((value) => value !== undefined) ?? ''
}

export function setCacheOutputs(cache: Result['cache']): void {
  setOutput('cache-hit', cache.hit)
  setOutput('cache-primary-key', cache.primaryKey)
  setOutput('cache-matched-key', cache.matchedKey ?? '')
}

/** What is known of an image before it goes anywhere. */
export function setImageOutputs(result: MadeImage): void {
  const { artifact, tags } = result
  setOutput('digest', topOf(artifact).descriptor.digest)
  setOutput('imageid', configDigest(artifact) ?? topOf(artifact).descriptor.digest)
  setOutput('image', digestedName(result) ?? '')
  setOutput('tags', tags.map(formatReference).join('\n'))
  setOutput('reused', result.reused)
  setOutput('layers-reused', layersReused(artifact))
  setMetadata(metadata(result))
  setPushOutputs({ tags: [], bytesPushed: 0 })
}

/** What is live, as far as a push has come. */
export function setPushOutputs({ tags, bytesPushed }: Pick<PushReport, 'tags' | 'bytesPushed'>): void {
  setOutput('pushed-tags', tags.join('\n'))
  setOutput('bytes-pushed', bytesPushed)
}

type MadeImage = Pick<Result, 'artifact' | 'tags' | 'locks' | 'bases' | 'reused'>

/** How many layers an earlier image had, on all platforms; the base's do not count. */
function layersReused(artifact: Artifact): number {
  return imagesOf(artifact).flatMap(({ layers }) => layers.filter(({ from }) => from === 'reused')).length
}

/** The outputs of a run that merges images. */
export function setMergeOutputs({ digest }: MergeReport, tags: Result['tags']): void {
  const [first] = tags
  setOutput('digest', digest)
  setOutput('imageid', digest)
  setOutput('image', first ? formatReference({ ...first, tag: undefined, digest }) : '')
  setOutput('tags', tags.map(formatReference).join('\n'))
  setOutput('reused', false)
  setOutput('layers-reused', 0)
  setMetadata({ 'containerimage.digest': digest })
}

function setMetadata(content: Readonly<Record<string, unknown>>): void {
  const { text, file } = placeMetadata(content)
  try {
    setOutput('metadata', text)
    setOutput('metadata-file', file ?? '')
  } catch (error) {
    // Nobody is told of it.
    if (file !== undefined) rmSync(file)
    throw error
  }
}

/** Of an image; an index has none. */
function configDigest(artifact: Artifact): Digest | undefined {
  const [image, ...more] = imagesOf(artifact)
  return more.length === 0 ? image?.config.descriptor.digest : undefined
}

/** The shape that docker/build-push-action's `metadata` has (BuildKit's `--metadata-file`), and ours beside it. */
export function metadata({
  artifact,
  tags,
  locks,
  bases,
}: Omit<MadeImage, 'reused'>): Record<string, unknown> {
  const { descriptor } = topOf(artifact)
  const images = imagesOf(artifact)
  const [first, ...more] = images
  const config = configDigest(artifact)
  return {
    'containerimage.digest': descriptor.digest,
    ...(config && { 'containerimage.config.digest': config }),
    'containerimage.descriptor': {
      ...descriptor,
      ...(first && more.length === 0 && { platform: platformOf(first) }),
    },
    ...(tags.length > 0 && { 'image.name': tags.map(formatReference).join(',') }),
    'micromamba-image': {
      locks: locks.map(({ file, hash, changed }) => ({ file, hash, changed })),
      bases,
      images: images.map((image) => ({
        platform: formatPlatform(image.platform),
        digest: image.manifest.descriptor.digest,
        config: image.config.descriptor.digest,
        layers: image.layers.map((layer) => ({
          digest: layer.descriptor.digest,
          diffId: layer.diffId,
          size: layer.descriptor.size,
          from: layer.from,
          createdBy: layer.createdBy,
        })),
      })),
    },
  }
}

function platformOf({ platform: { os, architecture, variant } }: Image) {
  return { os, architecture, ...(variant !== undefined && { variant }) }
}
