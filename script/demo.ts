import { execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startWorld } from '../__tests__/world/world.ts'
import { isDigest } from '../src/common/digest.ts'
import { request } from '../src/common/http.ts'
import { containerEngine } from './lib/engine.ts'
import { readLayout } from './lib/image-source.ts'
import { layerTable } from './lib/layer-table.ts'
import { runAction } from './lib/runner.ts'
import { startConfig, startUnpacked } from './lib/start-unpacked.ts'
import { unpackLayers } from './lib/unpack.ts'

/** What the quickstart needs of the world outside: a channel, micromamba's releases, a registry with the base image. */
const endpoints = [
  'https://conda.anaconda.org/conda-forge/noarch/repodata.json.zst',
  'https://github.com/mamba-org/micromamba-releases/releases',
  'https://registry-1.docker.io/v2/',
]

const project = join(import.meta.dirname, '..')
const python = ['python', '--version']
const workspace = join(project, '.cache', 'demo')
await mkdir(workspace, { recursive: true })
await cp(join(project, 'examples/quickstart/env.yaml'), join(workspace, 'env.yaml'))

const silent = await silentEndpoints()
const exitCode = silent.length === 0 ? await demonstrate() : await demonstrateOnLoopback()
process.exit(exitCode)

/** Those that do not answer within a few seconds. */
async function silentEndpoints(): Promise<string[]> {
  const answers = await Promise.allSettled(
    endpoints.map((url) =>
      Promise.race([
        request({ method: 'HEAD', url: new URL(url), retries: 0 }).then(({ body }) => body.destroy()),
        new Promise((_, reject) => setTimeout(reject, 5_000, new Error('no answer'))),
      ]),
    ),
  )
  return endpoints.filter((_, index) => answers[index]?.status === 'rejected')
}

async function demonstrateOnLoopback(): Promise<number> {
  const hosts = silent.map((url) => new URL(url).hostname).join(', ')
  console.error(
    `No answer from ${hosts}: the demo uses servers on loopback instead, with packages made of Debian's`,
  )
  console.error("and a stand-in for micromamba's solver. Everything after the solve is the real thing.")
  console.error("The lockfile has the servers' ports, which are others in each run, and so is the digest.\n")
  const world = await startWorld({ channel: {}, releases: {}, registry: {}, base: {} })
  try {
    const file = join(workspace, 'env.yaml')
    await writeFile(file, (await readFile(file, 'utf8')).replace('conda-forge', world.channel.url))
    return await demonstrate({ ...world.inputs, 'lock-mode': 'update' }, world.environment)
  } finally {
    await world.stop()
  }
}

async function demonstrate(
  inputs: Readonly<Record<string, string>> = {},
  environment: NodeJS.ProcessEnv = {},
): Promise<number> {
  const { exitCode, outputs } = await runAction({
    inputs: { tags: 'quickstart:demo', output: 'image.tar', ...inputs },
    environment,
    workspace,
    onLog: (text) => process.stderr.write(text),
  })
  if (exitCode !== 0) return exitCode
  const layout = join(workspace, 'image.tar')
  const digest = outputs['digest'] ?? ''
  await show(layout, digest)
  console.log(`\nThe image, an OCI layout: ${layout}\nIts digest: ${digest}`)
  return 0
}

/** The image's layers, and its python running: in the container engine of this machine, or from the files themselves. */
async function show(archive: string, digest: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'demo-'))
  try {
    execFileSync('tar', ['-xf', archive, '-C', scratch])
    if (!isDigest(digest)) throw new Error(`'${digest}' is no digest`)
    const image = await readLayout(scratch, digest)
    console.log(`\n${layerTable(image.layers)}\n`)
    if (await runInEngine(archive)) return
    console.log('There is no container engine here: python runs from the unpacked layers.')
    const root = join(scratch, 'root')
    await mkdir(root)
    await unpackLayers(
      image.layers.map(({ digest, descriptor }) => ({
        file: join(scratch, 'blobs', digest.replace(':', '/')),
        mediaType: String(descriptor['mediaType']),
      })),
      root,
    )
    const start = await startUnpacked(root, startConfig(image.config), python)
    if ('problems' in start) {
      console.log(`This machine lets no process have the image's files as its own:`)
      for (const problem of start.problems) console.log(`  ${problem}`)
      return
    }
    const { stdout, stderr } = start.outcome
    console.log(`${python.join(' ')}, ${start.way}: ${(stdout + stderr).trim()}`)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Runs the image's python in the container engine of this machine, if there is one. */
async function runInEngine(archive: string): Promise<boolean> {
  const docker = containerEngine()
  const hasEngine = await docker(['info']).then(
    ({ code }) => code === 0,
    () => false,
  )
  if (!hasEngine) return false
  const loaded = await docker(['load', '--input', archive])
  if (loaded.code !== 0) {
    console.error(loaded.stderr)
    return false
  }
  const { stdout, stderr } = await docker(['run', '--rm', 'quickstart:demo', ...python])
  console.log(`docker run quickstart:demo ${python.join(' ')}: ${(stdout + stderr).trim()}`)
  return true
}
