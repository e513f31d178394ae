import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { setCacheOutputs, setLockOutputs } from './action/outputs.ts'
import type { Request } from './action/request.ts'
import type { CacheResult, LockResult, Result } from './action/result.ts'
import { stage } from './action/stage.ts'
import { saveState } from './action/state.ts'
import { digestOf } from './common/digest.ts'
import { UserError } from './common/errors.ts'
import { findEnvironmentFile, readEnvironment, type Environment } from './environment/read.ts'
import { assembleImage, fingerprintAnnotation, layerBudget } from './image/assemble.ts'
import { readBaseFiles, type BaseFiles } from './image/base-files.ts'
import { pinReference, readBase, type BaseImage } from './image/base.ts'
import { checkBase } from './image/check-base.ts'
import { environmentOf } from './image/config.ts'
import type { Image, ImageLayer } from './image/types.ts'
import { chooseUser, type ImageUser } from './image/users.ts'
import { contextAnnotations } from './image/labels.ts'
import { isWiringFile, micromambaEntries, wire, wiringDigest } from './image/wiring.ts'
import {
  buildLayer,
  buildLayers,
  chooseOwnLayer,
  groupPackages,
  layerEntries,
  overrides,
  type LayerSettings,
} from './layers/build.ts'
import { copyEntries, copyFingerprint } from './layers/copy.ts'
import { fixedTime, packerFormat } from './layers/reproducible.ts'
import { askFor, lockPath, resolveLock, type ResolvedLock } from './lock/resolve.ts'
import { installMicromamba, type Micromamba } from './micromamba/install.ts'
import { defaultVirtualPackages, solve } from './micromamba/solve.ts'
import {
  createBlobUploader,
  loadImage,
  pushImage,
  writeLayout,
  type BlobUploader,
} from './outputs/outputs.ts'
import { channelCredentials } from './packages/channel-credentials.ts'
import { fetchPackages, missingTarballs, tarballName, type FetchedPackage } from './packages/download.ts'
import { cacheKeys, restoreTarballs } from './packages/tarball-cache.ts'
import { environmentFiles } from './prefix/environment-files.ts'
import { checkPrefix, packageVariables, planPrefix } from './prefix/prefix.ts'
import {
  createRegistryClient,
  formatReference,
  parseReference,
  type RegistryClient,
} from './registry/registry.ts'

/** What a run works with besides its request. */
interface Workshop {
  readonly registry: RegistryClient
  /** Takes layers to the registries as soon as they are there; absent when nothing is pushed. */
  readonly uploader?: BlobUploader
  /** For this run alone; removed at its end. */
  readonly scratch: string
  /** For package archives, which the post step saves. */
  readonly tarballs: string
}

/** A base image with what is known of its files. */
interface Base {
  readonly image: BaseImage
  readonly files: BaseFiles
  /** Its ENV. */
  readonly variables: ReadonlyMap<string, string>
}

/**
 * The stages in order: environment, lock, base, packages, layers, image, outputs.
 * @throws UserError for whatever the user can mend
 */
export async function run(request: Request): Promise<Result> {
  const temporary = process.env['RUNNER_TEMP'] ?? tmpdir()
  const registry = createRegistryClient()
  const workshop: Workshop = {
    registry,
    ...(request.push && { uploader: createBlobUploader(registry, request.tags) }),
    scratch: await mkdtemp(join(temporary, 'micromamba-image-')),
    tarballs: join(temporary, 'micromamba-image-packages'),
  }
  try {
    const environment = await environmentFor(request)
    const { resolved, lock } = await stage('Lock', () => lockFor(request, environment, workshop))
    setLockOutputs(lock)
    const base = await stage('Base image', () => baseFor(request, resolved, workshop))
    const { packages, cache } = await stage('Packages', () => fetch(request, resolved, environment, workshop))
    setCacheOutputs(cache)
    const image = await stage('Image', () =>
      compute(request, environment, resolved, base, packages, workshop),
    )
    await stage('Outputs', () => deliver(request, image, workshop))
    const { tags, push, output } = request
    return {
      image,
      base: formatReference(base.image.pinned),
      tags,
      pushed: push,
      ...(output !== undefined && { output }),
      lock,
      cache,
    }
  } finally {
    await rm(workshop.scratch, { recursive: true, force: true })
  }
}

/** What is asked for. A frozen lockfile that the request names needs no environment file beside it. */
async function environmentFor(request: Request): Promise<Environment | undefined> {
  const { environmentFile, workspace, lock } = request
  try {
    return await readEnvironment(await findEnvironmentFile(environmentFile, workspace))
  } catch (error) {
    const isNeeded = lock.mode !== 'frozen' || lock.file === undefined
    if (isNeeded || !(error instanceof UserError) || error.input === undefined) throw error
    return undefined
  }
}

/** The lock: the one that is there where it may be used, else what micromamba solves. */
async function lockFor(
  request: Request,
  environment: Environment | undefined,
  { registry }: Workshop,
): Promise<{ resolved: ResolvedLock; lock: LockResult }> {
  const { workspace, platform, condarc } = request
  const { subdir } = platform
  const virtualPackages = defaultVirtualPackages(subdir)
  const baseImage = formatReference(request.base)
  const settings = {
    path: lockPath({
      template: request.lock.file,
      environmentFile: environment?.file ?? request.environmentFile,
      platform: subdir,
      workspace,
    }),
    secrets: environment?.secrets ?? [],
    chooseOwnLayer,
  }
  const { mode } = request.lock
  let micromamba: Micromamba | undefined
  const resolved =
    environment === undefined || mode === 'frozen'
      ? await resolveLock({ ...settings, mode: 'frozen', asked: { platform: subdir, baseImage } }, () => {
          throw new Error('a frozen lock is not solved')
        })
      : await resolveLock(
          {
            ...settings,
            mode,
            asked: askFor({ environment, platform: subdir, virtualPackages, baseImage, condarc }),
          },
          async () => {
            micromamba = await installMicromamba(request.micromamba)
            const question = { environment, platform: subdir, virtualPackages, condarc }
            const [packages, pinned] = await Promise.all([
              solve(micromamba, question),
              pinReference(request.base, registry),
            ])
            return { packages, micromambaVersion: micromamba.version, baseImage: formatReference(pinned) }
          },
        )
  const { header, packages } = resolved.lock
  return {
    resolved,
    lock: {
      file: relative(workspace, resolved.path),
      hash: resolved.hash,
      changed: resolved.changed,
      ...(resolved.difference && { difference: resolved.difference }),
      packages: packages.length,
      ...(header && { micromambaVersion: header.micromambaVersion }),
      ...(micromamba && { micromambaPath: micromamba.path }),
    },
  }
}

/** The base that the lock pins; one that pins none gets what the name stands for now. */
async function baseFor(
  request: Request,
  { lock }: ResolvedLock,
  { registry, uploader }: Workshop,
): Promise<Base> {
  const pinned = lock.header && parseReference(lock.header.baseImage)
  const image = await readBase(pinned ?? request.base, request.platform, registry)
  const files = await readBaseFiles(image.layers, isWiringFile)
  for (const layer of image.layers) void uploader?.add(layer)
  return { image, files, variables: environmentOf(image.config) }
}

/** The archives of the lock's packages, verified: from this machine, the cache, or their channels. */
async function fetch(
  request: Request,
  { lock, path, hash }: ResolvedLock,
  environment: Environment | undefined,
  { tarballs }: Workshop,
): Promise<{ packages: FetchedPackage[]; cache: CacheResult }> {
  const keys = cacheKeys(request.cache.key, request.platform.subdir, hash)
  const missing = await missingTarballs(lock.packages, tarballs)
  const matchedKey =
    request.cache.downloads && missing.length > 0 ? await restoreTarballs(tarballs, keys) : undefined
  const channels = environment?.channels.map(({ source }) => source) ?? []
  const packages = await fetchPackages(lock.packages, tarballs, {
    lockFile: relative(request.workspace, path),
    authorize: await channelCredentials(channels),
  })
  if (request.cache.downloads && request.cache.write) {
    saveState({ directory: tarballs, key: keys.primary, matchedKey, files: lock.packages.map(tarballName) })
  }
  const hit = packages.every(({ from }) => from === 'disk')
  return {
    packages,
    cache: { hit, primaryKey: keys.primary, ...(matchedKey !== undefined && { matchedKey }) },
  }
}

/** The image: the packages' layers on the base, and on them one of what belongs to no package. */
async function compute(
  request: Request,
  environment: Environment | undefined,
  { lock }: ResolvedLock,
  base: Base,
  packages: readonly FetchedPackage[],
  { scratch, uploader }: Workshop,
): Promise<Image> {
  const rootPrefix = base.variables.get('MAMBA_ROOT_PREFIX') ?? '/opt/conda'
  checkBase(base.files, rootPrefix)
  const user = chooseUser(base.files, base.variables)
  const plan = await planPrefix(packages, { prefix: rootPrefix, rootPrefix })
  checkPrefix(plan, request.linkScripts)

  const settings: LayerSettings = {
    owner: { uid: user.uid, gid: user.gid },
    compression: request.compression,
    directory: scratch,
  }
  const onLayer = (layer: ImageLayer) => void uploader?.add(layer)
  const own =
    lock.header?.ownLayer ?? chooseOwnLayer(packages.map(({ locked: { name }, size }) => ({ name, size })))
  const names = lock.packages.map(({ name }) => name)
  // Two layers are for micromamba and for what belongs to no package.
  const groups = groupPackages(names, own, Math.max(1, layerBudget - base.image.layers.length - 2))
  const packageLayers = await buildLayers(packages, plan, groups, settings, onLayer)

  const micromamba = await micromambaLayer(request, base, settings)
  const variables = environment?.variables ?? {}
  const activated = { ...(await packageVariables(plan)), ...variables }
  const files = environmentFiles(lock.packages, {
    time: new Date(fixedTime * 1000),
    specs: lock.header?.specs,
    variables,
  })
  const hasCertificates = names.includes('ca-certificates')
  const wiring = wire({
    base: base.files,
    user,
    rootPrefix,
    environments: [{ name: 'base', prefix: rootPrefix, variables: activated }],
    ...(hasCertificates && { certificates: `${rootPrefix}/ssl/cacert.pem` }),
  })
  const last = await buildLayer(
    'environment and wiring',
    concatenated(
      layerEntries(concatenated(overrides(plan, groups), files), plan.context, settings.owner),
      wiring,
    ),
    settings,
  )
  const application = await applicationLayer(request, base, settings)
  const layers = [...micromamba, ...packageLayers, last, ...application]
  layers.forEach(onLayer)

  return assembleImage(base.image, layers, request.platform, {
    user: user.name,
    environment: contractVariables(base.variables, user, rootPrefix),
    start: request.start,
    labels: contextAnnotations(process.env, { given: request.labels }),
    created: new Date(fixedTime * 1000).toISOString().replace('.000', ''),
    annotations: {
      ...contextAnnotations(process.env, { given: request.annotations }),
      [fingerprintAnnotation]: await fingerprint(request, lock, own, variables, base),
    },
  })
}

/** micromamba, for a base that has none. */
async function micromambaLayer(
  { micromamba, platform }: Request,
  { files }: Base,
  settings: LayerSettings,
): Promise<ImageLayer[]> {
  if (files.get('bin/micromamba')) return []
  const { path, version } = await installMicromamba(micromamba, platform.subdir)
  return [await buildLayer(`micromamba ${version}`, micromambaEntries(files, await readFile(path)), settings)]
}

/** The files that the request copies into the image. */
async function applicationLayer(
  { copy, workspace, start }: Request,
  { files }: Base,
  settings: LayerSettings,
): Promise<ImageLayer[]> {
  if (copy.length === 0) return []
  const { owner } = settings
  const entries = copyEntries(copy, { workspace, base: files, owner, workdir: start.workdir ?? '/tmp' })
  return [await buildLayer('application', entries, settings)]
}

/** The variables of a micromamba-docker image; what the base says of language and micromamba stays. */
function contractVariables(
  base: ReadonlyMap<string, string>,
  user: ImageUser,
  rootPrefix: string,
): Record<string, string> {
  return {
    MAMBA_USER: user.name,
    MAMBA_USER_ID: String(user.uid),
    MAMBA_USER_GID: String(user.gid),
    LANG: base.get('LANG') ?? 'C.UTF-8',
    LC_ALL: base.get('LC_ALL') ?? 'C.UTF-8',
    ENV_NAME: 'base',
    MAMBA_ROOT_PREFIX: rootPrefix,
    MAMBA_EXE: base.get('MAMBA_EXE') ?? '/bin/micromamba',
  }
}

/** The hash of all that determines the image, known before any of it is made. */
async function fingerprint(
  request: Request,
  lock: ResolvedLock['lock'],
  own: readonly string[],
  variables: Readonly<Record<string, string>>,
  { image }: Base,
): Promise<string> {
  const { platform, compression, labels, annotations, linkScripts, micromamba, start, copy } = request
  return digestOf(
    JSON.stringify([
      packerFormat,
      image.pinned.digest,
      lock.packages.map(({ url, checksum }) => [url.href, checksum.hex]),
      lock.header?.specs ?? [],
      own,
      variables,
      [platform.architecture, compression, linkScripts, micromamba.version, start],
      [
        contextAnnotations(process.env, { given: labels }),
        contextAnnotations(process.env, { given: annotations }),
      ],
      copy.length > 0 ? await copyFingerprint(copy, request) : null,
      wiringDigest(),
    ]),
  )
}

async function deliver(
  { tags, output, load, workspace }: Request,
  image: Image,
  { registry, uploader }: Workshop,
): Promise<void> {
  if (uploader) await pushImage(image, tags, registry, { uploader })
  if (output !== undefined) await writeLayout(image, resolve(workspace, output), tags)
  if (load) await loadImage(image, tags)
}

async function* concatenated<T>(...parts: (AsyncIterable<T> | Iterable<T>)[]): AsyncGenerator<T> {
  for (const part of parts) yield* part
}
