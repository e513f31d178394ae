import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { ActionRun } from '../../script/lib/runner.ts'
import { installCrun } from '../execute/containers.ts'
import { listen, type LoopbackServer } from '../world/loopback.ts'
import { startWorld } from '../world/world.ts'
import { createJob, environmentFile, type Job } from './job.ts'
import { MadeImage } from './made-image.ts'
import { mainStep, processes, remains, untilNone } from './processes.ts'

const parts = { channel: {}, releases: {}, registry: {}, base: {} } as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let job: Job
/** What a command meets while it runs. */
let server: LoopbackServer
/** What happens here while a command waits for its answer. */
let meanwhile: () => Promise<void> = () => Promise.resolve()
/** A command that waits for that. */
let wait: string
let temporary: string

/** What no command is to know. */
const token = 'ghs-token-of-the-job-0123456789'

beforeAll(async () => {
  world = await startWorld(parts)
  temporary = world.environment['RUNNER_TEMP'] ?? ''
  job = await createJob(
    { ...world.inputs, push: 'true', 'github-token': token },
    {
      ...world.environment,
      GITHUB_TOKEN: token,
      ACTIONS_RUNTIME_TOKEN: token,
      HOME: world.environment['HOME'],
    },
  )
  await job.write('env.yaml', environmentFile(world.channel.url, ['python', 'activation']))
  server = await listen(async (_, response) => {
    await meanwhile()
    response.end('answered\n')
  })
  const [host = '', port = ''] = server.host.split(':')
  wait = `exec 3<>/dev/tcp/${host}/${port} && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && grep answered <&3`
})

afterEach(() => {
  meanwhile = () => Promise.resolve()
})

afterAll(async () => {
  await job.remove()
  await server.stop()
  await world.stop()
})

const nameOf = (name: string) => `${world.registry.host}/${name}`

interface Asked {
  readonly name: string
  readonly run: string
  readonly inputs?: Readonly<Record<string, string>>
  readonly environment?: NodeJS.ProcessEnv
  readonly onLog?: ActionRun['onLog']
}

const ask = ({ name, run, inputs, environment, onLog }: Asked) =>
  job.run({ tags: nameOf(name), run, ...inputs }, environment, onLog)

async function make(asked: Asked) {
  const { exitCode, log, outputs } = await ask(asked)
  expect(exitCode === 0 || log).toBe(true)
  return { image: await MadeImage.read(nameOf(asked.name)), log, outputs }
}

/** The image is not made: what is said of it. */
async function refused(asked: Asked): Promise<string> {
  const { exitCode, log } = await ask(asked)
  expect(exitCode === 1 || log).toBe(true)
  expect(log).not.toContain('this is a bug')
  expect(await MadeImage.exists(nameOf(asked.name))).toBe(false)
  return log
}

const made = /^RUN /

test('commands find what a container of the image would, each on what those before it left', async () => {
  await job.write('app/data', 'copied\n')
  const facts = [
    'command -v python',
    'echo "$CONDA_PREFIX" "$COLOUR"',
    'id -un',
    'id -u; pwd; umask',
    'cat /proc/sys/kernel/hostname /srv/app/data',
    'ls -A /tmp /run',
  ]
  const { image, log } = await make({
    name: 'finds:1',
    run: `
# a comment
{ ${facts.join('; ')}; } >~/facts 2>&1; echo gone >/tmp/gone
test ! -e /tmp/gone && \\
  sed s/mambauser/somebody/ ~/facts >~/more
env | sort >~/env; cat ~/env /proc/*/environ
`,
    inputs: { copy: 'app:/srv/app', workdir: '/srv/work', env: 'COLOUR=blue' },
  })
  const titles = image.layers(made).map(({ createdBy }) => createdBy)
  expect(titles).toEqual([
    expect.stringMatching(/^RUN \{ command -v python; .* >\/tmp\/gone$/),
    'RUN test ! -e /tmp/gone &&   sed s/mambauser/somebody/ ~/facts >~/more',
    'RUN env | sort >~/env; cat ~/env /proc/*/environ',
  ])
  const files = await Promise.all(image.layers(made).map((layer) => image.files(layer)))
  const lines = [
    ...['/opt/conda/bin/python', '/opt/conda blue', 'mambauser', '57439', '/srv/work', '0022'],
    ...['micromamba-image', 'copied', '/run:', '', '/tmp:'],
  ]
  const [first, second, third] = files
  expect(first?.get('home/mambauser/facts')?.text).toBe(`${lines.join('\n')}\n`)
  expect(first?.get('home/mambauser/facts')).toMatchObject({ uid: 57439, gid: 57439, mode: 0o644 })
  expect([...(second?.keys() ?? [])]).toEqual(['home', 'home/mambauser', 'home/mambauser/more'])
  expect(second?.get('home/mambauser/more')?.text).toContain('\nsomebody\n')
  expect(
    [...files.flatMap((one) => [...one.keys()])].filter((path) => /^(tmp|run|proc|dev)/.test(path)),
  ).toEqual([])

  const env = third?.get('home/mambauser/env')?.text ?? ''
  const names = env.split('\n').map((line) => line.replace(/=.*/, ''))
  const usual = ['CONDA_', 'MAMBA_', '_']
  expect(
    names.filter((name) => name !== '' && !usual.some((start) => name.startsWith(start))).sort(),
  ).toEqual([
    'ACTIVATION_HOME',
    'COLOUR',
    'ENV_NAME',
    'HOME',
    'LANG',
    'LC_ALL',
    'PATH',
    'PWD',
    'PYTHONDONTWRITEBYTECODE',
    'SHLVL',
    'SOURCE_DATE_EPOCH',
    'TZ',
  ])
  expect(log).toContain('▸ RUN env | sort >~/env; cat ~/env /proc/*/environ')
  expect(log).toMatch(/\d+\.\d s, 1 file added or changed, \d+ B/)
  expect(log).not.toContain('GITHUB')
  expect(log).not.toContain('RUNNER')
  for (const name of files.flatMap((one) => [...one.values()])) expect(name.text).not.toContain(token)
})

test('as root, in one layer: what is kept of what they make, and what is not', async () => {
  const peak = watchMemory()
  const { image, log } = await make({
    name: 'root:1',
    run: `
id -u >/opt/who; echo $HOME >>/opt/who
cp /usr/bin/cat /opt/setuid && chmod 4755 /opt/setuid && mknod /opt/null c 1 3 && mkfifo /opt/fifo
mkdir -p /var/cache/apt/archives /var/lib/apt/lists ~/.cache/pip /home/mambauser/.cache/pip ~/.cache/other
touch /var/cache/apt/archives/a.deb /var/lib/apt/lists/list ~/.cache/pip/a /home/mambauser/.cache/pip/b ~/.cache/other/c
rm /etc/debian_version && rm -r /var/tmp && sed -i s/bin/BIN/ /etc/profile && echo new >/run/new
truncate -s 600M /opt/sparse && printf end >>/opt/sparse
echo hidden >/dev/shm/x; echo >/etc/hosts-like; echo me >>/opt/who
`,
    inputs: { 'run-user': 'root', 'run-squash': 'true', 'run-network': 'none' },
  })
  expect(await peak()).toBeLessThan(400e6)
  const files = await image.filesOf(made)
  expect([...files].filter(([, { type }]) => type !== 'directory').map(([path]) => path)).toEqual([
    ...['etc/.wh.debian_version', 'etc/hosts-like', 'etc/profile'],
    ...['opt/null', 'opt/setuid', 'opt/sparse', 'opt/who', 'root/.cache/other/c', 'var/.wh.tmp'],
  ])
  expect(files.get('opt/who')?.text).toBe('0\n/root\nme\n')
  expect(files.get('opt/setuid')).toMatchObject({ mode: 0o4755, uid: 0 })
  expect(files.get('opt/null')).toMatchObject({ type: 'character-device' })
  expect(files.get('opt/sparse')).toMatchObject({ size: 600 * 2 ** 20 + 3 })
  expect(files.get('etc/profile')).toMatchObject({ uid: 0, gid: 0, mode: 0o644 })
  expect(log).toMatch(/^warning: Files that .* are in the image: \/opt\/null, \/opt\/setuid$/m)
})

/** The most memory that the process which runs commands has had, in bytes. */
function watchMemory(): () => Promise<number> {
  let most = 0
  const look = async () => {
    const hosts = (await processes()).filter(({ line }) => line.includes('dist/execute/'))
    for (const { pid } of hosts) {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
      most = Math.max(most, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024)
    }
  }
  const timer = setInterval(() => void look(), 100)
  return () => {
    clearInterval(timer)
    expect(most).toBeGreaterThan(0)
    return Promise.resolve(most)
  }
}

test('they run as whom run-user names', async () => {
  const who = async (user: string) => {
    const asked = { name: 'user:1', run: 'id -u; id -g; echo $HOME', inputs: { 'run-user': user } }
    const { log } = await make(asked)
    return [...log.matchAll(/^\| (.*)$/gm)].map(([, line]) => line).slice(-3)
  }
  expect(await who('4321')).toEqual(['4321', '0', '/home/mambauser'])
  expect(await who('www-data')).toEqual(['33', '33', '/var/www'])
  const log = await refused({ name: 'nobody:1', run: 'id', inputs: { 'run-user': 'unheard-of' } })
  expect(log).toContain("input 'run-user': the image has no user 'unheard-of'")
})

test('their network is the machine’s, or none', async () => {
  expect((await make({ name: 'network:1', run: wait })).log).toContain('| answered')
  const log = await refused({ name: 'network:none', run: wait, inputs: { 'run-network': 'none' } })
  expect(log).toMatch(/\| .*Connection refused|\| .*Network is unreachable/)
})

test('the job’s proxies are theirs in both spellings; what opens one is nowhere else, and no reason to run them again', async () => {
  const proxy = (password: string) => ({
    https_proxy: `http://me:${password}@proxy.example:3128`,
    NO_PROXY: '127.0.0.1,localhost',
  })
  const run =
    'env | grep -i proxy; [[ $HTTPS_PROXY == "$https_proxy" && $no_proxy == 127* ]] && echo both >~/both'
  const first = await make({ name: 'proxy:1', run, environment: proxy('pass-word-1') })
  expect(first.log).toContain('| https_proxy=http://me:***@proxy.example:3128')
  expect((await first.image.filesOf(made)).get('home/mambauser/both')?.text).toBe('both\n')
  expect(first.image.documents).not.toContain('proxy.example')
  const second = await make({ name: 'proxy:1', run, environment: proxy('pass-word-2') })
  expect(second.outputs).toMatchObject({ reused: 'true' })
  expect(first.log + second.log).not.toMatch(/pass-word/)
})

test('secrets are files while a command runs, which it alone can read, and nowhere else', async () => {
  const secret = 'a-secret-0123456789'
  const found: string[] = []
  meanwhile = async () => {
    for (const { line } of await processes()) if (line.includes(secret)) found.push(line)
    for (const file of await readdir(temporary, { recursive: true, withFileTypes: true })) {
      const path = join(file.parentPath, file.name)
      if (file.isFile() && (await readFile(path)).includes(secret)) found.push(path)
    }
  }
  const asked = {
    name: 'secrets:1',
    run: `[[ $(cat /run/secrets/key) == ${secret.slice(0, 8)}* ]] && sed s/^/-/ /run/secrets/key && echo && stat -c %a /run/secrets /run/secrets/key && ${wait}
cat /run/secrets/pem; env; cat /proc/*/environ; echo >~/done`,
  }
  const secrets = (key: string) => ({ secrets: `key=${key}\n"pem=first line of it\nsecond line of it"` })
  const first = await make({ ...asked, inputs: secrets(secret) })
  expect(found).toEqual([])
  expect(first.log).toContain('| -***\n| 700\n| 400\n')
  expect(first.log).not.toMatch(/a-secret-0|line of it/)
  expect(first.image.documents).not.toContain(secret)
  for (const layer of first.image.layers(made)) {
    for (const [path, { text }] of await first.image.files(layer)) {
      expect(path).not.toContain('run/secrets')
      expect(text).not.toContain(secret)
    }
  }
  const second = await make({ ...asked, inputs: secrets('a-secret-of-tomorrow') })
  expect(second.outputs).toMatchObject({ reused: 'true', digest: first.outputs['digest'] })
})

test('one that fails ends the run with its last lines; the tag stays where it was', async () => {
  await make({ name: 'fails:1', run: 'true' })
  const before = (await MadeImage.read(nameOf('fails:1'))).content.digest
  const { exitCode, log } = await ask({
    name: 'fails:1',
    run: 'for ((i = 1; i <= 50; i++)); do echo "line $i"; done; echo "the end" >&2; exit 7\ntouch ~/never',
  })
  expect(exitCode).toBe(1)
  const error = log.slice(log.indexOf("input 'run': "))
  expect(error).toContain("exit 7' failed: exit code 7\n")
  expect(error).toContain('| line 50')
  expect(error).toContain('| the end')
  expect(error).not.toContain('| line 20\n')
  expect(error).toContain('No tag was moved.')
  expect(log).not.toContain('RUN touch')
  expect((await MadeImage.read(nameOf('fails:1'))).content.digest).toBe(before)

  const { log: slow } = await ask({ name: 'fails:1', run: 'sleep 600', inputs: { 'executor-timeout': '1s' } })
  expect(slow).toContain("'sleep 600' failed: no end after 1 s, its time limit")
})

test('unchanged ones are taken from the earlier image, up to the first that changed', async () => {
  const run = ['date +%s%N >~/first', 'date +%s%N >~/second', 'date +%s%N >~/third']
  const first = await make({ name: 'reuse:1', run: run.join('\n') })
  const layers = (image: MadeImage) => image.layers(made).map(({ digest }) => digest)
  const again = await make({ name: 'reuse:1', run: run.join('\n') })
  expect(again.outputs).toMatchObject({ reused: 'true', digest: first.outputs['digest'] })
  const changed = await make({ name: 'reuse:1', run: run.with(1, 'date >~/second').join('\n') })
  expect(changed.log).not.toContain('▸ RUN date +%s%N >~/first')
  expect(changed.log).toContain('▸ RUN date >~/second')
  expect(changed.log).toContain('▸ RUN date +%s%N >~/third')
  expect(layers(changed.image)[0]).toBe(layers(first.image)[0])
  expect(layers(changed.image)[2]).not.toBe(layers(first.image)[2])
})

/** What somebody tries who is root in a container. Each line says what came of it. */
const attempts = (folder: string, socket: string, pid: number) => `
import ctypes, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)

def call(name, *args):
    if getattr(libc, name)(*args) < 0:
        raise OSError(ctypes.get_errno(), name)

def read(path):
    with open(path, 'rb') as file:
        return file.read(64)

def connect(path):
    socket.socket(socket.AF_UNIX).connect(path)

def escape():
    os.makedirs('/opt/jail', exist_ok=True)
    directory = os.open('/', os.O_RDONLY)
    os.chroot('/opt/jail')
    os.fchdir(directory)
    for _ in range(64):
        os.chdir('..')
    os.chroot('.')
    os.listdir('${folder}')

def memory():
    os.mknod('/opt/mem', 0o20600, os.makedev(1, 1))
    read('/opt/mem')

for name, attempt in {
    'write the workspace': lambda: open('${folder}/env.yaml', 'a'),
    'list the temporary folder': lambda: os.listdir('${temporary}'),
    'reach a socket': lambda: connect('${socket}'),
    'kill a process': lambda: os.kill(${pid}, 9),
    'read its variables': lambda: read('/proc/${pid}/environ'),
    'trace a process': lambda: call('ptrace', 16, ${pid}, 0, 0),
    'mount': lambda: call('mount', b'none', b'/mnt', b'tmpfs', 0, None),
    'unmount': lambda: call('umount2', b'/proc', 2),
    'another namespace': lambda: call('unshare', 0x10000000),
    'leave by chroot': escape,
    'read memory': lambda: read('/dev/mem'),
    'read memory by a device of its own': memory,
    'read the kernel': lambda: sys.exit(1) if read('/proc/kcore') else read('/nothing'),
    'change the kernel': lambda: open('/proc/sys/kernel/core_pattern', 'w'),
    'press a key': lambda: open('/proc/sysrq-trigger', 'w'),
    'become what the host is': lambda: open('/sys/fs/cgroup/x', 'w'),
    'set the clock': lambda: os.system('date -s 2000-01-01 >/dev/null 2>&1') and read('/nothing'),
    'load a module': lambda: call('init_module', 0, 0, b''),
}.items():
    try:
        attempt()
        print('DONE:', name)
    except OSError as error:
        print('refused:', name, error.strerror)
`

test('root in a container does not reach what is the machine’s', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'socket-'))
  const listening = createServer().listen(join(folder, 'socket'))
  await chmod(folder, 0o755)
  try {
    await job.write('attempts.py', attempts(job.workspace, join(folder, 'socket'), process.pid))
    const { log } = await make({
      name: 'attempts:1',
      run: 'python /srv/attempts.py\nenv; cat /proc/*/environ /proc/*/cmdline | tr "\\0" "\\n"; cat /proc/self/mountinfo',
      inputs: { copy: 'attempts.py:/srv/attempts.py', 'run-user': 'root' },
    })
    const lines = [...log.matchAll(/^\| (DONE|refused): (.*)$/gm)]
    expect(lines.filter(([, outcome]) => outcome === 'DONE').map(([line]) => line)).toEqual([])
    expect(lines).toHaveLength(18)
    expect(log).not.toContain('*** ')
    expect(log).not.toMatch(/GITHUB_|ACTIONS_|RUNNER_|INPUT_/)
    expect(await readFile(join(job.workspace, 'env.yaml'), 'utf8')).toContain('python')
  } finally {
    listening.close()
    await rm(folder, { recursive: true })
  }
})

describe('a job that is cancelled', () => {
  const cancelled = async (asked: Omit<Asked, 'name' | 'onLog'>, signal: NodeJS.Signals, at?: RegExp) => {
    const told = { isSent: false }
    const send = async () => {
      if (told.isSent) return
      told.isSent = true
      process.kill((await mainStep()).pid, signal)
    }
    if (!at) {
      meanwhile = async () => {
        await send()
        await new Promise(() => undefined)
      }
    }
    const onLog = (text: string) => {
      if (at?.test(text)) void send()
    }
    const { exitCode, log } = await ask({ name: 'cancelled:1', ...asked, onLog })
    expect(told.isSent || log).toBe(true)
    expect(await MadeImage.exists(nameOf('cancelled:1'))).toBe(false)
    return exitCode
  }

  test.each([
    ['while the file system is laid', 'true', /runs the commands/],
    ['while a command runs', 'sleep 4711 & $WAIT', undefined],
    ['while a layer is packed', 'truncate -s 8G ~/large; echo ready', /\| ready/],
  ])('%s, has ended at once, and nothing stays', async (_, run, at) => {
    const code = await cancelled({ run: run.replace('$WAIT', wait) }, 'SIGTERM', at)
    expect(code).toBe(143)
    expect(await remains(temporary)).toEqual([])
    expect((await processes()).filter(({ line }) => line.includes('sleep 4711'))).toEqual([])
  })

  test('or killed while a command runs: the container ends with it', async () => {
    expect(await cancelled({ run: `sleep 4712 & ${wait}` }, 'SIGKILL')).toBe(137)
    const running = async () =>
      (await processes()).filter(({ line }) => /sleep 4712/.test(line) || line.includes(temporary))
    expect(await untilNone(running)).toEqual([])
    expect(await untilNone(() => remains(temporary))).toEqual([])
  })
})

describe('what runs them', () => {
  test('is named in the log', async () => {
    const { log } = await make({ name: 'named:1', run: 'true', inputs: { executor: 'runc' } })
    expect(log).toContain("runc as root runs the commands of 'run'")
  })

  test('has to be there when it is named, before packages are fetched', async () => {
    const log = await refused({ name: 'crun:1', run: 'true', inputs: { executor: 'crun' } })
    expect(log).toContain("input 'executor': nothing on this machine can run the commands of 'run':")
    expect(log).toContain('  crun: not found on PATH')
    expect(log).not.toContain('▸ Packages')
  })

  test('says why it does not where it is there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'crun-'))
    try {
      await installCrun(folder)
      const { exitCode, log } = await ask({
        name: 'crun:2',
        run: 'echo it runs',
        inputs: { executor: 'crun' },
        environment: { PATH: `${folder}:${process.env['PATH'] ?? ''}` },
      })
      // Where cgroups are of one version it runs.
      if (exitCode === 0) expect(log).toContain('| it runs')
      else expect(log).toMatch(/^\s+crun as root: .*cgroups in hybrid mode not supported/m)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
