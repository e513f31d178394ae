import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { inputVariables, readInputs } from '../script/lib/action-metadata.ts'
import { environmentFile } from './e2e/job.ts'
import { startWorld } from './world/world.ts'

const project = join(import.meta.dirname, '..')
const parts = { releases: {}, registry: {}, base: {} } as const

let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let workspace: string
/** A channel that takes a request and never answers. */
let silent: Server
let address: string
beforeAll(async () => {
  world = await startWorld(parts)
  workspace = await mkdtemp(join(tmpdir(), 'cancelled-'))
  silent = createServer(() => undefined).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  address = `http://127.0.0.1:${(silent.address() as AddressInfo).port}` // it listens on TCP
})
afterAll(async () => {
  silent.closeAllConnections()
  silent.close()
  await rm(workspace, { recursive: true, force: true })
  await world.stop()
})

/** The main step, by its sources. It gets the signal when `when` is over, unless it has ended by then. */
async function cancel(
  inputs: Readonly<Record<string, string>>,
  environment: NodeJS.ProcessEnv,
  signal: NodeJS.Signals,
  when: () => Promise<unknown>,
) {
  const child = spawn(process.execPath, [join(project, 'src/main.ts')], {
    cwd: workspace,
    env: {
      ...process.env,
      ...world.environment,
      ...inputVariables(await readInputs(join(project, 'action.yml')), { ...world.inputs, ...inputs }),
      GITHUB_WORKSPACE: workspace,
      NODE_OPTIONS: '',
      ...environment,
    },
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (log += text))
  }
  const closed = once(child, 'close')
  await Promise.race([when(), closed])
  child.kill(signal)
  const [exitCode] = (await closed) as [number | null]
  return { exitCode, log }
}

/** The command lines of running programs that name a path. */
async function programsNaming(path: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return lines.filter((line) => line.includes(path)).map((line) => line.replaceAll('\0', ' '))
}

describe('a job that is cancelled while micromamba solves', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s: it is ended, and nothing stays', async (signal, code) => {
    await writeFile(join(workspace, 'env.yaml'), environmentFile(address, ['python']))
    const temporary = join(workspace, 'temp')
    const { exitCode, log } = await cancel({}, { RUNNER_TEMP: temporary }, signal, () =>
      once(silent, 'request'),
    )
    expect({ exitCode, log }).toMatchObject({ exitCode: code })
    expect(log.match(/^The job was cancelled \(SIG\w+\).*$/gm)).toHaveLength(1)
    expect(log).not.toContain('::error')
    expect(await programsNaming(temporary)).toEqual([])
    expect(await readdir(temporary)).toEqual([])
  })

  test('a micromamba that does not end by it is killed', async () => {
    const bin = join(workspace, 'bin')
    await mkdir(bin)
    const pid = join(workspace, 'pid')
    await writeFile(
      join(bin, 'micromamba'),
      `#!/bin/sh\n[ "$1" = create ] || exec echo 2.9.0\ntrap '' INT TERM\necho $$ >${pid}\nwhile :; do sleep 0.1; done\n`,
      { mode: 0o755 },
    )
    const started = async () => {
      while ((await readFile(pid, 'utf8').catch(() => '')) === '') await new Promise((r) => setTimeout(r, 50))
    }
    const temporary = join(workspace, 'temp')
    const { exitCode } = await cancel(
      { 'download-micromamba': 'false' },
      { RUNNER_TEMP: temporary, MAMBA_EXE: join(bin, 'micromamba') },
      'SIGTERM',
      started,
    )
    expect(exitCode).toBe(143)
    expect(await programsNaming(temporary)).toEqual([])
    expect(await readdir(temporary)).toEqual([])
  })
})

test('a runner whose temporary folder cannot be written is told so', async () => {
  await writeFile(join(workspace, 'file'), '')
  const temporary = join(workspace, 'file', 'temp')
  const never = () => new Promise(() => undefined)
  const { exitCode, log } = await cancel({}, { RUNNER_TEMP: temporary }, 'SIGTERM', never)
  expect(exitCode).toBe(1)
  expect(log).toContain(`${temporary}: the folder for temporary files cannot be written: `)
  expect(log).not.toContain('this is a bug')
})
