import * as core from '@actions/core'
import { showCommand } from '../common/command.ts'
import { UserError } from '../common/errors.ts'
import { foreignText } from '../common/foreign.ts'
import { formatPlatform, machinePlatform, variantLevel, type Platform } from '../common/platform.ts'
import type { Image } from '../oci/image.ts'
import { formatReference, type ImageReference } from '../registry/registry.ts'
import { imagesOf, isIndex, type Artifact } from './artifact.ts'
import { findEngine, type EngineCommand } from './engine.ts'
import { layoutFiles } from './layout-files.ts'
import { writeTar } from './layout-tar.ts'
import { distinctTags } from './targets.ts'

/**
 * Loads an image into the container engine of this machine, under its tags; of an index, the image for this machine's
 * processor. It goes there as a stream, without a file. Both of Docker's image stores take it, and so does podman.
 * @param environment where PATH is, and what the engine's command line gets: `DOCKER_HOST`, `CONTAINER_ENGINE`
 * @returns the engine's id of the image: `sha256:` and the digest of its config, or of its manifest where containerd's
 *   store keeps it
 * @throws UserError when there is no engine, when it refuses, or when it does not have the image afterwards
 */
export async function loadImage(
  artifact: Artifact,
  tags: readonly ImageReference[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const image = imageToLoad(artifact)
  const engine = await findEngine(environment)
  showCommand(engine.program, ['load'])
  const id = await loadInto(engine, image, tags)
  core.info(`${engine.program}: loaded ${[id, ...distinctTags(tags).map(formatReference)].join(', ')}`)
  return id
}

/**
 * Loads an image into an engine.
 * @param input which one an error is about
 * @returns as `loadImage`
 * @throws UserError as `loadImage`
 */
export async function loadInto(
  engine: EngineCommand,
  image: Image,
  tags: readonly ImageReference[],
  input = 'load',
): Promise<string> {
  const files = layoutFiles(image, tags)
  const { ok, stdout, stderr } = await engine.run(['load'], (stdin) => writeTar(files, stdin))
  if (!ok) throw engineFailure(engine, 'load failed', stderr, input)
  core.debug(stdout)
  return idOf(engine, image, distinctTags(tags).map(formatReference), input)
}

/**
 * Finds out before there is an image whether it could be loaded.
 * @param platforms that the image is made for
 * @throws UserError when there is no engine, when it does not answer, or when none of the platforms is this machine's
 */
export async function checkEngine(
  platforms: readonly Platform[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  if (platforms.length > 1) suitableFor(platforms)
  const engine = await findEngine(environment)
  const { ok, stderr } = await engine.run(['version'])
  if (!ok) throw engineFailure(engine, 'does not answer', stderr)
}

/** @param what did not go well; of it the engine said `stderr` */
export function engineFailure(
  { program }: EngineCommand,
  what: string,
  stderr: string,
  input = 'load',
): UserError {
  return new UserError(`${program} ${what}: ${foreignText(stderr) || 'it did not say why'}`, {
    at: { input },
    advice: `Check with \`${program} info\` that the engine runs and that this user may use it; DOCKER_HOST or CONTAINER_ENGINE choose another one.`,
  })
}

function imageToLoad(artifact: Artifact): Image {
  if (!isIndex(artifact)) return artifact
  const images = imagesOf(artifact)
  const image = images[suitableFor(images.map(({ platform }) => platform))]
  if (!image) throw new Error('an index has the image of each of its platforms')
  return image
}

/** The position of the platform that is this machine's. */
function suitableFor(platforms: readonly Platform[]): number {
  const machine = machinePlatform()
  // Of several variants the lowest, which runs wherever another does.
  const [lowest] = platforms
    .filter(({ architecture }) => architecture === machine.architecture)
    .sort((a, b) => variantLevel(a) - variantLevel(b))
  if (lowest) return platforms.indexOf(lowest)
  const made = platforms.map(formatPlatform).join(', ')
  throw new UserError(`this machine is ${formatPlatform(machine)}, and the image is made for ${made}`, {
    at: { input: 'load' },
    advice: `Add ${formatPlatform(machine)} to 'platforms', or leave 'load' at false.`,
  })
}

/** Looks for the image under its names, or by its digests when it has none. */
async function idOf(
  engine: EngineCommand,
  image: Image,
  names: readonly string[],
  input: string,
): Promise<string> {
  const ids = [image.manifest, image.config].map(({ descriptor }) => descriptor.digest as string)
  const found: (string | undefined)[] = []
  for (const name of names.length > 0 ? names : ids) found.push(await inspect(engine, name))
  const missing = names.filter((_name, index) => !ids.includes(found[index] ?? ''))
  const id = found.find((it) => it !== undefined && ids.includes(it))
  if (id !== undefined && missing.length === 0) return id
  throw new UserError(
    `${engine.program} load succeeded, but afterwards the engine does not have ${[...missing, ...ids].join(', ')}`,
    { at: { input }, advice: 'Check that nothing else loads or removes images there meanwhile.' },
  )
}

/** @returns undefined when the engine has nothing of that name; podman leaves out `sha256:` */
async function inspect(engine: EngineCommand, name: string): Promise<string | undefined> {
  const { ok, stdout } = await engine.run(['image', 'inspect', '--format', '{{.Id}}', name])
  return ok ? `sha256:${stdout.trim().replace(/^sha256:/, '')}` : undefined
}
