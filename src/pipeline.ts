import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setCacheOutputs, setLockOutputs } from './action/outputs.ts'
import type { Request } from './action/request.ts'
import type { Result } from './action/result.ts'
import { stage } from './action/stage.ts'
import type { Digest } from './common/digest.ts'
import { formatPlatform } from './common/platform.ts'
import { formatBaseName } from './image/base-name.ts'
import { assembleIndex } from './image/image-index.ts'
import type { Image } from './image/types.ts'
import { loadImage, mergeDigests, pushImage, writeLayout, type Artifact } from './outputs/outputs.ts'
import { createRegistryClient } from './registry/registry.ts'
import { createBaseReader, openBases } from './stages/base.ts'
import { readMembers } from './stages/environments.ts'
import { makeImage } from './stages/image.ts'
import { lockMembers } from './stages/lock.ts'
import { fetchMembers } from './stages/packages.ts'
import { openWorkshop, type Workshop } from './stages/workshop.ts'

/**
 * The stages in order: environments, locks, bases, packages, images, outputs. Each is done for all environments and platforms
 * before the next begins, so that what is missing for one of them is found before anything is made.
 * @throws UserError for whatever the user can mend
 */
export async function run(request: Request): Promise<Result> {
  const { platforms, tags, push, output } = request
  const workshop = await openWorkshop(request)
  try {
    const members = await readMembers(request)
    const reader = createBaseReader(request, workshop)
    const locked = await stage('Lock', () => lockMembers(request, members, reader))
    const locks = locked.flat().map(({ result }) => result)
    setLockOutputs(locks)

    const bases = await stage('Base image', () => openBases(request, locked, reader, workshop))
    const fetched = await stage('Packages', () => fetchMembers(request, locked, workshop))
    setCacheOutputs(fetched.cache)

    const images: Image[] = []
    for (const [index, platform] of platforms.entries()) {
      const base = bases[index]
      const ofPlatform = fetched.platforms[index]
      if (!base || !ofPlatform) throw new Error(`nothing was prepared for ${formatPlatform(platform)}`)
      const title = platforms.length > 1 ? `Image for ${formatPlatform(platform)}` : 'Image'
      images.push(await stage(title, () => makeImage(request, platform, ofPlatform, base, workshop)))
    }
    const [single, ...more] = images
    const artifact = single && more.length === 0 ? single : assembleIndex(images, request.annotations)
    await stage('Outputs', () => deliver(request, artifact, workshop))
    return {
      artifact,
      bases: [...new Set(bases.map(({ image }) => formatBaseName(image.pinned)))],
      tags,
      pushed: push,
      ...(output !== undefined && { output }),
      locks,
      cache: fetched.cache,
    }
  } finally {
    await rm(workshop.scratch, { recursive: true, force: true })
  }
}

/** Puts images that other jobs made under one index and its tags. @returns the digest of the index */
export async function merge({ merge: images, tags, annotations }: Request): Promise<Digest> {
  const { digest } = await stage('Merge', () =>
    mergeDigests(images, tags, createRegistryClient(), { annotations }),
  )
  return digest
}

/** What leaves the machine comes first, and of that the tags last. */
async function deliver(
  { tags, output, load, workspace }: Request,
  artifact: Artifact,
  { registry, uploader }: Workshop,
): Promise<void> {
  if (uploader) await pushImage(artifact, tags, registry, { uploader })
  if (output !== undefined) await writeLayout(artifact, resolve(workspace, output), tags)
  if (load) await loadImage(artifact, tags)
}
