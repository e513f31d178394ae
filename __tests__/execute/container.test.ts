import { spawn } from 'node:child_process'
import { access, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { deleteArguments, killArguments, readRuntimeError } from '../../src/execute/runtime.ts'
import { run } from '../world/command.ts'
import { Containers } from './containers.ts'

// crun as root is like runc as root, but asks for more memory for its filter of devices than some machines let root have.
describe.each([
  ['runc', 'root'],
  ['runc', 'rootless'],
  ['crun', 'rootless'],
] as const)('a command in a container of %s, %s,', (name, rights) => {
  let containers: Containers
  beforeAll(async () => {
    containers = await Containers.make(name, rights)
  })
  afterAll(() => containers.remove())

  const bash = (script: string, more: Partial<Parameters<Containers['run']>[0]> = {}) =>
    containers.run({ args: ['/bin/bash', '-c', script], ...more })

  const asItsUser = async (words: readonly string[]) => {
    const [program, ...args] = containers.asItsUser(words)
    await run(program, args)
  }

  test('finds what it was given, and what is the same everywhere', async () => {
    const env = { PATH: '/usr/bin', HOME: '/home/me', GREETING: 'two words' }
    const ran = await bash('cat /proc/sys/kernel/hostname; umask; pwd; env -u _ -u SHLVL | sort', {
      env,
      cwd: '/srv/not there yet',
    })
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' })
    expect(ran.stdout.split('\n')).toEqual([
      ...['micromamba-image', '0022', '/srv/not there yet'],
      ...['GREETING=two words', 'HOME=/home/me', 'PATH=/usr/bin', 'PWD=/srv/not there yet', ''],
    ])
  })

  test('gives its exit code, its output and its errors, and an empty standard input', async () => {
    const ran = await bash('cat; echo out; echo err >&2; exit 7')
    expect(ran).toMatchObject({ exitCode: 7, stdout: 'out\n', stderr: 'err\n' })
  })

  test('is its user, without groups and, unless it is root, without capabilities', async () => {
    const script =
      'id -u; id -g; id -G; grep -E "^(Cap(Eff|Bnd|Inh|Amb)|NoNewPrivs|Seccomp):" /proc/self/status'
    const none = '0000000000000000'
    const status = (capabilities: string) => [
      ...[`CapInh:\t${none}`, `CapEff:\t${capabilities}`, `CapBnd:\t${capabilities}`, `CapAmb:\t${none}`],
      ...['NoNewPrivs:\t1', 'Seccomp:\t2'],
    ]
    const root = await bash(script)
    // docker's a80425fb without NET_RAW.
    expect(root.stdout.trim().split('\n')).toEqual(['0', '0', '0', ...status('00000000a80405fb')])
    const other = await bash(script, { user: { uid: 57439, gid: 57440 } })
    const ids = rights === 'root' ? ['57439', '57440', '57440'] : ['0', '0', '0']
    expect(other.stdout.trim().split('\n')).toEqual([...ids, ...status(none)])
  })

  test('sees its own processes only', async () => {
    const ran = await bash('echo $$; for p in /proc/[0-9]*; do echo $p; done')
    expect(ran.stdout).toBe('1\n/proc/1\n')
  })

  test('has a loopback and no other network, unless it is given the machine’s', async () => {
    const interfaces = async (network: boolean) => {
      const { stdout } = await bash('grep -o "^ *[^ ]*:" /proc/net/dev', { network })
      return stdout.match(/[^ :\n]+/g)
    }
    expect(await interfaces(false)).toEqual(['lo'])
    const machine = (await readdir('/sys/class/net')).filter((name) => name !== 'bonding_masters')
    expect((await interfaces(true))?.sort()).toEqual(machine.sort())
  })

  test('knows the machine’s resolver only where it has its network, and cannot change it', async () => {
    const script =
      'cat /etc/hosts /etc/hostname; test -s /etc/resolv.conf && echo resolver; echo > /etc/hosts'
    const alone = await bash(script)
    const hosts =
      '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.1.1\tmicromamba-image\nmicromamba-image\n'
    expect(alone.stdout).toBe(hosts)
    expect(alone.stderr).toMatch(/Read-only file system/)
    expect((await bash(script, { network: true })).stdout).toBe(`${hosts}resolver\n`)
  })

  test('has nothing of the machine’s file system mounted but a folder for /tmp', async () => {
    const { stdout } = await bash('cut -d " " -f 5 /proc/self/mountinfo')
    const own = ['/', '/dev', '/dev/mqueue', '/dev/pts', '/dev/shm', '/etc/hostname', '/etc/hosts']
    const devices = /^\/dev\/(null|zero|full|tty|u?random)$/
    const covered = /^\/(proc|sys)\//
    const places = stdout.trim().split('\n').sort()
    expect(places.filter((place) => !devices.test(place) && !covered.test(place))).toEqual([
      ...[...own, '/proc', '/run', '/sys', '/tmp'],
    ])
    const ran = await bash('echo kept > /tmp/x; stat -c %a /tmp /run /dev/shm; ls -A /run /dev/shm')
    expect(ran.stdout).toBe('1777\n755\n1777\n/dev/shm:\n\n/run:\n')
    await expect(readdir(ran.temporary)).resolves.toEqual(['x'])
  })

  test('cannot open a device of the machine that it makes', async () => {
    const ran = await bash('mknod /srv/mem c 1 1; cat /srv/mem; ls /dev')
    const refused = rights === 'root' ? 'cat: /srv/mem' : 'mknod: /srv/mem'
    expect(ran.stderr).toContain(`${refused}: Operation not permitted\n`)
    // And the link `core`, where the machine's kernel shows its memory.
    const devices = ['fd', 'full', 'mqueue', 'null', 'ptmx', 'pts', 'random', 'shm']
    const streams = ['stderr', 'stdin', 'stdout', 'tty', 'urandom', 'zero']
    const made = ran.stdout.trim().split('\n')
    expect(made.filter((name) => name !== 'core')).toEqual([...devices, ...streams])
    await rm(join(containers.root, 'srv/mem'), { force: true })
  })

  test('is not given more by a file that changes who runs it', async () => {
    await run('sh', ['-c', 'cp "$1"/usr/bin/id "$1"/srv/id; chmod 4755 "$1"/srv/id', 'sh', containers.root])
    const ran = await bash('/srv/id -u', { user: { uid: 57439, gid: 57439 } })
    expect(ran.stdout).toBe(rights === 'root' ? '57439\n' : '0\n')
  })

  describe('makes no system call but those that commands need:', () => {
    const call = async (number: number, ...args: number[]) => {
      const values = [number, ...args].join(', ')
      const script = `my $r = syscall(${values}); print $r < 0 ? "$!" : "done"`
      const ran = await containers.run({ args: ['/usr/bin/perl', '-e', script] })
      return ran.stdout
    }
    const arm = process.arch === 'arm64'

    test.each([
      ['unshare', arm ? 97 : 272, [0x10000000]],
      ['clone, of a user namespace', arm ? 220 : 56, [0x10000000]],
      ['mount', arm ? 40 : 165, [0, 0, 0, 0, 0]],
      ['setns', arm ? 268 : 308, [0, 0]],
      ['ptrace', arm ? 117 : 101, [0, 0, 0, 0]],
      ['keyctl', arm ? 219 : 250, [0, -3, 0]],
      ['bpf', arm ? 280 : 321, [0, 0, 0]],
      ['io_uring_setup', 425, [1, 0]],
      ['userfaultfd', arm ? 282 : 323, [0]],
      ['perf_event_open', arm ? 241 : 298, [0, 0, 0, 0, 0]],
      ['personality, without random addresses', arm ? 92 : 135, [0x40000]],
      ['socket, to the hypervisor', arm ? 198 : 41, [40, 1, 0]],
    ])('%s', async (_name, number, args) => {
      expect(await call(number, ...args)).toBe('Operation not permitted')
    })

    test('clone3 is not there, so that the C library takes clone', async () => {
      expect(await call(435, 0, 0)).toBe('Function not implemented')
    })

    test.each([
      ['getpid', arm ? 172 : 39, []],
      ['personality, which one it is', arm ? 92 : 135, [0xffffffff]],
      ['socket, of the machine itself', arm ? 198 : 41, [1, 1, 0]],
    ])('%s is one that they need', async (_name, number, args) => {
      expect(await call(number, ...args)).toBe('done')
    })
  })

  describe('given secrets,', () => {
    const secrets = { TOKEN: 'hunter2-é', 'two.lines': 'a\nb\n\n', empty: '' }

    test.each([
      { uid: 0, gid: 0 },
      { uid: 57439, gid: 57440 },
    ])('reads them as the user $uid', async (user) => {
      const script =
        'cd /run/secrets; stat -c "%a" . *; for s in *; do echo "[$(cat $s; echo .)]"; done; umask; cat'
      const ran = await bash(script, { secrets, user })
      expect(ran).toMatchObject({ exitCode: 0, stderr: '' })
      expect(ran.stdout).toBe('700\n400\n400\n400\n[hunter2-é.]\n[.]\n[a\nb\n\n.]\n0022\n')
    })

    test('has them in no argument, no variable and no file that anybody else can see', async () => {
      const show = 'cat /proc/1/cmdline /proc/1/environ; df --output=fstype /run/secrets; > /tmp/ready'
      const seen: string[] = []
      const ran = await containers.run(
        {
          args: ['/bin/bash', '-c', `${show}; until [ -e /tmp/go ]; do sleep 0.1; done`],
          secrets,
        },
        async (temporary) => {
          await ready(join(temporary, 'ready'))
          const everything = 'ps axeww; cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null || true'
          seen.push((await run('sh', ['-c', everything])).toString())
          // grep ends with 1 when it finds nothing.
          const folder = join(containers.root, '..')
          const files = await run('sh', ['-c', 'grep -rs hunter2 "$1" || true', 'sh', folder])
          seen.push(files.toString())
          await writeFile(join(temporary, 'go'), '')
        },
      )
      expect(ran).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/tmpfs\n$/) })
      expect([ran.stdout, ...seen].join('')).not.toContain('hunter2')
    })

    test('reads them before a file that its variables name could', async () => {
      await writeFile(join(containers.root, 'srv/bashrc'), 'read -r -d "" x; echo "took $x"\n')
      const ran = await bash('cat /run/secrets/TOKEN', {
        secrets,
        env: { PATH: '/usr/bin', BASH_ENV: '/srv/bashrc' },
      })
      expect(ran.stdout).toBe('took \nhunter2-é')
    })
  })

  test('cannot touch processes of the machine, not by their number either', async () => {
    const sleeper = spawn('sleep', ['60'])
    const ran = await bash(`kill -9 ${sleeper.pid ?? 0}; cat /proc/${sleeper.pid ?? 0}/mem`)
    expect(ran.stderr).toMatch(/No such process[^]*No such file/)
    expect(sleeper.exitCode).toBeNull()
    sleeper.kill()
  })

  describe('leaves nothing behind:', () => {
    /** What of its containers is on this machine. */
    const remains = async () => {
      const folder = join(containers.root, '..')
      const mounts = (await readFile('/proc/self/mounts', 'utf8')).split('\n')
      const state = await run('find', [folder, '-path', '*/state/*'])
      const cgroups = await run('find', ['/sys/fs/cgroup', '-name', `test-${process.pid}-*`])
      const processes = await run('ps', ['axww', '-o', 'args'])
      return [
        ...mounts.filter((mount) => mount.includes(folder)),
        ...[state, cgroups].flatMap((found) => found.toString().split('\n')),
        ...processes
          .toString()
          .split('\n')
          .filter((line) => line.includes('sleep 4321')),
      ].filter((line) => line !== '')
    }
    const sleeping = 'sleep 4321 & > /tmp/ready; wait'

    test('when it ends, nor do the processes that it started', async () => {
      await bash('sleep 4321 & true')
      expect(await remains()).toEqual([])
    })

    test('when it is killed', async () => {
      const ran = await containers.run(
        { args: ['/bin/bash', '-c', sleeping] },
        async (temporary, container) => {
          await ready(join(temporary, 'ready'))
          await asItsUser(killArguments(containers.runtime, container))
        },
      )
      expect(ran.exitCode).toBe(137)
      expect(await remains()).toEqual([])
    })

    test('when it is deleted after the runtime itself was killed', async () => {
      const ran = await containers.run(
        { args: ['/bin/bash', '-c', sleeping] },
        async (temporary, container) => {
          await ready(join(temporary, 'ready'))
          expect(await remains()).not.toEqual([])
          const ids = await run('pgrep', ['-f', `run --bundle ${container.bundle} `])
          for (const id of ids.toString().trim().split('\n')) process.kill(Number(id), 'SIGKILL')
          await asItsUser(deleteArguments(containers.runtime, container))
        },
      )
      expect(ran.exitCode).toBeNull()
      expect(await remains()).toEqual([])
    })
  })

  test('that cannot be started is told from one that fails', async () => {
    const reasons: (string | undefined)[] = []
    for (const program of ['/bin/false', '/bin/nowhere']) {
      const { exitCode, bundle } = await containers.run({ args: [program] })
      expect(exitCode).not.toBe(0)
      reasons.push(readRuntimeError({ bundle }))
    }
    expect(reasons).toEqual([
      undefined,
      expect.stringMatching(/\/bin\/nowhere.* no such file or directory$/i),
    ])
  })
})

async function ready(file: string): Promise<void> {
  const isThere = () =>
    access(file).then(
      () => true,
      () => false,
    )
  while (!(await isThere())) await new Promise((resolve) => setTimeout(resolve, 50))
}
