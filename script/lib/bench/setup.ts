import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startWorld } from '../../../__tests__/world/world.ts'
import { mostOf } from './cases.ts'
import { startDockerBench, type DockerBench, type Requirements } from './docker.ts'
import type { Store } from './findings.ts'
import { measureFloor } from './floor.ts'
import { environmentOf, lockOf, readPackages, type BenchPackage } from './locks.ts'
import { measureOurs, type Ours } from './ours.ts'
import type { Measurement } from './types.ts'
import { requirementsOf, serveWheels, type BenchWheel } from './wheels.ts'

/** A world, a workspace in it, and engines, for rounds of the bench. */
export interface Bench {
  readonly packages: readonly BenchPackage[]
  /** `HOST/bench/NAME:latest` in the world's registry. */
  image(name: string): string
  /** A lockfile of `env.yaml` or another, with some packages in their second build. */
  lock(bumped: readonly string[], name?: string): Promise<string>
  /** What pip is to install, of a workload with wheels. */
  requirements(bumped: readonly string[]): Requirements | undefined
  ours(lock: string, inputs: Readonly<Record<string, string>>, name?: string): Promise<Measurement>
  /** Started when first asked for. */
  docker(kind: 'docker' | 'best' | `puller-${Store}`): Promise<DockerBench>
  floor(): number
  /** Waits until what was measured before has written to disk, so that the next does not pay for it. The others do so too. */
  settle(): void
  stop(): Promise<void>
}

/**
 * @param channel the folder of a workload
 * @param options.packages default: all of the channel
 * @param options.wheels those in its `wheels/` that are wanted
 */
export async function startBench(
  channel: string,
  options: { readonly packages?: readonly BenchPackage[]; readonly wheels?: readonly BenchWheel[] } = {},
): Promise<Bench> {
  const { packages, wheels = [] } = options
  const all = packages ?? (await readPackages(channel))
  const world = await startWorld({
    channel: { folder: channel },
    releases: {},
    registry: { direct: true },
    cache: {},
    base: { micromamba: true },
  })
  const index = wheels.length > 0 ? await serveWheels(join(channel, 'wheels'), wheels) : undefined
  const workspace = await mkdtemp(join(tmpdir(), 'bench-'))
  const servers = { ...world, ...(index && { index }) }
  const ours: Ours = { world: servers, workspace }
  const environments = { env: all, second: mostOf(all) }
  for (const [name, members] of Object.entries(environments)) {
    await writeFile(join(workspace, `${name}.yaml`), environmentOf(world.channel.url, members, wheels))
  }
  const engines = new Map<string, DockerBench>()
  return {
    packages: all,
    image: (name) => `${world.registry.host}/bench/${name}:latest`,
    lock: (bumped, name = 'env') =>
      lockOf({
        environmentFile: join(workspace, `${name}.yaml`),
        channel: world.channel.url,
        base: `${world.base.reference}@${world.base.digest}`,
        packages: name === 'second' ? environments.second : all,
        wheels,
        ...(index && { index }),
        bumped: new Set(bumped),
      }),
    requirements: (bumped) => index && { text: requirementsOf(wheels, new Set(bumped)), index: index.simple },
    ours(lock, inputs, name = 'env') {
      settle()
      return measureOurs(ours, { name, lock, inputs })
    },
    async docker(kind) {
      const engine =
        engines.get(kind) ??
        (await startDockerBench({
          servers,
          base: world.base.reference,
          best: kind === 'best' || kind === 'puller-containerd',
        }))
      engines.set(kind, engine)
      settle()
      return engine
    },
    floor() {
      settle()
      return measureFloor(all.map(({ builds }) => join(channel, 'linux-64', builds[0].fileName)))
    },
    settle,
    async stop() {
      for (const engine of engines.values()) await engine.stop()
      await rm(workspace, { recursive: true, force: true })
      await index?.stop()
      await world.stop()
    },
  }
}

function settle(): void {
  execFileSync('sync')
}
