import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { mapConcurrently } from '../../src/common/concurrency.ts'
import { startChannel, type Channel, type ChannelOptions } from './channel/server.ts'
import { writeStandIn, standInEnvironment } from './micromamba/stand-in.ts'

// Each run starts a Node, and a solver in it.
jest.setTimeout(120_000)

const data = join(import.meta.dirname, '../data/transcripts')
/** Where the transcripts' channel was. */
const recordedHost = '127.0.0.1:8125'

let scratch: string
let micromamba: string
let newer: string

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'stand-in-'))
  micromamba = join(scratch, '2.8/micromamba')
  newer = join(scratch, '2.9/micromamba')
  // That of the first transcripts.
  await writeStandIn(micromamba, '2.8.1')
  await writeStandIn(newer, '2.9.0')
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

interface Outcome {
  readonly exit: number | null
  readonly stdout: string
  readonly stderr: string
}

async function runIn(
  cwd: string,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const { PATH } = process.env
  const child = spawn(program, args, { cwd, env: { PATH, HOME: cwd, MAMBA_ROOT_PREFIX: '/ROOT', ...env } })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const exit = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { exit, ...output }
}

interface Transcript extends Outcome {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

interface Answer {
  readonly actions?: { readonly FETCH: Item[]; readonly LINK?: Item[]; readonly PREFIX: string }
  readonly success: boolean
  readonly solver_problems?: string[]
  readonly log_history?: readonly { readonly location: string; readonly message: string }[]
}

interface Item {
  readonly name: string
  readonly depends: readonly string[]
  readonly url: string
}

const read = async (file: string) => JSON.parse(await readFile(join(data, file), 'utf8')) as Transcript[]

describe.each([
  ['2.8', await read('solve.json')],
  ['2.9', await read('solve-main.json')],
])('answers as a real %s did', (kind, transcripts) => {
  const outcomes = new Map<string, Outcome>()

  beforeAll(async () => {
    const channel = await startChannel({ folder: join(data, 'channel') })
    const here = (text: string) => text.replaceAll(recordedHost, new URL(channel.url).host)
    await mapConcurrently(transcripts, 4, async ({ name, files, argv, env }) => {
      const folder = join(scratch, kind, name)
      await mkdir(folder)
      for (const [file, content] of Object.entries(files)) await writeFile(join(folder, file), here(content))
      const [, ...args] = argv.map(here)
      const outcome = await runIn(folder, kind === '2.8' ? micromamba : newer, args, {
        ...env,
        ...standInEnvironment,
      })
      const there = (text: string) =>
        text.replaceAll(new URL(channel.url).host, recordedHost).replaceAll(folder, '/WORK')
      outcomes.set(name, { ...outcome, stdout: there(outcome.stdout), stderr: there(outcome.stderr) })
    })
    await channel.stop()
  })

  // How long the page is that comes with a 404 is the server's business.
  const withoutSizes = (text = '') => text.replaceAll(/\d+ bytes/g, 'n bytes')
  const parsed = (text: string) => JSON.parse(text) as Answer
  const sorted = ({ actions, log_history, ...rest }: Answer) => ({
    ...rest,
    // Where in micromamba's sources a message comes from is nothing that anybody looks at.
    log_history: log_history?.map((entry) => ({
      ...entry,
      location: '',
      message: withoutSizes(entry.message),
    })),
    ...actions,
    FETCH: actions?.FETCH.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    LINK: actions?.LINK?.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  })

  test.each(transcripts)('$name', ({ name, argv, exit, stdout, stderr }) => {
    const outcome = outcomes.get(name)
    expect(outcome?.exit).toBe(exit)
    expect(withoutSizes(outcome?.stderr)).toBe(withoutSizes(stderr))
    if (argv.includes('--json') && stdout !== '') {
      // Packages that do not depend on each other may come in another order.
      expect(sorted(parsed(outcome?.stdout ?? ''))).toEqual(sorted(parsed(stdout)))
    } else if (argv.includes('--json') || argv.includes('--version')) expect(outcome?.stdout).toBe(stdout)
  })

  test.each(transcripts.filter(({ stdout }) => stdout.includes('"LINK"')))('$name: in order', ({ name }) => {
    const link = parsed(outcomes.get(name)?.stdout ?? '').actions?.LINK ?? []
    const names = link.map((item) => item.name)
    link.forEach(({ depends }, index) => {
      const needed = depends.map((spec) => names.indexOf(spec.split(' ')[0] ?? ''))
      expect(needed.filter((place) => place > index)).toEqual([])
    })
  })
})

describe('asks private channels', () => {
  const urlsFrom = async (
    options: ChannelOptions,
    source: (channel: Channel) => string,
    authentication?: (channel: Channel) => object,
  ) => {
    const channel = await startChannel({ folder: join(data, 'channel'), ...options })
    const home = await mkdtemp(join(scratch, 'home-'))
    try {
      if (authentication) {
        await mkdir(join(home, '.mamba/auth'), { recursive: true })
        const entries = { [new URL(channel.url).host]: authentication(channel) }
        await writeFile(join(home, '.mamba/auth/authentication.json'), JSON.stringify(entries))
      }
      await writeFile(
        join(home, 'env.yaml'),
        JSON.stringify({ channels: [source(channel)], dependencies: ['tzdata'] }),
      )
      const args = [
        'create',
        '--dry-run',
        '--json',
        '--no-rc',
        '--file',
        'env.yaml',
        '--platform',
        'linux-64',
      ]
      const { stdout, stderr } = await runIn(home, micromamba, args, standInEnvironment)
      if (stdout === '') return stderr.replaceAll(new URL(channel.url).host, 'HOST')
      const link = (JSON.parse(stdout) as Answer).actions?.LINK ?? []
      return link.map(({ url }) => url.replace(new URL(channel.url).host, 'HOST'))
    } finally {
      await channel.stop()
    }
  }
  const file = 'noarch/tzdata-2024a-h0c530f3_0.conda'
  const login = { user: 'ada', password: 's3cret' }
  const address = ({ url }: Channel) => url

  test('with what their address says', async () => {
    const source = ({ sourceUrl }: Channel) => sourceUrl
    expect(await urlsFrom({ login }, source)).toEqual([`http://ada:*****@HOST/${file}`])
    expect(await urlsFrom({ token: 'tk-1' }, source)).toEqual([`http://HOST/t/*****/${file}`])
  })

  test('with what authentication.json says', async () => {
    const password = Buffer.from(login.password).toString('base64')
    const basic = () => ({ type: 'BasicHTTPAuthentication', user: login.user, password })
    expect(await urlsFrom({ login }, address, basic)).toEqual([`http://ada:*****@HOST/${file}`])
    const token = () => ({ type: 'CondaToken', token: 'tk-1' })
    expect(await urlsFrom({ token: 'tk-1' }, address, token)).toEqual([`http://HOST/t/*****/${file}`])
  })

  test('and says when it was not let in', async () => {
    expect(await urlsFrom({ login }, address)).toContain('status: 401 [http://HOST/noarch/repodata.json]')
  })
})

test('the newest of the channel of real packages', async () => {
  const channel = await startChannel()
  const specs = ['hello', 'sqlite', 'tuned', 'jinja2']
  const args = ['create', '--dry-run', '--json', '--platform', 'linux-64', '-c', channel.url, ...specs]
  const { stdout } = await runIn(scratch, micromamba, args, {
    ...standInEnvironment,
    CONDA_OVERRIDE_ARCHSPEC: 'x86_64',
    CONDA_OVERRIDE_GLIBC: '2.28',
  })
  await channel.stop()
  const files = (JSON.parse(stdout) as Answer).actions?.LINK?.map(({ url }) => url.replace(/.*\//, ''))
  expect(files).toEqual(
    expect.arrayContaining([
      'hello-1.1.0-pyhd8ed1ab_0.conda',
      'pip-24.0-pyhd8ed1ab_0.conda',
      'python-3.11.2-h0_1_cpython.conda',
      'sqlite-3.40.1-h0_0.conda',
      'tuned-1.0-x86_64_0.conda',
    ]),
  )
})

test.each([
  [['create', '--dry-run'], 'MICROMAMBA_STAND_IN_SOLVER'],
  [['install', 'python'], "no command 'install'"],
  [['shell', 'init'], "no 'shell init'"],
])('%j is refused', async (args, message) => {
  const { exit, stderr } = await runIn(scratch, micromamba, args)
  expect([exit, stderr]).toEqual([1, expect.stringContaining(message)])
})

describe('activates', () => {
  let root: string

  beforeAll(async () => {
    root = join(scratch, 'root')
    const files = {
      'conda-meta/history': '',
      'conda-meta/state': '{"env_vars": {"FROM_STATE": "it\'s $HOME"}}',
      'etc/conda/env_vars.d/a.json': '{\n  "FROM_A": "a b",\n  "FROM_STATE": "overridden"\n}\n',
      'etc/conda/activate.d/one.sh': 'export ONE="${CONDA_PREFIX}/one"\n',
      'etc/conda/deactivate.d/one.sh': 'unset ONE\n',
      'envs/other/conda-meta/history': '',
      'envs/no-environment/file': '',
    }
    for (const [path, content] of Object.entries(files)) {
      await mkdir(join(root, path, '..'), { recursive: true })
      await writeFile(join(root, path), content)
    }
    await chmod(micromamba, 0o755)
  })

  const variables = ['CONDA_PREFIX', 'CONDA_DEFAULT_ENV', 'CONDA_SHLVL', 'CONDA_PROMPT_MODIFIER', 'PATH']
  const own = ['FROM_A', 'FROM_STATE', 'ONE']

  /** What the variables are after commands in a bash with the hook. */
  async function after(...commands: string[]): Promise<Record<string, string>> {
    const hook = 'eval "$("$MAMBA_EXE" shell hook --shell bash)"'
    const print = [...variables, ...own].map((name) => `printf '%s\\n' "${name}=\${${name}-unset}"`)
    const script = ['set -e', hook, ...commands, ...print].join('\n')
    const env = { MAMBA_EXE: micromamba, MAMBA_ROOT_PREFIX: root, PATH: '/usr/bin:/bin' }
    const { stdout, stderr, exit } = await runIn(scratch, 'bash', ['-c', script], env)
    if (exit !== 0) throw new Error(`${exit}: ${stderr}`)
    return Object.fromEntries(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => [line.replace(/=.*/, ''), line.replace(/^\w+=/, '').replaceAll(root, 'ROOT')]),
    )
  }

  const base = {
    CONDA_PREFIX: 'ROOT',
    CONDA_DEFAULT_ENV: 'base',
    CONDA_SHLVL: '1',
    CONDA_PROMPT_MODIFIER: '(base) ',
    PATH: 'ROOT/bin:/usr/bin:/bin',
    FROM_A: 'a b',
    FROM_STATE: "it's $HOME",
    ONE: 'ROOT/one',
  }
  const other = {
    CONDA_PREFIX: 'ROOT/envs/other',
    CONDA_DEFAULT_ENV: 'other',
    CONDA_PROMPT_MODIFIER: '(other) ',
    PATH: 'ROOT/envs/other/bin:/usr/bin:/bin',
    FROM_A: 'unset',
    FROM_STATE: 'unset',
    ONE: 'unset',
  }
  const none = Object.fromEntries([...variables, ...own].map((name) => [name, 'unset']))

  test('by name and by prefix', async () => {
    expect(await after('micromamba activate base')).toEqual(base)
    expect(await after('micromamba activate')).toEqual(base)
    expect(await after(`micromamba activate ${root}`)).toEqual(base)
    expect(await after('micromamba activate other')).toEqual({ ...other, CONDA_SHLVL: '1' })
  })

  test('one after the other, and back', async () => {
    const both = ['micromamba activate base', 'micromamba activate other']
    expect(await after(...both)).toEqual({ ...other, CONDA_SHLVL: '2' })
    expect(await after(...both, 'micromamba deactivate')).toEqual(base)
    expect(await after(...both, 'micromamba deactivate', 'micromamba deactivate')).toEqual({
      ...none,
      CONDA_SHLVL: '0',
      PATH: '/usr/bin:/bin',
    })
  })

  test('the same twice, and again', async () => {
    expect(await after('micromamba activate base', 'micromamba activate base')).toEqual(base)
    expect(await after('micromamba activate base', 'micromamba reactivate')).toEqual(base)
  })

  test('none that does not exist', async () => {
    await expect(after('micromamba activate nowhere')).rejects.toThrow(
      /^1: critical libmamba Cannot activate, prefix does not exist at: '.*\/envs\/nowhere'/,
    )
    await expect(after('micromamba activate no-environment')).rejects.toThrow('not a conda environment')
  })
})
