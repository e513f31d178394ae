import * as core from '@actions/core'
import { showCommand } from '../common/command.ts'
import { UserError } from '../common/errors.ts'
import { formatPlatform, machinePlatform } from '../common/platform.ts'
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
  const files = layoutFiles(image, tags)
  showCommand(engine.program, ['load'])
  const { ok, stdout, stderr } = await engine.run(['load'], (stdin) => writeTar(files, stdin))
  if (!ok) {
    throw new UserError(`${engine.program} load failed: ${stderr.trim() || 'it did not say why'}`, {
      at: { input: 'load' },
      advice: `Check with \`${engine.program} info\` that the engine runs and that this user may use it; DOCKER_HOST or CONTAINER_ENGINE choose another one.`,
    })
  }
  core.debug(stdout)
  const names = distinctTags(tags).map(formatReference)
  const id = await idOf(engine, image, names)
  core.info(`${engine.program}: loaded ${[id, ...names].join(', ')}`)
  return id
}

function imageToLoad(artifact: Artifact): Image {
  if (!isIndex(artifact)) return artifact
  const machine = machinePlatform()
  const images = imagesOf(artifact)
  const suitable = images.find(({ platform }) => platform.architecture === machine.architecture)
  if (suitable) return suitable
  const made = images.map(({ platform }) => formatPlatform(platform)).join(', ')
  throw new UserError(`this machine is ${formatPlatform(machine)}, and the image is made for ${made}`, {
    at: { input: 'load' },
    advice: `Add ${formatPlatform(machine)} to 'platforms', or leave 'load' at false.`,
  })
}

/** Looks for the image under its names, or by its digests when it has none. */
async function idOf(engine: EngineCommand, image: Image, names: readonly string[]): Promise<string> {
  const ids = [image.manifest, image.config].map(({ descriptor }) => descriptor.digest as string)
  const found: (string | undefined)[] = []
  for (const name of names.length > 0 ? names : ids) found.push(await inspect(engine, name))
  const missing = names.filter((_name, index) => !ids.includes(found[index] ?? ''))
  const id = found.find((it) => it !== undefined && ids.includes(it))
  if (id !== undefined && missing.length === 0) return id
  throw new UserError(
    `${engine.program} load succeeded, but afterwards the engine does not have ${[...missing, ...ids].join(', ')}`,
    { at: { input: 'load' }, advice: 'Check that nothing else loads or removes images there meanwhile.' },
  )
}

/** @returns undefined when the engine has nothing of that name; podman leaves out `sha256:` */
async function inspect(engine: EngineCommand, name: string): Promise<string | undefined> {
  const { ok, stdout } = await engine.run(['image', 'inspect', '--format', '{{.Id}}', name])
  return ok ? `sha256:${stdout.trim().replace(/^sha256:/, '')}` : undefined
}
