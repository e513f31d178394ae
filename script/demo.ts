import { execFileSync } from 'node:child_process'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startWorld } from '../__tests__/world/world.ts'
import { request } from '../src/common/http.ts'
import { containerEngine } from './lib/engine.ts'
import { runAction } from './lib/runner.ts'

/** What the quickstart needs of the world outside: a channel, micromamba's releases, a registry with the base image. */
const endpoints = [
  'https://conda.anaconda.org/conda-forge/noarch/repodata.json.zst',
  'https://github.com/mamba-org/micromamba-releases/releases',
  'https://registry-1.docker.io/v2/',
]

const project = join(import.meta.dirname, '..')
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
  console.error("and a stand-in for micromamba's solver. Everything after the solve is the real thing.\n")
  const world = await startWorld({ channel: {}, releases: {}, registry: {}, base: {} })
  try {
    const file = join(workspace, 'env.yaml')
    await writeFile(file, (await readFile(file, 'utf8')).replace('conda-forge', world.channel.url))
    // The addresses of the servers are others in each run, and so is the lock.
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
  if (!(await runPython(layout))) {
    console.log('\nThere is no container engine here to run the image. Its manifest:')
    const manifest = execFileSync('tar', ['-xOf', layout, `blobs/${digest.replace(':', '/')}`])
    console.log(JSON.stringify(JSON.parse(manifest.toString()), null, 2))
  }
  console.log(`\nThe image, an OCI layout: ${layout}\nIts digest: ${digest}`)
  return 0
}

/** Runs the image's python in the container engine of this machine, if there is one. */
async function runPython(layout: string): Promise<boolean> {
  const docker = containerEngine()
  const hasEngine = await docker(['info']).then(
    ({ code }) => code === 0,
    () => false,
  )
  if (!hasEngine) return false
  const loaded = await docker(['load', '--input', layout])
  if (loaded.code !== 0) {
    console.error(loaded.stderr)
    return false
  }
  const { stdout, stderr } = await docker(['run', '--rm', 'quickstart:demo', 'python', '--version'])
  console.log(`docker run quickstart:demo python --version: ${(stdout + stderr).trim()}`)
  return true
}
