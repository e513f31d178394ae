import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGunzip } from 'node:zlib'
import { extract, type Header } from 'tar-stream'
import { containerEngine } from '../../script/lib/engine.ts'
import { ownerOf } from '../../src/base/layer-tar.ts'
import { UserError } from '../../src/common/errors.ts'
import { checkExecutionEngine, openEngineRoom } from '../../src/execute/engine.ts'
import { removeRemains, type EngineRemains } from '../../src/execute/engine-session.ts'
import { openHostRoom } from '../../src/execute/host-room.ts'
import { findRuntimes } from '../../src/execute/runtime.ts'
import type { Command, KeepRules, Outcome, Workroom } from '../../src/execute/types.ts'
import type { Image } from '../../src/oci/image.ts'
import { startEngine } from '../world/engine.ts'
import { ownPodman } from '../world/podman.ts'
import { minimalDebian } from '../world/rootfs.ts'
import { writeTar } from '../world/tar.ts'
import { imageOf } from './engine-image.ts'

const everything: KeepRules = { never: [], refuseSpecial: false }
const root = { uid: 0, gid: 0 }
const proxy = 'http://user:pass-word@proxy:3128'

let work: string
let image: Image
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'execute-'))
  const more = join(work, 'more.tar')
  await writeTar(more, [
    { path: 'data', mode: 0o777 },
    { path: 'data/changed', content: 'before\n' },
    { path: 'data/link', target: 'changed' },
    { path: 'data/removed', content: 'removed\n' },
    { path: 'data/replaced', content: 'a file\n' },
    { path: 'data/shut', mode: 0o700 },
    { path: 'data/touched', content: 'the same\n' },
    { path: 'data/tree/a/b', content: '' },
    { path: 'data/tree/c', content: '' },
    { path: 'other', content: 'other\n' },
  ])
  const config = {
    Env: ['PATH=/nowhere', 'BASH_ENV=/nowhere', 'OTHER=of the image'],
    Entrypoint: ['/nowhere'],
    User: '4711',
    WorkingDir: '/nowhere',
    Volumes: { '/data': {} },
    Healthcheck: { Test: ['CMD', '/nowhere'], Interval: 1e9 },
  }
  image = await imageOf([await minimalDebian(), more], config)
}, 120_000)
afterAll(() => rm(work, { recursive: true }))

beforeEach(() => {
  jest.spyOn(process.stdout, 'write').mockReset().mockReturnValue(true)
})

interface Machine {
  readonly program: string
  readonly environment: NodeJS.ProcessEnv
  readonly end: () => Promise<void>
}

async function dockerMachine(containerdSnapshotter: boolean): Promise<Machine> {
  const engine = await startEngine({ containerdSnapshotter })
  const environment = { ...process.env, ...engine.environment }
  return { program: 'docker', environment, end: () => engine.stop() }
}

async function podmanMachine(): Promise<Machine> {
  const podman = await ownPodman()
  const environment = { ...process.env, ...podman.environment }
  return { program: 'podman', environment, end: () => podman.remove() }
}

/** What the same commands came to, wherever they ran. */
const digests = new Set<string>()

/** All of it for each engine takes minutes: that is for the nightly run, which sets this. */
const isWhole = process.env['EVERY_ENGINE'] === 'true'

describe.each<[string, boolean, () => Promise<Machine>]>([
  ["docker with the graph driver's store", true, () => dockerMachine(false)],
  ["docker with containerd's store", isWhole, () => dockerMachine(true)],
  ['podman', isWhole, podmanMachine],
])('a room of %s', (_what, isThorough, start) => {
  let machine: Machine
  beforeAll(async () => {
    machine = await start()
  }, 60_000)
  afterAll(() => machine.end(), 60_000)

  /** What the engine says to a command that succeeds. */
  const told = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await containerEngine(machine.program, machine.environment)(args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    return stdout.trim()
  }
  const remains = async () =>
    (
      await Promise.all([
        told('ps', '--all', '--quiet'),
        told('images', '--all', '--quiet'),
        told('volume', 'ls', '--quiet'),
      ])
    ).join('')

  const inRoom = async <T>(use: (room: Workroom) => Promise<T>, of = image, depth?: number): Promise<T> => {
    const room = await openEngineRoom(of, machine.program, machine.environment, depth ? { depth } : {})
    try {
      return await use(room)
    } finally {
      await room.close()
      expect(await remains()).toBe('')
    }
  }

  test('packs what commands changed, each of which finds what those before it did', async () => {
    digests.add(await inRoom(changeAndPack))
    expect(digests.size).toBe(1)
  }, 180_000)

  test('gives a command what it asks for, and nothing of the image or the machine', async () => {
    await inRoom(async (room) => {
      const env = { PATH: '/usr/bin', HTTPS_PROXY: proxy, TEXT: `a 'b' "c" $d\ne`, 'odd.name': 'odd' }
      const { lines, ...outcome } = await run(room, {
        args: [
          '/bin/bash',
          '-c',
          'cat /proc/$$/environ | tr "\\0" "|"; echo; id; pwd; umask; ls /proc/1/fd; wc -l </proc/net/dev;' +
            'cat /proc/sys/kernel/hostname; grep -E "NoNewPrivs|CapEff" /proc/self/status;' +
            'stat -c "%n %a %F" /tmp /run; findmnt /tmp /data 2>&1; cat; echo to standard error >&2; exit 7',
        ],
        env,
        user: { uid: 1234, gid: 5678 },
        cwd: '/data/new/folder',
      })
      expect(outcome).toEqual({ exitCode: 7, timedOut: false })
      const [first = '', ...others] = lines
        .filter((line) => line !== 'to standard error')
        .join('\n')
        .split('\nuid=')
      const variables = first.trim().replace(/\|$/, '').split('|')
      expect(variables.filter((line) => !/^(PWD|OLDPWD|SHLVL|_)=/.test(line)).sort()).toEqual(
        Object.entries(env)
          .map(([name, value]) => `${name}=${value}`)
          .sort(),
      )
      expect(others.join('').split('\n')).toEqual([
        '1234 gid=5678 groups=5678',
        '/data/new/folder',
        '0022',
        ...['0', '1', '2'],
        '3', // two lines of headings, and the loopback
        expect.stringMatching(/^[a-z-]+$/),
        'CapEff:\t0000000000000000',
        'NoNewPrivs:\t1',
        '/tmp 1777 directory',
        '/run 755 directory',
        expect.stringContaining('findmnt'),
      ])
      expect(lines).toContain('to standard error')
    })
  }, 120_000)

  test('can be opened', async () => {
    expect(await checkExecutionEngine(machine.program, machine.environment)).toBeUndefined()
  })

  if (!isThorough) return

  test('has secrets in no argument, in nothing the engine keeps, and in no layer', async () => {
    const secret = `s3cret 'and' "quoted"\n`
    await inRoom(async (room) => {
      const seen: string[] = []
      let looking: Promise<void> | undefined
      const look = async () => {
        for (const name of await readdir('/proc')) {
          seen.push(await readFile(join('/proc', name, 'cmdline'), 'latin1').catch(() => ''))
        }
        const [container = ''] = (await told('ps', '--quiet')).split('\n')
        seen.push(await told('inspect', container))
      }
      const { lines } = await run(
        room,
        {
          args: ['/bin/bash', '-c', 'cat /run/secrets/token; stat -c %a /run/secrets/token; echo; sleep 3'],
          env: { PATH: '/usr/bin', https_proxy: proxy },
          user: { uid: 1234, gid: 1234 },
          secrets: { token: secret },
        },
        () => {
          looking ??= look()
        },
      )
      await looking
      expect(lines).toEqual([secret.trim(), '400', ''])
      expect(seen.join('')).toContain('sleep')
      await succeed(room, ['test ! -e /run/secrets'])
      const images = (await told('images', '--quiet')).split('\n')
      seen.push(await told('image', 'inspect', ...images), JSON.stringify(await packed(room, everything)))
      for (const text of ['s3cret', 'pass-word']) expect(seen.join('')).not.toContain(text)
    })
  }, 120_000)

  test('kills a command at its time limit, and goes on', async () => {
    await inRoom(async (room) => {
      const endless = { args: ['/bin/bash', '-c', 'trap "" TERM; echo begun; sleep 1000'], timeout: 3 }
      expect(await run(room, endless)).toEqual({ exitCode: 137, timedOut: true, lines: ['begun'] })
      const stopped = { args: ['/bin/bash', '-c', 'bash -c "kill -TERM \\$\\$"; exit $?'] }
      expect(await run(room, stopped)).toMatchObject({ exitCode: 143, timedOut: false })
      expect(await run(room, { args: ['/nowhere'] })).toMatchObject({ exitCode: 127 })
    })
  }, 120_000)

  test('takes away what is not packed, before the next command', async () => {
    await inRoom(async (room) => {
      await succeed(room, ["mkdir /new /data/kept && touch '/new/a file' /data/kept/a"])
      const rules = { ...everything, only: 'data' }
      expect(await packed(room, rules)).toMatchObject({ dropped: ['new'], isStale: false, files: 2 })
      await succeed(room, ['test ! -e /new && test -e /data/kept/a && touch /data/kept/b'])
      const { entries } = await packed(room, everything)
      expect(entries.map((entry) => entry.split(' ')[0])).toEqual(['data/', 'data/kept/', 'data/kept/b'])
    })
  }, 120_000)

  test('has an empty /tmp, whatever the image has there', async () => {
    const tar = join(work, 'tmp.tar')
    await writeTar(tar, [{ path: 'tmp/file', content: '' }])
    await inRoom(
      async (room) => {
        const script = 'ls -A /tmp; stat -c %a /tmp; cp /bin/true /tmp/here && exec /tmp/here'
        const command = { args: ['/bin/bash', '-c', script], user: { uid: 1234, gid: 1234 } }
        for (let turn = 0; turn < 2; turn++) {
          expect(await run(room, command)).toEqual({ exitCode: 0, timedOut: false, lines: ['1777'] })
        }
        expect(await packed(room, everything)).toMatchObject({ files: 0, removed: 0 })
      },
      await imageOf([await minimalDebian(), tar]),
    )
  }, 60_000)

  test('stacks no more layers than engines can', async () => {
    await inRoom(
      async (room) => {
        for (const name of ['a', 'b', 'c']) {
          await succeed(room, [`touch /data/${name} && chown 7 /data/${name} && ls -l /data`])
        }
        expect((await packed(room, everything)).entries).toEqual([
          'data/ 777 0:0',
          ...['a', 'b', 'c'].map((name) => `data/${name} 644 7:0 0`),
        ])
      },
      image,
      2,
    )
  }, 120_000)

  test('of an image without a shell says so', async () => {
    const tar = join(work, 'empty.tar')
    await writeTar(tar, [{ path: 'etc' }])
    const attempt = inRoom((room) => run(room, {}), await imageOf([tar]))
    await expect(attempt).rejects.toThrow(UserError)
    await expect(attempt).rejects.toThrow(
      /^input 'executor': (docker|podman) cannot run the command: .*\/bin\/bash/s,
    )
  }, 60_000)

  test('has nothing left when it is closed half-way', async () => {
    const room = await openEngineRoom(image, machine.program, machine.environment)
    const { promise: begun, resolve } = Promise.withResolvers<string>()
    const running = run(room, { args: ['/bin/bash', '-c', 'echo begun; sleep 1000'] }, resolve)
    const ended = running.catch((error: unknown) => error)
    await begun
    await room.close()
    expect(await remains()).toBe('')
    await ended
    await expect(run(room, {})).rejects.toThrow('are not run')
    await room.close()
  }, 60_000)

  test('that was killed is found again, and what it has is removed', async () => {
    const script = `
      import { openEngineRoom } from ${JSON.stringify(import.meta.resolve('../../src/execute/engine.ts'))}
      import { imageOf } from ${JSON.stringify(import.meta.resolve('./engine-image.ts'))}
      const onSession = (remains) => (console.log(JSON.stringify(remains)), () => console.log('gone'))
      const image = await imageOf([${JSON.stringify(await minimalDebian())}])
      const room = await openEngineRoom(image, ${JSON.stringify(machine.program)}, process.env, { onSession })
      const command = { env: {}, user: { uid: 0, gid: 0 }, cwd: '/', network: false, timeout: 1000 }
      await room.run({ ...command, args: ['/bin/bash', '-c', 'touch /x'] }, console.log)
      await room.run({ ...command, args: ['/bin/bash', '-c', 'echo begun; sleep 1000'] }, console.log)`
    const job = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      env: { ...machine.environment, NODE_OPTIONS: '', RUNNER_TEMP: work },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    job.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (text.includes('begun')) job.kill('SIGKILL')
    })
    await once(job, 'exit')
    job.stdout.destroy()
    expect(await remains()).not.toBe('')
    const [session = ''] = output.split('\n')
    const left = JSON.parse(session) as EngineRemains // as it was printed
    expect(await removeRemains(left, machine.environment)).toBeUndefined()
    expect(await remains()).toBe('')
    expect(await removeRemains(left, machine.environment)).toBeUndefined()
  }, 60_000)

  test.each(['SIGINT', 'SIGTERM'] as const)(
    'has nothing left when %s cancels the job',
    async (signal) => {
      const script = `
      import { untilCancelled } from ${JSON.stringify(import.meta.resolve('../../src/common/cancellation.ts'))}
      import { openEngineRoom } from ${JSON.stringify(import.meta.resolve('../../src/execute/engine.ts'))}
      import { imageOf } from ${JSON.stringify(import.meta.resolve('./engine-image.ts'))}
      await untilCancelled(async () => {
        const room = await openEngineRoom(await imageOf([${JSON.stringify(await minimalDebian())}]), ${JSON.stringify(machine.program)})
        const command = { env: {}, user: { uid: 0, gid: 0 }, cwd: '/', network: false, timeout: 1000 }
        await room.run({ ...command, args: ['/bin/bash', '-c', 'touch /x'] }, console.log)
        await room.run({ ...command, args: ['/bin/bash', '-c', 'trap "" INT TERM; echo begun; sleep 1000'] }, console.log)
        await room.run({ ...command, args: ['/bin/bash', '-c', 'echo never'] }, console.log)
      }).catch((error) => {
        console.log(error.message)
        process.exit(error.exitCode ?? 1)
      })`
      const job = spawn(process.execPath, ['--input-type=module', '--eval', script], {
        env: { ...machine.environment, NODE_OPTIONS: '' },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let output = ''
      job.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text
        if (text.includes('begun')) job.kill(signal)
      })
      const [code] = (await once(job, 'close')) as [number | null]
      expect({ code, output }).toEqual({
        code: signal === 'SIGINT' ? 130 : 143,
        output: expect.not.stringContaining('never'),
      })
      expect(output).toContain('begun')
      expect(await remains()).toBe('')
    },
    60_000,
  )
})

test('an OCI runtime makes the same of them', async () => {
  const [runtime] = (await findRuntimes(process.env)).filter(({ name }) => name === 'runc')
  if (!runtime) throw new Error('dockerd brings runc')
  const room = await openHostRoom({ layers: image.layers, user: root }, runtime)
  try {
    digests.add(await changeAndPack(room))
  } finally {
    await room.close()
  }
  expect(digests.size).toBe(1)
}, 60_000)

describe('an engine cannot run commands', () => {
  test('that is not there', async () => {
    expect(await checkExecutionEngine('docker', { PATH: work })).toBe('it is not on PATH')
  })

  test('whose daemon does not answer', async () => {
    const socket = join(work, 'none.sock')
    const environment = { ...process.env, DOCKER_HOST: `unix://${socket}` }
    expect(await checkExecutionEngine('docker', environment)).toContain(socket)
  })

  test('that has those of Windows', async () => {
    const program = join(work, 'windows')
    await writeFile(program, `#!/bin/sh\necho '{"OSType": "windows"}'\n`)
    await chmod(program, 0o755)
    expect(await checkExecutionEngine(program)).toBe('its containers are those of windows')
  })
})

/** Changes much, and packs it. @returns what came of it, in digests */
async function changeAndPack(room: Workroom): Promise<string> {
  await succeed(room, [
    'cd /data',
    'echo "after " >changed',
    'cat touched >copy && cat copy >touched',
    'rm removed && rm -r replaced tree && mkdir -m 2750 replaced',
    'echo inside >replaced/inside && ln replaced/inside other-name',
    'ln -sfn /data link && ln /other linked',
    'chown 7:3000000 shut && touch /tmp/x /run/x "odd \'name\nof two lines"',
    'head -c 3000000 /dev/zero >large && touch -d 2001-01-01 /etc/passwd',
    'mknod null c 1 3 && mkfifo pipe',
  ])
  const first = await packed(room, everything)
  expect(first.entries).toEqual([
    'data/ 777 0:0',
    'data/changed 644 0:0 7',
    'data/copy 644 0:0 9',
    'data/large 644 0:0 3000000',
    'data/link 777 0:0 -> /data',
    'data/linked 644 0:0 6',
    'data/null 644 0:0',
    "data/odd 'name\nof two lines 644 0:0 0",
    'data/other-name 644 0:0 7',
    'data/.wh.removed 644 0:0 0',
    'data/replaced/ 2750 0:0',
    'data/replaced/inside 644 0:0 -> data/other-name',
    'data/shut/ 700 7:3000000',
    'data/.wh.tree 644 0:0 0',
  ])
  expect(first).toMatchObject({ files: 11, removed: 2, special: ['data/null'], isStale: false })

  await succeed(room, ['cat /data/changed && test ! -e /tmp/x && echo more >>/data/changed'])
  await succeed(room, ['rm /data/large && echo again >/data/again'])
  const second = await packed(room, everything)
  expect(second.entries).toEqual([
    'data/ 777 0:0',
    'data/again 644 0:0 6',
    'data/changed 644 0:0 12',
    'data/.wh.large 644 0:0 0',
  ])
  expect(await packed(room, everything)).toMatchObject({ files: 0, removed: 0 })
  return `${first.diffId} ${second.diffId}`
}

async function run(
  room: Workroom,
  command: Partial<Command>,
  onLine: (line: string) => void = () => undefined,
): Promise<Outcome & { lines: string[] }> {
  const lines: string[] = []
  const usual = { args: ['/bin/bash', '-c', ':'], env: { PATH: '/usr/bin' }, user: root, cwd: '/' }
  const outcome = await room.run({ ...usual, network: false, timeout: 60, ...command }, (line) => {
    lines.push(line)
    onLine(line)
  })
  return { ...outcome, lines }
}

async function succeed(room: Workroom, script: readonly string[]): Promise<void> {
  const { exitCode, lines } = await run(room, { args: ['/bin/bash', '-ec', script.join('\n')] })
  expect({ exitCode, lines: exitCode === 0 ? [] : lines }).toEqual({ exitCode: 0, lines: [] })
}

/** What there is to be said of a packed layer, and its entries. */
async function packed(room: Workroom, rules: KeepRules) {
  const file = join(work, 'layer')
  const result = await room.pack({ rules, compression: 'gzip', file })
  const entries: string[] = []
  for await (const entry of createReadStream(file).pipe(createGunzip()).pipe(extract())) {
    entries.push(describeEntry(entry.header))
    entry.resume()
  }
  return { ...result, diffId: result.layer.diffId, entries }
}

function describeEntry(header: Header): string {
  const { name, mode, type, size, linkname } = header
  const { uid, gid } = ownerOf(header)
  const what = linkname ? ` -> ${linkname}` : type === 'file' ? ` ${size}` : ''
  return `${name} ${mode.toString(8)} ${uid}:${gid}${what}`
}
