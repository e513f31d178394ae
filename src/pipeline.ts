import { resolve } from 'node:path'
import type { MergeRequest } from './action/merge-request.ts'
import { setCacheOutputs, setImageOutputs, setLockOutputs, setPushOutputs } from './action/outputs.ts'
import type { Request } from './action/request.ts'
import type { Result } from './action/result.ts'
import { setLateOutputs } from './action/runner-files.ts'
import { stage } from './action/stage.ts'
import { formatPlatform } from './common/platform.ts'
import { removeScratch } from './common/scratch.ts'
import { assembleIndex } from './image/image-index.ts'
import { warnOfIdlePatterns } from './image/left-out.ts'
import type { Image } from './oci/image.ts'
import {
  loadImage,
  mergeDigests,
  pushImage,
  TagFailure,
  writeLayout,
  type Artifact,
  type MergeReport,
  type PushReport,
} from './outputs/outputs.ts'
import { createRegistryClient } from './registry/registry.ts'
import { checkBudget } from './size/budget.ts'
import { createBaseReader } from './stages/base.ts'
import { openContext, type RunContext } from './stages/context.ts'
import { findEarlierImages } from './stages/earlier.ts'
import { readMembers } from './stages/environments.ts'
import { makeImage } from './stages/image.ts'
import { lockMembers } from './stages/lock.ts'
import { createPackageStore, type Wanted } from './stages/packages.ts'
import { planImage, type Plan } from './stages/plan.ts'
import { checkBeforehand, checkCommands } from './stages/preflight.ts'
import { describeImages } from './stages/wanted.ts'
import { wheelsOf } from './stages/wheels.ts'

/**
 * The stages in order: environments, locks, what earlier runs left, bases, packages, images, outputs. Each is done for all
 * environments and platforms before the next begins, so that what is missing for one of them is found before anything is made.
 * What is there already is passed over: an image of which nothing has changed costs a look at its manifest.
 * @throws UserError for whatever the user can mend
 */
export async function run(asked: Request): Promise<Result> {
  const start = performance.now()
  const registry = createRegistryClient()
  const members = await readMembers(asked)
  const request = await checkBeforehand(asked, members, registry)
  const context = await openContext(request, registry)
  try {
    const bases = createBaseReader(request, context)
    const locked = await stage('Lock', () => lockMembers(request, members, bases, context))
    const locks = locked.flat().map(({ result }) => result)
    setLockOutputs(locks)

    const earlier = await stage('Earlier image', () => findEarlierImages(request, context))
    const store = createPackageStore(request, locked.flat(), context)
    const wanted = await stage('Base image', async () => {
      const isNew = (_: unknown, index: number) => !earlier[index]
      await checkCommands(request.platforms.filter(isNew), request.image, context)
      // Where no earlier image is, all packages are missing: they are on their way while the base is read.
      store.begin(locked.filter(isNew).flat())
      return describeImages(request, locked, earlier, bases, context)
    })
    const plans = await stage('Packages', async () => {
      const changed = wanted.filter(({ unchanged }) => !unchanged)
      await checkCommands(
        changed.map(({ inputs }) => inputs.platform),
        request.image,
        context,
      )
      const planned = await Promise.all(
        wanted.map(async (image) => (image.unchanged ? undefined : planImage(image, context))),
      )
      for (const plan of planned) sendBaseLayers(plan, context)
      await store.prepare(planned.flatMap((plan) => missingPackages(plan, context)))
      return planned
    })

    const images: Image[] = []
    for (const [index, { inputs, unchanged }] of wanted.entries()) {
      const title = wanted.length > 1 ? `Image for ${formatPlatform(inputs.platform)}` : 'Image'
      const plan = plans[index]
      if (plan) images.push(await stage(title, () => makeImage(plan, store, context)))
      else if (unchanged) images.push(unchanged)
    }
    warnOfIdlePatterns(images)
    const cache = await store.close()
    setCacheOutputs(cache)
    if (request.maxSize !== undefined) {
      for (const [index, image] of images.entries()) {
        // Of an image that is unchanged all is in the earlier one.
        checkBudget(image, request.maxSize, plans[index]?.earlier.image ?? wanted[index]?.unchanged)
      }
    }
    const [single, ...more] = images
    const { tags, push, output, indexAnnotations, descriptorAnnotations } = request
    const artifact =
      single && more.length === 0 ? single : assembleIndex(images, indexAnnotations, descriptorAnnotations)
    const made = {
      artifact,
      bases: [...new Set(wanted.map(({ inputs }) => inputs.base))],
      tags,
      locks,
      reused: wanted.every(({ unchanged }) => unchanged !== undefined),
    }
    setImageOutputs(made)
    const bytesPushed = await stage('Outputs', () => deliver(request, artifact, context))
    const seconds = (performance.now() - start) / 1000
    return { ...made, pushed: push, ...(output !== undefined && { output }), cache, bytesPushed, seconds }
  } finally {
    await Promise.all(context.closing)
    await removeScratch(context.scratch)
  }
}

/** The base's layers leave for the registries when nothing speaks against any of the images. */
function sendBaseLayers(plan: Plan | undefined, { uploader }: RunContext): void {
  for (const layer of plan?.base.image.layers ?? []) void uploader?.add(layer)
}

/** The packages and wheels of layers that no earlier image has. */
function missingPackages(plan: Plan | undefined, { workspace }: RunContext): Wanted[] {
  return (plan?.members ?? []).map(({ locked, groups }) => {
    const all = [...locked.resolved.lock.packages, ...wheelsOf(locked, workspace)]
    return {
      member: locked,
      packages: groups
        .filter(({ earlier }) => !earlier)
        .flatMap(({ packages }) => packages.flatMap((position) => all[position] ?? [])),
    }
  })
}

/**
 * Puts images that other jobs made under one index and its tags. Without `push` the index is made, and nothing goes out.
 * @throws UserError when the images do not go together, or one of the platforms that are asked for has none
 */
export async function merge(
  { tags, push, indexAnnotations, descriptorAnnotations }: Request,
  { images, platforms }: MergeRequest,
): Promise<MergeReport> {
  // What cannot be told afterwards is better known before a tag moves.
  setPushOutputs({ tags: [], bytesPushed: 0 })
  return stage('Merge', () =>
    pushed(() =>
      mergeDigests(images, push ? tags : [], createRegistryClient(), {
        platforms,
        annotations: indexAnnotations,
        descriptorAnnotations,
      }),
    ),
  )
}

/** Pushes, and has the next steps know what is live then: also when some of the tags could not be moved. */
async function pushed<T extends PushReport>(push: () => Promise<T>): Promise<T> {
  try {
    const report = await push()
    setLateOutputs(() => {
      setPushOutputs(report)
    })
    return report
  } catch (error) {
    if (error instanceof TagFailure) {
      setLateOutputs(() => {
        setPushOutputs({ tags: error.moved, bytesPushed: 0 })
      })
    }
    throw error
  }
}

/** What stays on the machine comes first: tags move when nothing else can fail any more. @returns the bytes that were pushed */
async function deliver(
  { tags, output, load, workspace }: Request,
  artifact: Artifact,
  { registry, uploader }: RunContext,
): Promise<number> {
  if (output !== undefined) await writeLayout(artifact, resolve(workspace, output), tags)
  if (load) await loadImage(artifact, tags)
  const report = uploader && (await pushed(() => pushImage(artifact, tags, registry, { uploader })))
  return report?.bytesPushed ?? 0
}
