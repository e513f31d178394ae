import * as core from '@actions/core'
import { digestedName, type Result } from './result.ts'
import { formatReference } from '../registry/reference.ts'

/** The outputs that are known as soon as the lock is, so that a step after a failed build can use them. */
export function setLockOutputs(lock: Result['lock']): void {
  core.setOutput('lock-file', lock.file)
  core.setOutput('lock-hash', lock.hash)
  core.setOutput('lock-changed', lock.changed)
  core.setOutput('micromamba-version', lock.micromambaVersion ?? '')
  core.setOutput('micromamba-path', lock.micromambaPath ?? '')
}

export function setCacheOutputs(cache: Result['cache']): void {
  core.setOutput('cache-hit', cache.hit)
  core.setOutput('cache-primary-key', cache.primaryKey)
  core.setOutput('cache-matched-key', cache.matchedKey ?? '')
}

export function setImageOutputs(result: Result): void {
  core.setOutput('digest', result.image.manifest.descriptor.digest)
  core.setOutput('imageid', result.image.config.descriptor.digest)
  core.setOutput('image', digestedName(result) ?? '')
  core.setOutput('tags', result.tags.map(formatReference).join('\n'))
  core.setOutput('metadata', JSON.stringify(metadata(result), null, 2))
}

/** The shape that docker/build-push-action's `metadata` has (BuildKit's `--metadata-file`), and ours beside it. */
export function metadata(result: Result): Record<string, unknown> {
  const { manifest, config, layers, platform } = result.image
  return {
    'containerimage.digest': manifest.descriptor.digest,
    'containerimage.config.digest': config.descriptor.digest,
    'containerimage.descriptor': {
      ...manifest.descriptor,
      platform: { os: platform.os, architecture: platform.architecture },
    },
    ...(result.tags.length > 0 && { 'image.name': result.tags.map(formatReference).join(',') }),
    'micromamba-image': {
      lock: { file: result.lock.file, hash: result.lock.hash, changed: result.lock.changed },
      base: result.base,
      layers: layers.map((layer) => ({
        digest: layer.descriptor.digest,
        diffId: layer.diffId,
        size: layer.descriptor.size,
        from: layer.from,
        createdBy: layer.createdBy,
      })),
    },
  }
}
