import type { ContainerEngine, Outcome } from './engine.ts'

export type Activation = 'none' | 'entrypoint' | 'everywhere'

/** One row of the contract, and what is wrong with it. */
export interface Verdict {
  readonly row: string
  readonly problem?: string
}

interface Row {
  readonly row: string
  readonly check: () => Promise<string | undefined>
}

/** What the rows need to know of the image. */
interface Subject {
  readonly engine: ContainerEngine
  readonly image: string
  readonly prefix: string
  readonly user: string
  readonly uid: string
  readonly entrypoint: string
  /** Whether a process that the entrypoint started has the environment, and one that it did not start. */
  readonly active: { readonly started: boolean; readonly other: boolean }
}

const entrypoint = '/usr/local/bin/_entrypoint.sh'

/** Checks each row in turn; a row that throws is a row that fails. */
export async function* checkContract(
  engine: ContainerEngine,
  image: string,
  activation: Activation = 'entrypoint',
): AsyncGenerator<Verdict> {
  const inspected = await engine(['image', 'inspect', image])
  if (inspected.code !== 0) {
    yield { row: 'the engine has the image', problem: inspected.stderr.trim() }
    return
  }
  const [{ Config: config }] = JSON.parse(inspected.stdout) as [{ Config: Config }]
  for (const { row, check } of [
    ...configRows(config, activation),
    ...containerRows(engine, image, config, activation),
  ]) {
    let problem: string | undefined
    try {
      problem = await check()
    } catch (error) {
      problem = String(error)
    }
    yield { row, ...(problem !== undefined && { problem }) }
  }
}

/** The part of an image's config that the contract speaks of. */
interface Config {
  readonly Env?: readonly string[]
  readonly User?: string
  readonly WorkingDir?: string
  readonly Entrypoint?: readonly string[]
  readonly Shell?: readonly string[]
}

function variablesOf(config: Config): Map<string, string> {
  return new Map(
    (config.Env ?? []).map((pair): [string, string] => {
      const equals = pair.indexOf('=')
      return [pair.slice(0, equals), pair.slice(equals + 1)]
    }),
  )
}

function configRows(config: Config, activation: Activation): Row[] {
  const variables = variablesOf(config)
  const needed = [
    'MAMBA_USER',
    'MAMBA_USER_ID',
    'MAMBA_USER_GID',
    'LANG',
    'LC_ALL',
    'ENV_NAME',
    'MAMBA_ROOT_PREFIX',
    'MAMBA_EXE',
  ]
  const same = (name: string, actual: unknown, expected: unknown): Row => ({
    row: `config: ${name} is ${JSON.stringify(expected)}`,
    check: () =>
      Promise.resolve(
        JSON.stringify(actual) === JSON.stringify(expected) ? undefined : `it is ${JSON.stringify(actual)}`,
      ),
  })
  return [
    ...needed.map((name) => ({
      row: `config: ENV ${name}`,
      check: () => Promise.resolve(variables.has(name) ? undefined : 'not set'),
    })),
    {
      row: 'config: PATH has /usr/local/bin',
      check: () =>
        Promise.resolve(
          variables.get('PATH')?.split(':').includes('/usr/local/bin')
            ? undefined
            : `PATH is ${variables.get('PATH') ?? 'not set'}`,
        ),
    },
    ...(activation === 'none' ? [] : [same('ENTRYPOINT starts with', config.Entrypoint?.[0], entrypoint)]),
    same('SHELL', config.Shell, ['/usr/local/bin/_dockerfile_shell.sh']),
  ]
}

function containerRows(
  engine: ContainerEngine,
  image: string,
  config: Config,
  activation: Activation,
): Row[] {
  const variables = variablesOf(config)
  const root = variables.get('MAMBA_ROOT_PREFIX') ?? '/opt/conda'
  const name = variables.get('ENV_NAME') ?? 'base'
  const subject: Subject = {
    engine,
    image,
    prefix: name === 'base' ? root : `${root}/envs/${name}`,
    user: variables.get('MAMBA_USER') ?? 'mambauser',
    uid: variables.get('MAMBA_USER_ID') ?? '57439',
    entrypoint: config.Entrypoint?.[0] ?? '',
    active: { started: activation !== 'none', other: activation === 'everywhere' },
  }
  return [
    ...fileRows(subject),
    ...startRows(subject),
    ...interactiveRows(subject),
    ...userRows(subject),
    ...(subject.active.started ? entrypointRows(subject) : []),
    ...processRows(subject),
    ...dockerfileRows(subject),
  ]
}

/** What every start is asked for: a line that is easy to find among prompts and messages. */
const question = 'echo "<$CONDA_PREFIX|$HOME|$(id -u)>"'

function run(
  { engine, image }: Subject,
  options: readonly string[],
  command: readonly string[],
): Promise<Outcome> {
  return engine(['run', '--rm', '--network=none', ...options, image, ...command])
}

function answered(outcome: Outcome): string {
  const [, answer] = /<([^<>$]*)>/.exec(outcome.stdout) ?? []
  return answer ?? `no answer; exit ${outcome.code}: ${(outcome.stderr || outcome.stdout).trim().slice(-500)}`
}

/** `prefix` is what CONDA_PREFIX must be: the environment's or nothing. */
function expectPrefix(outcome: Outcome, prefix: string): string | undefined {
  const [actual] = answered(outcome).split('|')
  return actual === prefix ? undefined : `CONDA_PREFIX is '${actual ?? ''}', not '${prefix}'`
}

function expectAnswer(outcome: Outcome, answer: string): string | undefined {
  const actual = answered(outcome)
  return actual === answer ? undefined : `<CONDA_PREFIX|HOME|uid> is '${actual}', not '${answer}'`
}

function fileRows(subject: Subject): Row[] {
  const files = [
    '/bin/micromamba',
    entrypoint,
    '/usr/local/bin/_activate_current_env.sh',
    '/usr/local/bin/_dockerfile_shell.sh',
    '/etc/arg_mamba_user',
    '/root/.bashrc',
    '/etc/skel/.bashrc',
    `/home/${subject.user}/.bashrc`,
    `${subject.prefix}/conda-meta/history`,
  ]
  const inside = (row: string, options: readonly string[], script: string): Row => ({
    row,
    async check() {
      const { code, stdout, stderr } = await run(
        subject,
        [...options, '--entrypoint', '/bin/bash'],
        ['-c', script],
      )
      return code === 0 ? undefined : (stdout + stderr).trim() || `exit ${code}`
    },
  })
  return [
    ...files.map((file) =>
      inside(`file: ${file}`, ['--user', 'root'], `test -e '${file}' || { echo missing; exit 1; }`),
    ),
    inside('/etc/arg_mamba_user names MAMBA_USER', [], 'test "$(cat /etc/arg_mamba_user)" = "$MAMBA_USER"'),
    inside(
      'the prefix belongs to the user, who can write in it',
      [],
      `touch '${subject.prefix}/conda-meta/.contract'`,
    ),
    inside('the shell starts in a directory that the user can write in', [], 'touch ./.contract'),
  ]
}

function startRows(subject: Subject): Row[] {
  const { engine, image, prefix, active } = subject
  const started = active.started ? prefix : ''
  const other = active.other ? prefix : ''
  return [
    {
      row: 'docker run IMAGE cmd: active',
      check: async () => expectPrefix(await run(subject, [], ['bash', '-c', question]), started),
    },
    {
      row: "docker run IMAGE sh -c '…': active",
      check: async () => expectPrefix(await run(subject, [], ['sh', '-c', question]), started),
    },
    {
      row: `--entrypoint '' IMAGE bash -c '…': ${active.other ? 'active' : 'not active'}`,
      check: async () =>
        expectPrefix(await run(subject, ['--entrypoint', ''], ['bash', '-c', question]), other),
    },
    {
      row: `docker exec: ${active.other ? 'active' : 'not active'}`,
      async check() {
        const { stdout, stderr } = await engine(['run', '--detach', '--rm', image, 'sleep', '60'])
        const id = stdout.trim()
        if (id === '') return stderr
        try {
          return expectPrefix(await engine(['exec', id, 'bash', '-c', question]), other)
        } finally {
          await engine(['rm', '--force', id])
        }
      },
    },
  ]
}

function interactiveRows(subject: Subject): Row[] {
  const { engine, image, prefix, user } = subject
  // The question is written so that its echo on the terminal is not taken for its answer.
  const typed = (options: readonly string[], command: readonly string[]) =>
    engine.typed(
      ['run', '--rm', '-it', '--network=none', ...options, image, ...command],
      `${question}\nexit\nexit\n`,
    )
  return [
    { row: 'docker run -it IMAGE: active', check: async () => expectPrefix(await typed([], []), prefix) },
    {
      row: 'docker run -it --entrypoint /bin/bash IMAGE: active',
      check: async () => expectPrefix(await typed(['--entrypoint', '/bin/bash'], []), prefix),
    },
    {
      row: 'su USER inside, where there is a su: active',
      async check() {
        const outcome = await typed(['--user', 'root', '--entrypoint', '/bin/su'], [user])
        // What engines end with when the program is not there.
        return outcome.code === 127 ? undefined : expectPrefix(outcome, prefix)
      },
    },
    {
      row: 'MAMBA_SKIP_ACTIVATE=1 in an interactive shell: not active, the micromamba function is there',
      async check() {
        const outcome = await engine.typed(
          [
            'run',
            '--rm',
            '-it',
            '--network=none',
            '-e',
            'MAMBA_SKIP_ACTIVATE=1',
            '--entrypoint',
            '/bin/bash',
            image,
          ],
          'echo "<$CONDA_PREFIX-$(type -t micromamba)>"\nexit\n',
        )
        return answered(outcome) === '-function' ? undefined : answered(outcome)
      },
    },
  ]
}

function userRows(subject: Subject): Row[] {
  const { prefix, user, uid, active } = subject
  const expected = active.started ? prefix : ''
  const asked = (options: readonly string[]) => run(subject, options, ['bash', '-c', question])
  return [
    {
      row: 'the default user',
      check: async () => expectAnswer(await asked([]), `${expected}|/home/${user}|${uid}`),
    },
    {
      row: '--user UID:GID of nobody known: active, HOME of the user',
      check: async () =>
        expectAnswer(
          await asked(['--user', '12345:12345']),
          `${expected}|${active.started ? `/home/${user}` : '/'}|12345`,
        ),
    },
    {
      row: '--user root: active',
      check: async () => expectAnswer(await asked(['--user', 'root']), `${expected}|/root|0`),
    },
    {
      row: '--read-only: active',
      check: async () => expectPrefix(await asked(['--read-only']), expected),
    },
    {
      row: 'HOME unset: active',
      check: async () => expectPrefix(await asked(['--env', 'HOME=']), expected),
    },
  ]
}

/** What the entrypoint does besides activating. */
function entrypointRows(subject: Subject): Row[] {
  const { user } = subject
  const asked = (options: readonly string[]) => run(subject, options, ['bash', '-c', question])
  return [
    {
      row: 'MAMBA_USER=other alone: exit 1, both names said',
      async check() {
        const { code, stderr } = await asked(['--env', 'MAMBA_USER=other'])
        return code === 1 && stderr.includes('other') && stderr.includes(user)
          ? undefined
          : `exit ${code}: ${stderr}`
      },
    },
    {
      row: 'MAMBA_SKIP_ACTIVATE=1: not active, the micromamba function is there for RUN-like shells',
      check: async () =>
        expectPrefix(await run(subject, ['--env', 'MAMBA_SKIP_ACTIVATE=1'], ['bash', '-c', question]), ''),
    },
    {
      row: 'ENV_NAME of no environment: a message, a non-zero exit',
      async check() {
        const { code, stderr, stdout } = await run(
          subject,
          ['--env', 'ENV_NAME=no-such-environment'],
          ['bash', '-c', question],
        )
        return code !== 0 && stderr.includes('no-such-environment') && stdout === ''
          ? undefined
          : `exit ${code}: ${stdout}${stderr}`
      },
    },
  ]
}

function processRows(subject: Subject): Row[] {
  const { engine, image } = subject
  return [
    {
      row: 'the exit code is the command’s',
      async check() {
        const { code } = await run(subject, [], ['bash', '-c', 'exit 42'])
        return code === 42 ? undefined : `exit ${code}`
      },
    },
    {
      row: 'arguments with spaces and newlines survive',
      async check() {
        const { stdout } = await run(subject, [], ['printf', '<%s>', 'a  b', 'c\nd', ''])
        return stdout === '<a  b><c\nd><>' ? undefined : JSON.stringify(stdout)
      },
    },
    {
      row: 'PID 1 is the command, and signals reach it',
      async check() {
        const script = 'trap "echo got TERM; exit 7" TERM; echo pid $$; while :; do sleep 0.1; done'
        const { stdout: id, stderr } = await engine(['run', '--detach', image, 'bash', '-c', script])
        if (id === '') return stderr
        try {
          for (let tries = 0; tries < 100; tries++) {
            if ((await engine(['logs', id.trim()])).stdout.includes('pid')) break
            await new Promise((resolve) => setTimeout(resolve, 100))
          }
          await engine(['stop', '--time', '10', id.trim()])
          const { stdout: logs } = await engine(['logs', id.trim()])
          const { stdout: code } = await engine(['inspect', '--format', '{{.State.ExitCode}}', id.trim()])
          return logs === 'pid 1\ngot TERM\n' && code.trim() === '7'
            ? undefined
            : `exit ${code.trim()}: ${logs}`
        } finally {
          await engine(['rm', '--force', id.trim()])
        }
      },
    },
    {
      row: 'nothing is written in HOME',
      async check() {
        const { stdout } = await run(
          subject,
          ['--tmpfs', '/mnt', '--env', 'HOME=/mnt'],
          ['bash', '-c', 'ls -A /mnt'],
        )
        return stdout === '' ? undefined : stdout
      },
    },
  ]
}

function dockerfileRows(subject: Subject): Row[] {
  const { engine, image, prefix, entrypoint: first, active } = subject
  const started = active.started ? prefix : ''
  const other = active.other ? prefix : ''
  const built = async (lines: readonly string[], inspect: (tag: string) => Promise<string | undefined>) => {
    const dockerfile = [`FROM ${image}`, ...lines, ''].join('\n')
    const { code, stdout, stderr } = await engine(['build', '--quiet', '--network=none', '-'], {
      input: dockerfile,
    })
    if (code !== 0) return stderr.trim()
    try {
      return await inspect(stdout.trim())
    } finally {
      await engine(['image', 'rm', '--force', stdout.trim()])
    }
  }
  const afterRun = (row: string, lines: readonly string[], expected: string): Row => ({
    row,
    check: () =>
      built([...lines, `RUN ${question} > /tmp/answer`], async (tag) =>
        expectPrefix(await engine(['run', '--rm', '--entrypoint', '/bin/cat', tag, '/tmp/answer']), expected),
      ),
  })
  const afterStart = (row: string, lines: readonly string[], expected: string): Row => ({
    row,
    check: () => built(lines, async (tag) => expectPrefix(await engine(['run', '--rm', tag]), expected)),
  })
  const json = (words: readonly string[]) => JSON.stringify(words)
  return [
    afterRun(`RUN: ${active.other ? 'active' : 'not active'}`, [], other),
    afterRun(
      'RUN after ARG MAMBA_DOCKERFILE_ACTIVATE=1: active',
      ['ARG MAMBA_DOCKERFILE_ACTIVATE=1'],
      prefix,
    ),
    {
      row: 'RUN fails when the first command of a pipe does',
      check: async () =>
        (await built(['RUN false | cat'], () => Promise.resolve(undefined))) === undefined
          ? 'it passed'
          : undefined,
    },
    afterStart('CMD in exec form: active', [`CMD ${json(['bash', '-c', question])}`], started),
    afterStart('CMD in shell form: active', [`CMD ${question}`], started),
    afterStart(
      `own ENTRYPOINT: ${active.other ? 'active' : 'not active'}`,
      [`ENTRYPOINT ${json(['bash', '-c', question])}`],
      other,
    ),
    ...(first === ''
      ? []
      : [
          afterStart(
            'own ENTRYPOINT after ours: active',
            [`ENTRYPOINT ${json([first, 'bash', '-c', question])}`],
            started,
          ),
        ]),
  ]
}
