import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { environmentFile } from '../../../__tests__/e2e/job.ts'
import { pushDistroless } from '../../../__tests__/world/distroless.ts'
import type { PushedImage } from '../../../__tests__/world/push-image.ts'
import { startWorld } from '../../../__tests__/world/world.ts'
import { readFrom } from '../../../src/base/base.ts'
import { parseBaseName } from '../../../src/base/name.ts'
import { openSource } from '../../../src/base/source.ts'
import { mapConcurrently } from '../../../src/common/concurrency.ts'
import { machinePlatform } from '../../../src/common/platform.ts'
import { excludeSets } from '../../../src/prefix/exclude-sets.ts'
import { createRegistryClient } from '../../../src/registry/registry.ts'
import { bytesOf } from '../../../src/size/image.ts'
import { startDockerBench, type DockerBench } from '../bench/docker.ts'
import { environmentOf, lockOf, readPackages } from '../bench/locks.ts'
import { middleOf } from '../bench/types.ts'
import { runAction } from '../runner.ts'
import { readLayerContents } from '../size/layer-contents.ts'
import { stackLayers } from '../size/visible.ts'
import type { SubjectFindings, Way, Weight } from './findings.ts'
import type { Subject } from './subjects.ts'

/** All sets of `exclude`. */
const everySet = Object.keys(excludeSets)
  .map((name) => `@${name}`)
  .join('\n')

/** How often a container is started; the time in the middle counts. */
const starts = 3

/** Makes images of an environment, by the usual Dockerfile and by the action, and weighs them. */
export async function measureSubject(subject: Subject): Promise<SubjectFindings> {
  const folder = await subject.channel()
  const world = await startWorld({
    channel: { folder },
    releases: {},
    registry: { direct: true },
    base: { micromamba: true, system: 'debian' },
  })
  const workspace = await mkdtemp(join(tmpdir(), 'size-compare-'))
  const engines: DockerBench[] = []
  const start = async (best: boolean) => {
    const engine = await startDockerBench({ servers: world, base: world.base.reference, best })
    engines.push(engine)
    return engine
  }
  try {
    const name = (way: Way) => `${world.registry.host}/compare/${subject.name}-${way}:latest`
    const lockFile = join(workspace, `env.${machinePlatform().subdir}.lock`)
    const make = async (way: Way, base: PushedImage, inputs: Readonly<Record<string, string>>) => {
      await writeEnvironment(subject, { workspace, lockFile, folder, channel: world.channel.url, base })
      const { exitCode, log, outputs } = await runAction({
        inputs: {
          ...world.inputs,
          ...{ 'base-image': base.reference, tags: name(way), push: 'true', 'cache-downloads': 'false' },
          ...inputs,
        },
        environment: world.environment,
        workspace,
      })
      if (exitCode !== 0) throw new Error(log)
      return outputs['image'] ?? ''
    }
    const images: Partial<Record<Way, string>> = { plain: await make('plain', world.base, {}) }
    const lock = await readFile(lockFile, 'utf8')
    images.docker = (await (await start(false)).build(lock, name('docker'))).image
    images.sets = await make('sets', world.base, { exclude: everySet })
    const distroless = await pushDistroless(world.registry, 'distroless/cc-debian12:nonroot', {
      user: 'nonroot',
    })
    images.smallest = await make('smallest', distroless, { exclude: everySet })
    const puller = await start(true)
    const weights: Partial<Record<Way, Weight>> = {}
    // Of an object that has no others.
    for (const [way, image] of Object.entries(images) as [Way, string][]) {
      weights[way] = { ...(await weigh(image)), ...(await pullAndStart(puller, image, subject, way)) }
    }
    return { name: subject.name, title: subject.title, weights }
  } finally {
    for (const engine of engines) await engine.stop()
    await rm(workspace, { recursive: true, force: true })
    await world.stop()
  }
}

/** Writes the environment file, and where nothing is to be solved the lockfile. */
async function writeEnvironment(
  { dependencies, packages }: Subject,
  {
    workspace,
    lockFile,
    folder,
    channel,
    base,
  }: { workspace: string; lockFile: string; folder: string; channel: string; base: PushedImage },
): Promise<void> {
  const file = join(workspace, 'env.yaml')
  await rm(lockFile, { force: true })
  if (dependencies) {
    await writeFile(file, environmentFile(channel, await dependencies()))
    return
  }
  const all = await readPackages(folder)
  const chosen = packages ? all.filter(({ name }) => packages.includes(name)) : all
  await writeFile(file, environmentOf(channel, chosen))
  const pinned = `${base.reference}@${base.digest}`
  const lock = { environmentFile: file, channel, base: pinned, packages: chosen, bumped: new Set<string>() }
  await writeFile(lockFile, await lockOf(lock))
}

/** What an image of a registry weighs, by its layers. */
async function weigh(image: string): Promise<Pick<Weight, 'compressed' | 'unpacked' | 'files'>> {
  const source = openSource(parseBaseName(image, { defaultTag: 'latest' }), createRegistryClient(), '.')
  const { layers } = await readFrom(source, image, machinePlatform())
  const contents = await mapConcurrently(layers, 2, readLayerContents)
  const sizes = contents.flatMap(({ files }) => files.map(({ size }) => size))
  return {
    compressed: bytesOf(layers),
    unpacked: sizes.reduce((sum, size) => sum + size, 0),
    files: stackLayers(contents).files.size,
  }
}

/**
 * A container that was not started before is slower; those behind it are what each more of it costs. What the Dockerfile stands on here
 * has not the entrypoint of micromamba-docker, so there none is run.
 */
async function pullAndStart(
  engine: DockerBench,
  image: string,
  { command: [program = '', ...args], variables = {} }: Subject,
  way: Way,
): Promise<Pick<Weight, 'pull' | 'start'>> {
  await engine.empty()
  const { wall } = await engine.pull(image)
  const given = Object.entries(variables).map(([name, value]) => `--env=${name}=${value}`)
  const [options, command] =
    way === 'docker' ? [[...given, `--entrypoint=${program}`], args] : [given, [program, ...args]]
  const times: number[] = []
  for (let number = 0; number < starts; number++) times.push(await engine.start(image, command, options))
  return { pull: wall, start: middleOf(times, (time) => time) }
}
