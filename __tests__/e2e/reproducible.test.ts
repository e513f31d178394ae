import { chmod, cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { startWorld } from '../world/world.ts'
import { runUnder, type Conditions, type Observed } from './conditions.ts'
import { createJob, environmentFile, type Job } from './job.ts'

const parts = { channel: {}, releases: {}, registry: {}, cache: {}, base: {} } as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let job: Job
let places: string
/** Of the image that one run made, pushed, and that all others have to make again. */
let pushed: Readonly<Record<string, string>>
const lock = 'env.linux-64.lock'

beforeAll(async () => {
  world = await startWorld(parts)
  places = await mkdtemp(join(tmpdir(), 'places-'))
  await chmod(places, 0o755)
  job = await createJob(world.inputs, world.environment)
  await job.write(
    'env.yaml',
    environmentFile(
      world.channel.url,
      ['python', 'hello', 'requests', 'clobber-a', 'clobber-b', 'text-prefix', 'binary-prefix'],
      'variables:\n  GREETING: hello\n',
    ),
  )
  await job.write('app/main.py', 'print("hello")\n')
  await job.write('app/data/table.csv', 'a,b\n')
  const { exitCode, log, outputs } = await job.run({
    ...made,
    tags: `${world.registry.host}/app:latest`,
    push: 'true',
  })
  expect(exitCode === 0 || log).toBe(true)
  pushed = outputs
})

afterEach(() => {
  world.channel.disturb = () => undefined
})

afterAll(async () => {
  await rm(places, { recursive: true, force: true })
  await job.remove()
  await world.stop()
})

/** What the image is made with each time. */
const made = { copy: 'app:/srv/app' }

const aside = { 'cache-downloads': 'false' }

/**
 * Makes the image again in a new place of a machine that has nothing of the first run, and that knows of no earlier image.
 * @returns what the run said, and what it saw of its conditions
 */
async function again(conditions: Conditions, inputs: Readonly<Record<string, string>> = aside) {
  const place = await mkdtemp(join(places, 'somewhere-else-'))
  const workspace = join(place, 'workspace')
  await mkdir(workspace)
  for (const name of ['env.yaml', lock, 'app']) {
    await cp(join(job.workspace, name), join(workspace, name), { recursive: true })
  }
  const { outcome, observed } = await runUnder(
    conditions,
    place,
    { ...world.inputs, ...made, 'lock-mode': 'locked', output: 'layout', ...inputs },
    world.environment,
  )
  expect(outcome.exitCode === 0 || outcome.log).toBe(true)
  const index = await readFile(join(workspace, inputs['output'] ?? 'layout', 'index.json'), 'utf8')
  return { ...outcome, observed, index }
}

test.each<[string, Conditions, Partial<Observed>]>([
  ['in twenty years', { clock: '+20y' }, { year: new Date().getFullYear() + 20 }],
  ['long ago', { clock: '-15y' }, { year: new Date().getFullYear() - 15 }],
  ['in another time zone', { environment: { TZ: 'Pacific/Kiritimati' } }, { timezoneOffset: -14 * 60 }],
  [
    'in another language',
    { environment: { LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' } },
    { language: 'tr-TR' },
  ],
  ['without a language', { environment: { LANG: 'C', LC_ALL: 'POSIX' } }, { language: 'en-US' }],
  ['with a umask that gives nothing to others', { umask: 0o077 }, { umask: 0o077 }],
  ['with a umask that takes nothing away', { umask: 0 }, { umask: 0 }],
  ['by an unprivileged user', { user: 'nobody' }, { uid: 65534 }],
  ['on one core', { cores: '0' }, { cores: 1 }],
])('%s, from another directory, the image is the same', async (_, conditions, expected) => {
  const { outputs, observed } = await again(conditions)
  expect(observed).toMatchObject(expected)
  expect(outputs).toMatchObject({ digest: pushed['digest'], imageid: pushed['imageid'] })
})

test('packages may arrive in any order', async () => {
  const lines = (await readFile(join(job.workspace, lock), 'utf8')).split('@EXPLICIT\n')[1] ?? ''
  const files = lines
    .trim()
    .split('\n')
    .map((line) => basename(line.replace(/#.*/, '')))
  const [first, others] = [files.slice(0, 3), files.slice(3)]
  const before = world.channel.requests.length
  const arrived = () => world.channel.requests.slice(before).map(({ path }) => basename(path))
  // Fewer wait than are downloaded at the same time, until all the others have come.
  world.channel.disturb = async ({ path }) => {
    if (!first.includes(basename(path))) return undefined
    while (!others.every((file) => arrived().includes(file))) await new Promise(setImmediate)
    return undefined
  }
  const { outputs } = await again({})
  expect(arrived().slice(-3).sort()).toEqual(first.toSorted())
  expect(outputs['digest']).toBe(pushed['digest'])
})

test('cold and warm archives make the same image', async () => {
  // A cache entry is found where the job's files are at the same place, as a runner has them.
  const [cold, warm] = [await again({}), await job.run({ ...made, output: 'layout' })]
  expect([cold.outputs['cache-hit'], warm.outputs['cache-hit']]).toEqual(['false', 'true'])
  expect([cold.outputs['digest'], warm.outputs['digest']]).toEqual([pushed['digest'], pushed['digest']])
})

test('SOURCE_DATE_EPOCH is a wish for another label, and is obeyed anywhere alike', async () => {
  const epoch = { SOURCE_DATE_EPOCH: '1700000000' }
  const one = await again({ environment: epoch })
  const other = await again({ clock: '+20y', environment: { ...epoch, TZ: 'America/St_Johns' } })
  expect(one.outputs['digest']).not.toBe(pushed['digest'])
  expect(other.outputs['digest']).toBe(one.outputs['digest'])
})

test('all at once, with gzip, into a layout and a registry', async () => {
  const gzip = { compression: 'gzip', ...aside }
  const one = await again({}, gzip)
  const other = await again(
    {
      clock: '+20y',
      umask: 0o077,
      user: 'nobody',
      cores: '0',
      environment: { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
    },
    { ...gzip, tags: `${world.registry.host}/another/app:gzip`, push: 'true' },
  )
  expect(one.outputs['digest']).not.toBe(pushed['digest'])
  expect(other.outputs).toMatchObject({ digest: one.outputs['digest'], imageid: one.outputs['imageid'] })
  expect(JSON.parse(other.index)).toMatchObject({ manifests: [{ digest: one.outputs['digest'] }] })
  const head = await fetch(`http://${world.registry.backHost}/v2/another/app/manifests/gzip`, {
    method: 'HEAD',
    headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
  })
  expect(head.headers.get('docker-content-digest')).toBe(one.outputs['digest'])
})
