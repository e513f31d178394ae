import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, glob, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join, resolve } from 'node:path'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { ActionOutcome } from '../../script/lib/runner.ts'
import { formsOf } from '../../src/common/secrets.ts'
import { proxyPassword, startCompany, type Company } from '../world/company.ts'
import { listen, type LoopbackServer } from '../world/loopback.ts'
import { passOn } from '../world/pass-on.ts'
import { startWorld } from '../world/world.ts'
import { createJob, environmentFile, type Job } from './job.ts'

const parts = { channel: {}, releases: {}, registry: {}, base: {} } as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let company: Company
let job: Job

const password = 'sw0rd/fish @1'
const bearer = 'bearer-token-17'
const token = 'tk-abcdef-99'
const login = Buffer.from(`ci:${password}`).toString('base64')

/** What was sent to storage, of which no channel's credentials are to be part. */
let toStorage: IncomingMessage[] = []

/** A server by plain http, to which archives and blobs are sent while it is there; and what was asked of it. */
let plain: LoopbackServer | undefined
let toPlain: string[] = []

/** A channel that keeps its archives elsewhere, and sends whoever may have them there. */
function channel(isAllowed: (request: IncomingMessage) => boolean, strip = /^\/team/) {
  return async (request: IncomingMessage, response: ServerResponse) => {
    if (!isAllowed(request)) {
      response.writeHead(401).end()
      return
    }
    request.url = (request.url ?? '').replace(strip, '')
    if (plain && /\.(conda|bz2)$/.test(request.url)) {
      response.writeHead(302, { location: `http://${plain.host}${request.url}?signature=1` }).end()
    } else if (/\.(conda|bz2)$/.test(request.url)) {
      response.writeHead(302, { location: `https://storage.company.test${request.url}?signature=1` }).end()
    } else await passOn(new URL(world.channel.url).host, request, response, { sent: 0, received: 0 })
  }
}

beforeAll(async () => {
  world = await startWorld(parts)
  company = await startCompany({
    'conda.company.test': channel(({ headers }) => headers.authorization === `Basic ${login}`),
    'repo.company.test': channel(({ headers }) => headers.authorization === `Bearer ${bearer}`),
    'quetz.company.test': channel(({ url = '' }) => url.startsWith(`/t/${token}/team/`), /^\/t\/[^/]*\/team/),
    'storage.company.test': async (request, response) => {
      toStorage.push(request)
      request.url = (request.url ?? '').replace(/\?.*/, '')
      await passOn(new URL(world.channel.url).host, request, response, { sent: 0, received: 0 })
    },
    'registry.company.test': async (request, response) => {
      if (plain && request.method === 'GET' && /\/blobs\//.test(request.url ?? '')) {
        response.writeHead(307, { location: `http://${plain.host}${request.url ?? ''}` }).end()
      } else await passOn(world.registry.host, request, response, { sent: 0, received: 0 })
    },
  })
  job = await createJob(
    {
      ...world.inputs,
      'auth-host': 'conda.company.test/team\nrepo.company.test\nquetz.company.test',
      'auth-username': 'conda.company.test/team=ci',
      'auth-password': `conda.company.test/team=${password}`,
      'auth-token': `repo.company.test=${bearer}`,
      'auth-conda-token': `quetz.company.test=${token}`,
      'cache-from': 'none',
      'lock-mode': 'update',
      output: 'layout',
      tags: 'registry.company.test/app:latest',
      push: 'true',
    },
    {
      ...world.environment,
      HTTPS_PROXY: company.proxy,
      NO_PROXY: '127.0.0.1',
      NODE_EXTRA_CA_CERTS: undefined,
      SSL_CERT_FILE: undefined,
    },
  )
})
afterAll(async () => {
  await job.remove()
  await company.stop()
  await world.stop()
})
beforeEach(() => {
  toStorage = []
})

const secrets = [
  ...[password, bearer, token, proxyPassword].flatMap(formsOf),
  ...formsOf({ user: 'ci', password }),
]

/** The secrets in a text, or in bytes that may be compressed. */
function secretsIn(content: string | Buffer): string[] {
  const contents = typeof content === 'string' ? [content] : [content.toString('latin1'), unpacked(content)]
  return secrets.filter((secret) => contents.some((text) => text.includes(secret)))
}

function unpacked(content: Buffer): string {
  if (content.readUInt32LE(0) === 0xfd2fb528) return zstdDecompressSync(content).toString('latin1')
  return content.readUInt16BE(0) === 0x1f8b ? gunzipSync(content).toString('latin1') : ''
}

async function filesWithSecrets(folder: string): Promise<string[]> {
  const found: string[] = []
  for await (const entry of glob('**', { cwd: folder, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const content = await readFile(file)
    if (content.length > 3 && secretsIn(content).length > 0) found.push(file)
  }
  return found
}

/** Watches a run: the arguments of all processes, and the modes of micromamba's credentials. */
async function watched(run: () => Promise<ActionOutcome>) {
  const argvs = new Set<string>()
  const modes = new Set<number>()
  let isOver = false
  const outcome = run().finally(() => (isOver = true))
  const temporary = world.environment['RUNNER_TEMP'] ?? ''
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- it changes meanwhile
  while (!isOver) {
    for (const pid of await readdir('/proc')) {
      if (!/^\d+$/.test(pid)) continue
      argvs.add(await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => ''))
    }
    const pattern = 'micromamba-image-*/solve-*/home/.mamba/auth/authentication.json'
    for await (const file of glob(pattern, { cwd: temporary })) {
      const found = await stat(join(temporary, file)).catch(() => undefined)
      if (found) modes.add(found.mode & 0o777)
    }
    await new Promise((done) => setTimeout(done, 10))
  }
  return { outcome: await outcome, argvs: [...argvs], modes: [...modes] }
}

test('credentials reach three kinds of channels through a proxy, and are to be found nowhere', async () => {
  await job.write('one.yaml', environmentFile('https://conda.company.test/team', ['tiny']))
  await job.write('two.yaml', environmentFile('https://repo.company.test/team', ['activation']))
  await job.write('three.yaml', environmentFile('https://quetz.company.test/team', ['tiny', 'hello']))
  const { outcome, argvs, modes } = await watched(() =>
    job.run(
      { 'environment-file': 'one.yaml\ntwo.yaml\nthree.yaml', 'compile-pyc': 'false', 'log-level': 'debug' },
      { SSL_CERT_FILE: company.certificate, RUNNER_DEBUG: '1' },
    ),
  )
  const { exitCode, log, outputs, summary, state } = outcome
  expect(exitCode === 0 || log).toBe(true)
  expect(outputs['digest']).toMatch(/^sha256:/)
  const lock = await readFile(join(job.workspace, 'three.linux-64.lock'), 'utf8')
  expect(lock).toMatch(/^https:\/\/quetz.company.test\/team\/\S+#sha256:/m)
  expect(company.connections).toEqual(
    expect.arrayContaining(['conda.company.test:443', 'repo.company.test:443', 'registry.company.test:443']),
  )

  // A presigned address opens by itself, and storage refuses a second way in.
  expect(toStorage.length).toBeGreaterThan(2)
  expect(toStorage.filter(({ headers }) => headers.authorization !== undefined)).toEqual([])

  expect(modes).toEqual([0o600])
  expect(argvs.some((argv) => argv.includes('--dry-run'))).toBe(true)
  expect(argvs.filter((argv) => secretsIn(argv).length > 0)).toEqual([])
  for (const text of [log, summary, JSON.stringify(outputs), JSON.stringify(state)]) {
    expect(secretsIn(text)).toEqual([])
  }
  expect(await filesWithSecrets(job.workspace)).toEqual([])
  expect(await filesWithSecrets(world.environment['RUNNER_TEMP'] ?? '')).toEqual([])
})

describe('the certificate of a company', () => {
  beforeAll(() => job.write('env.yaml', environmentFile('https://conda.company.test/team', ['tiny'])))

  test('is trusted by micromamba, for channels and for registries, by whatever names it', async () => {
    const { certificate } = company
    const ways: [Record<string, string>, NodeJS.ProcessEnv][] = [
      [{}, { NODE_EXTRA_CA_CERTS: certificate }],
      [{ condarc: `ssl_verify: ${certificate}` }, {}],
    ]
    for (const [inputs, environment] of ways) {
      const { exitCode, log } = await job.run(inputs, environment)
      expect(exitCode === 0 || log).toBe(true)
    }
  })

  test('is needed, and a file that is none is named', async () => {
    const unknown = await job.run()
    expect(unknown.exitCode).toBe(1)
    expect(unknown.log).toMatch(/certificate/)
    expect(unknown.log).not.toContain('this is a bug')
    const wrong = await job.run({}, { SSL_CERT_FILE: join(job.workspace, 'env.yaml') })
    expect(wrong.log).toContain('the certificates cannot be read: there is no certificate in it')
  })
})

test('from https nothing is followed to plain http, neither archives nor blobs, and nothing is sent there', async () => {
  const trusting = { SSL_CERT_FILE: company.certificate }
  await job.write('down.yaml', environmentFile('https://conda.company.test/team', ['tiny']))
  const inputs = { 'environment-file': 'down.yaml', 'compile-pyc': 'false' }
  const own = (world.inputs['base-image'] ?? '').replace(world.registry.host, 'registry.company.test')
  const server = await listen((request, response) => {
    toPlain.push(`${request.method ?? ''} ${request.url ?? ''}`)
    response.end('here')
  })
  toPlain = []
  try {
    plain = server
    for (const [more, host] of [
      [{}, 'conda.company.test'],
      [{ 'base-image': own }, 'registry.company.test'],
    ] as const) {
      const { exitCode, log } = await job.run({ ...inputs, ...more }, trusting)
      expect(exitCode).toBe(1)
      expect(log).toContain(`refused a redirect from https to http://${server.host}`)
      expect(log).toContain(host)
      expect(log).toMatch(/\n *Nothing was sent there\. Tell whoever runs the server/)
      expect(log).not.toContain('this is a bug')
      expect(secretsIn(log)).toEqual([])
    }
    expect(toPlain).toEqual([])
  } finally {
    plain = undefined
    await server.stop()
  }
})

test('the post step removes what a killed run has left', async () => {
  const folder = join(world.environment['RUNNER_TEMP'] ?? '', 'micromamba-image-left')
  await mkdir(join(folder, 'solve-1'), { recursive: true })
  await writeFile(join(folder, 'solve-1/authentication.json'), bearer)
  const post = spawn(process.execPath, [resolve('dist/post/index.js')], {
    env: { ...process.env, ...world.environment, STATE_scratch: folder },
    stdio: 'ignore',
  })
  expect(await once(post, 'exit')).toEqual([0, null])
  await expect(access(folder)).rejects.toThrow('ENOENT')
})
