import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { startEngine, type Engine } from '../../../__tests__/world/engine.ts'
import { seconds } from './types.ts'

const run = promisify(execFile)
const project = resolve(import.meta.dirname, '../../..')

/** An engine that builds and pushes images by the usual Dockerfile. */
export interface DockerBench {
  /** @returns seconds of `docker build` and `docker push` together */
  build(lock: string, tag: string): Promise<number>
  pull(tag: string): Promise<number>
  /** Standard output of a command in a new container. */
  ask(tag: string, ...command: readonly string[]): Promise<string>
  stop(): Promise<void>
}

/**
 * @param options.best with containerd's image store and zstd layers, pushed as they are built; else as most people have it, with gzip
 * @param options.base is pulled before anything is measured
 */
export async function startDockerBench(options: { base: string; best: boolean }): Promise<DockerBench> {
  const { base, best } = options
  const engine: Engine = await startEngine({ containerdSnapshotter: best })
  const folder = await mkdtemp(join(tmpdir(), 'bench-docker-'))
  const env = { ...process.env, ...engine.environment, BUILDX_CONFIG: join(folder, 'buildx') }
  const docker = async (...args: string[]) =>
    (await run('docker', args, { env, maxBuffer: 64 * 1024 * 1024 })).stdout
  const [context, tools] = [join(folder, 'context'), join(folder, 'tools')]
  await mkdir(context)
  await mkdir(tools)
  await installer(tools)
  await docker('pull', '--quiet', base)
  return {
    async build(lock, tag) {
      await writeFile(join(context, 'env.lock'), lock)
      await writeFile(join(context, 'Dockerfile'), dockerfile(base))
      const common = ['--network=host', `--build-context=tools=${tools}`, '--provenance=false']
      const start = performance.now()
      if (best) {
        const output = `type=image,name=${tag},push=true,registry.insecure=true,oci-mediatypes=true,compression=zstd,force-compression=true`
        await docker('buildx', 'build', ...common, `--output=${output}`, context)
      } else {
        await docker('buildx', 'build', ...common, '--load', `--tag=${tag}`, context)
        await docker('push', '--quiet', tag)
      }
      return seconds(start)
    },
    async pull(tag) {
      const start = performance.now()
      await docker('pull', '--quiet', tag)
      return seconds(start)
    },
    ask: (tag, ...command) => docker('run', '--rm', '--network=none', tag, ...command),
    async stop() {
      await engine.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** What people write, with the installer in micromamba's place. */
function dockerfile(base: string): string {
  return [
    `FROM ${base}`,
    'COPY env.lock /tmp/env.lock',
    'RUN --mount=type=bind,from=tools,target=/tools /tools/node /tools/index.js /tmp/env.lock /opt/conda',
    '',
  ].join('\n')
}

async function installer(tools: string): Promise<void> {
  await copyFile(process.execPath, join(tools, 'node'))
  const ncc = join(project, 'node_modules/.bin/ncc')
  await run(ncc, ['build', 'script/lib/bench/install.ts', '--out', tools, '--no-cache', '--quiet'], {
    cwd: project,
  })
}
