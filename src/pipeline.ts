import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setCacheOutputs, setLockOutputs } from './action/outputs.ts'
import type { Request } from './action/request.ts'
import type { Result } from './action/result.ts'
import { stage } from './action/stage.ts'
import { formatPlatform } from './common/platform.ts'
import { assembleIndex } from './image/image-index.ts'
import type { Image } from './oci/image.ts'
import {
  loadImage,
  mergeDigests,
  pushImage,
  writeLayout,
  type Artifact,
  type PushReport,
} from './outputs/outputs.ts'
import { createRegistryClient } from './registry/registry.ts'
import { createBaseReader, openGrounds } from './stages/base.ts'
import { draftImages } from './stages/draft.ts'
import { readMembers } from './stages/environments.ts'
import { planImage, type Plan } from './stages/groups.ts'
import { makeImage } from './stages/image.ts'
import { lockMembers } from './stages/lock.ts'
import { createPackageStore, type Wanted } from './stages/packages.ts'
import { openWorkshop, type Workshop } from './stages/workshop.ts'

/**
 * The stages in order: environments, locks, what earlier runs left, bases, packages, images, outputs. Each is done for all
 * environments and platforms before the next begins, so that what is missing for one of them is found before anything is made.
 * What is there already is passed over: an image of which nothing has changed costs a look at its manifest.
 * @throws UserError for whatever the user can mend
 */
export async function run(request: Request): Promise<Result> {
  const { tags, push, output } = request
  const workshop = await openWorkshop(request)
  try {
    const members = await readMembers(request)
    const reader = createBaseReader(request, workshop)
    const locked = await stage('Lock', () => lockMembers(request, members, reader))
    const locks = locked.flat().map(({ result }) => result)
    setLockOutputs(locks)

    const drafts = await stage('Earlier image', () => draftImages(request, locked, reader, workshop))
    const grounds = await stage('Base image', () => openGrounds(request, drafts, reader, workshop))
    const store = createPackageStore(request, locked.flat(), workshop)
    const plans = await stage('Packages', async () => {
      const planned = await Promise.all(
        drafts.map(async (draft, index) => {
          const ground = grounds[index]
          return ground && planImage(request, draft, ground, workshop)
        }),
      )
      await store.prepare(planned.flatMap(missingPackages))
      return planned
    })

    const images: Image[] = []
    for (const [index, draft] of drafts.entries()) {
      const { platform, unchanged } = draft
      const title = drafts.length > 1 ? `Image for ${formatPlatform(platform)}` : 'Image'
      const plan = plans[index]
      if (plan) images.push(await stage(title, () => makeImage(request, plan, store, workshop)))
      else if (unchanged) images.push(unchanged)
    }
    const cache = await store.close()
    setCacheOutputs(cache)
    const [single, ...more] = images
    const artifact = single && more.length === 0 ? single : assembleIndex(images, request.annotations)
    const bytesPushed = await stage('Outputs', () => deliver(request, artifact, workshop))
    return {
      artifact,
      bases: [...new Set(drafts.map(({ base }) => base))],
      tags,
      pushed: push,
      ...(output !== undefined && { output }),
      locks,
      cache,
      reused: drafts.every(({ unchanged }) => unchanged !== undefined),
      bytesPushed,
    }
  } finally {
    await rm(workshop.scratch, { recursive: true, force: true })
  }
}

/** The packages of layers that no earlier image has. */
function missingPackages(plan: Plan | undefined): Wanted[] {
  return (plan?.members ?? []).map((member) => ({
    member,
    packages: member.groups
      .filter(({ earlier }) => !earlier)
      .flatMap(({ packages }) =>
        packages.flatMap((position) => member.resolved.lock.packages[position] ?? []),
      ),
  }))
}

/** Puts images that other jobs made under one index and its tags. */
export async function merge({ merge: images, tags, annotations }: Request): Promise<PushReport> {
  return stage('Merge', () => mergeDigests(images, tags, createRegistryClient(), { annotations }))
}

/** What leaves the machine comes first, and of that the tags last. @returns the bytes that were pushed */
async function deliver(
  { tags, output, load, workspace }: Request,
  artifact: Artifact,
  { registry, uploader }: Workshop,
): Promise<number> {
  const report = uploader && (await pushImage(artifact, tags, registry, { uploader }))
  if (output !== undefined) await writeLayout(artifact, resolve(workspace, output), tags)
  if (load) await loadImage(artifact, tags)
  return report?.bytesPushed ?? 0
}
