import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { rootCertificates } from 'node:tls'
import { promisify } from 'node:util'
import { startEngine } from '../../../__tests__/world/engine.ts'
import { watchProcesses } from './processes.ts'
import { watchTraffic, type Servers } from './traffic.ts'
import { seconds, type Measurement, type Pull } from './types.ts'

const run = promisify(execFile)
const project = resolve(import.meta.dirname, '../../..')

/** An engine that builds and pushes images by the usual Dockerfile. */
export interface DockerBench {
  /** `docker build` and `docker push`; CPU and memory are those of the engine and of what runs in it. */
  build(lock: string, tag: string, requirements?: Requirements): Promise<Measurement>
  /** Pulls an image into an engine that has the layers of another. */
  pull(image: string): Promise<Pull>
  /** Standard output of a command in a new container. */
  ask(image: string, ...command: readonly string[]): Promise<string>
  /**
   * Starts a container that writes a line.
   * @param options for `docker run`
   * @returns seconds until its first
   */
  start(image: string, command: readonly string[], options: readonly string[]): Promise<number>
  /** Forgets all images and what was kept of builds. */
  empty(): Promise<void>
  stop(): Promise<void>
}

/** What pip installs behind the packages. */
export interface Requirements {
  /** Of a requirements file. */
  readonly text: string
  readonly index: string
}

export interface DockerOptions {
  readonly servers: Servers
  /** Is pulled before anything is measured. */
  readonly base: string
  /** With containerd's image store and zstd layers, pushed as they are built; else as most people have it, with gzip. */
  readonly best: boolean
}

const isReal = process.env['MICROMAMBA_EXE'] !== undefined

/** What installs the packages in docker's builds. */
export const installer = isReal ? 'micromamba' : 'a stand-in for micromamba, `script/lib/bench/install.ts`'

export async function startDockerBench({ servers, base, best }: DockerOptions): Promise<DockerBench> {
  const engine = await startEngine({ containerdSnapshotter: best, newDisk: true })
  const folder = await mkdtemp(join(tmpdir(), 'bench-docker-'))
  const env = { ...process.env, ...engine.environment, BUILDX_CONFIG: join(folder, 'buildx') }
  const docker = async (...args: readonly string[]) =>
    (await run('docker', args, { env, maxBuffer: 64 * 1024 * 1024 })).stdout
  const stop = async () => {
    await engine.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const [context, tools] = [join(folder, 'context'), join(folder, 'tools')]
    await mkdir(context)
    await mkdir(tools)
    await bundleInstaller(tools)
    await docker('pull', '--quiet', base)
    const common = ['--network=host', `--build-context=tools=${tools}`, '--provenance=false']
    return {
      async build(lock, tag, requirements) {
        await writeFile(join(context, 'Dockerfile'), dockerfile(base, isReal, requirements?.index))
        await writeFile(join(context, 'env.lock'), lock)
        if (requirements) await writeFile(join(context, 'requirements.txt'), requirements.text)
        const [traffic, processes] = [watchTraffic(servers), watchProcesses(engine.process)]
        const [metadata, start] = [join(folder, 'metadata.json'), performance.now()]
        let build: number | undefined
        if (best) {
          const output = `type=image,name=${tag},push=true,registry.insecure=true,oci-mediatypes=true,compression=zstd,force-compression=true`
          await docker(
            'buildx',
            'build',
            ...common,
            `--metadata-file=${metadata}`,
            `--output=${output}`,
            context,
          )
        } else {
          await docker('buildx', 'build', ...common, '--load', `--tag=${tag}`, context)
          build = seconds(start)
          await docker('push', '--quiet', tag)
        }
        const wall = seconds(start)
        const digest = best
          ? digestIn(await readFile(metadata, 'utf8'))
          : (await docker('inspect', '--format={{(index .RepoDigests 0)}}', tag)).trim().split('@')[1]
        return {
          wall,
          ...processes(),
          ...(await traffic()),
          ...(build !== undefined && { build }),
          image: `${tag.replace(/:[^:/]+$/, '')}@${digest ?? ''}`,
        }
      },
      async pull(image) {
        const [traffic, start] = [watchTraffic(servers), performance.now()]
        await docker('pull', '--quiet', image)
        const wall = seconds(start)
        return { wall, bytes: (await traffic()).pulled }
      },
      ask: (image, ...command) => docker('run', '--rm', '--network=none', image, ...command),
      async start(image, command, options) {
        const words = ['run', '--rm', '--network=none', ...options, image, ...command]
        const started = performance.now()
        const child = spawn('docker', words, { env, stdio: ['ignore', 'pipe', 'pipe'] })
        let said = ''
        let first: number | undefined
        child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
        child.stdout.on('data', () => (first ??= seconds(started)))
        await once(child, 'close')
        if (first === undefined) throw new Error(`${image} wrote nothing: ${said}`)
        return first
      },
      async empty() {
        await docker('system', 'prune', '--all', '--force')
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/**
 * What people write, with the stand-in where micromamba would be. The real one ends with "No CA certificates found on system"
 * where there are none, also when the channel speaks http, and the base of the bench has none. So it is not to verify any; the
 * packages are verified all the same, by the lockfile. What pip installs lies in a layer of its own, so that the packages are found in
 * the build cache when a wheel is bumped.
 * @param index where pip finds what `requirements.txt` asks for
 */
export function dockerfile(base: string, isReal: boolean, index?: string): string {
  const install = isReal
    ? 'export MAMBA_SSL_VERIFY=false && micromamba install --yes --name base --file /tmp/env.lock && micromamba clean --all --yes'
    : '--mount=type=bind,from=tools,target=/tools /tools/node /tools/index.js /tmp/env.lock /opt/conda'
  return [
    `FROM ${base}`,
    'SHELL ["/bin/bash", "-c"]',
    'COPY env.lock /tmp/env.lock',
    `RUN ${install}`,
    ...(index === undefined
      ? []
      : [
          'COPY requirements.txt /tmp/requirements.txt',
          // The channel's pip, which is Debian's, reads the system's certificates when it starts, and the base has none.
          `RUN --mount=type=bind,from=tools,source=certificates.pem,target=/etc/ssl/certs/ca-certificates.crt /opt/conda/bin/python -m pip install --no-cache-dir --index-url ${index} --requirement /tmp/requirements.txt`,
        ]),
    '',
  ].join('\n')
}

async function bundleInstaller(tools: string): Promise<void> {
  await copyFile(process.execPath, join(tools, 'node'))
  await writeFile(join(tools, 'certificates.pem'), rootCertificates.join('\n'))
  const ncc = join(project, 'node_modules/.bin/ncc')
  await run(ncc, ['build', 'script/lib/bench/install.ts', '--out', tools, '--no-cache', '--quiet'], {
    cwd: project,
  })
}

function digestIn(metadata: string): string {
  // buildx writes it.
  return (JSON.parse(metadata) as { 'containerimage.digest': string })['containerimage.digest']
}
