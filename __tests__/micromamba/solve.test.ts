import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { Subdir } from '../../src/common/platform.ts'
import { parseEnvironment } from '../../src/environment/parse.ts'
import {
  defaultVirtualPackages,
  solve,
  SolveError,
  type SolveRequest,
  type VirtualPackages,
} from '../../src/micromamba/solve.ts'
import { kinds, standIn, transcript, type Kind } from './replay.ts'

let folder = ''
let log = ''
const environment = { ...process.env }
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'solve-test-'))
  process.env['RUNNER_TEMP'] = join(folder, 'temp')
  await mkdir(join(folder, 'temp'))
  log = ''
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    log += String(text)
    return true
  })
})
afterEach(async () => {
  jest.restoreAllMocks()
  process.env = { ...environment }
  await rm(folder, { recursive: true })
})

function requestFor(text: string, more: Partial<SolveRequest> & { platform?: Subdir } = {}): SolveRequest {
  const platform = more.platform ?? 'linux-64'
  return {
    environment: parseEnvironment(text, '/srv/env.yaml', {}).environment,
    platform,
    virtualPackages: defaultVirtualPackages(platform),
    ...more,
  }
}

/** Solves what a transcript solved. */
async function replay(
  kind: Kind,
  name: string,
  platform: Subdir = 'linux-64',
  virtualPackages?: VirtualPackages,
) {
  const micromamba = await standIn(folder, undefined, kind)
  const request = requestFor(transcript(name, kind).files['env.yaml'] ?? '', {
    platform,
    ...(virtualPackages && { virtualPackages }),
  })
  return solve(micromamba, request)
}

const anything = requestFor('channels: [a]\ndependencies: [b]')

const failureOf = (work: Promise<unknown>): Promise<SolveError> =>
  work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => {
      if (error instanceof SolveError) return error
      throw error
    },
  )

describe.each(kinds)('a recorded solve of micromamba %s', (kind) => {
  test.each([
    ['solve-simple', 'linux-64', 'libzlib ca-certificates openssl tzdata python certifi idna pip requests'],
    ['solve-aarch64', 'linux-aarch64', 'libzlib ca-certificates openssl tzdata python_abi python numpy pip'],
    ['solve-tar-bz2', 'linux-64', 'legacy'],
    ['solve-variables', 'linux-64', 'tzdata'],
    ['nothing-to-install', 'linux-64', ''],
  ] as const)('%s', async (name, platform, expected) => {
    const packages = await replay(kind, name, platform)
    expect(packages.map((item) => item.name).join(' ')).toBe(expected)
  })

  test('without specs nothing is solved, whatever micromamba would answer', async () => {
    expect(await solve({ path: '/bin/false' }, requestFor('dependencies: []'))).toEqual([])
  })

  test('gives all that a lock needs', async () => {
    expect((await replay(kind, 'solve-simple')).at(-1)).toEqual({
      name: 'requests',
      version: '2.32.3',
      license: 'MIT',
      build: 'pyhd8ed1ab_0',
      url: 'http://127.0.0.1:8125/noarch/requests-2.32.3-pyhd8ed1ab_0.conda',
      sha256: 'c8344e31d98323ae7e7361fe8a1ba943c00a9ec4da4e28fdafd5b993d0feda98',
      size: 2258,
      depends: ['python >=3.8', 'idna >=2.5,<4', 'certifi >=2017.4.17'],
    })
  })

  test('has no credentials in its addresses', async () => {
    expect((await replay(kind, 'credentials-in-url')).map(({ url }) => url)).toEqual([
      'http://127.0.0.1:8125/noarch/tzdata-2024a-h0c530f3_0.conda',
    ])
  })

  test('depends on the virtual packages that are asked for', async () => {
    const packages = await replay(kind, 'solvable-cuda-present', 'linux-64', {
      ...defaultVirtualPackages('linux-64'),
      __cuda: '12.4',
    })
    expect(packages.map(({ name }) => name)).toEqual(['gpu-thing'])
  })
})

describe.each(kinds)('an unsolvable environment for micromamba %s', (kind) => {
  test('ends with the explanation', async () => {
    const error = await failureOf(replay(kind, 'unsolvable-conflict'))
    expect(error.kind).toBe('unsolvable')
    expect(error.message).toBe(
      [
        '/srv/env.yaml: it cannot be solved for linux-64:',
        'The following packages are incompatible',
        '├─ oldtls =* * is installable and it requires',
        '│  └─ openssl =1.1 *, which can be installed;',
        '└─ python =3.12 * is not installable because it requires',
        '   └─ openssl >=3.2.0,<4.0a0 *, which conflicts with any installable versions previously reported.',
      ].join('\n'),
    )
  })
})

test.each([
  [
    'unsolvable-missing',
    'The following package could not be installed\n└─ nosuchpackage =* * does not exist (perhaps a typo or a missing channel).',
  ],
  [
    'unsolvable-cuda-absent',
    'The following package could not be installed\n' +
      '└─ gpu-thing =* * is not installable because it requires\n   └─ __cuda >=12 *, which is missing on the system.',
  ],
])('micromamba 2.9 explains %s in the first run', async (name, explanation) => {
  const micromamba = await standIn(folder)
  const error = await failureOf(solve(micromamba, requestFor(transcript(name).files['env.yaml'] ?? '')))
  expect(error.message).toBe(`/srv/env.yaml: it cannot be solved for linux-64:\n${explanation}`)
  expect(await micromamba.calls()).toHaveLength(1)
})

test.each([
  ['unsolvable-cuda-absent', 'nothing provides __cuda >=12 needed by gpu-thing-12.0-cuda_h0_0'],
  ['unsolvable-glibc', 'nothing provides __glibc >=2.38 needed by newglibc-1.0-h0_0'],
  ['unsolvable-archspec', 'nothing provides __archspec 1 x86_64_v3 needed by march-1.0-h0_0'],
])(
  'micromamba 2.8, %s: the problems of the first run, when the second has no more to say',
  async (name, problem) => {
    const error = await failureOf(replay('2.8', name))
    expect(error.kind).toBe('unsolvable')
    expect(error.message).toBe(`/srv/env.yaml: it cannot be solved for linux-64:\n${problem}`)
  },
)

describe.each(kinds)('other failures of micromamba %s', (kind) => {
  test('a channel that cannot be reached', async () => {
    const error = await failureOf(replay(kind, 'channel-unreachable'))
    expect(error.kind).toBe('channel')
    expect(error.message).toMatch(
      /^http:\/\/127\.0\.0\.1:9\/noarch\/repodata\.json: a channel cannot be used: could not connect to server: Failed to connect to 127\.0\.0\.1.*\nCheck the address of the channel and the network, and try again\.$/,
    )
    // Of eight tries, one is enough.
    const retries = [...log.matchAll(/^::warning title=micromamba::Retrying in 2 seconds$/gm)]
    expect(retries).toHaveLength(kind === '2.9' ? 1 : 0)
  })
  test('a channel that does not exist', async () => {
    const error = await failureOf(replay(kind, 'channel-404'))
    expect(error.kind).toBe('channel')
    expect(error.message).toMatch(
      /^http:\/\/127\.0\.0\.1:8125\/nope\/noarch\/repodata\.json: .*answered 404\nCheck the name of the channel/,
    )
  })
  test('a file that micromamba cannot read: the two lines among a backtrace', async () => {
    const micromamba = await standIn(folder, transcript('bad-yaml', kind))
    const error = await failureOf(solve(micromamba, anything))
    expect(error.kind).toBe('environment')
    expect(error.message).toBe(
      [
        '/srv/env.yaml: micromamba cannot read it:',
        "YAML error in spec file '/WORK/env.yaml'",
        'yaml-cpp: error at line 3, column 1: end of sequence flow not found',
      ].join('\n'),
    )
  })
  test('anything else, in its own words', async () => {
    const error = await failureOf(solve(await standIn(folder, transcript('missing-file', kind)), anything))
    expect(error.message).toContain(
      "failed with exit code 1:\nYAML spec file 'env.yaml' not found\nFile not found.",
    )
  })
})

describe('other failures', () => {
  const answerOf = (...entries: readonly (readonly [level: string, message: string])[]) => ({
    exit: 1,
    stdout: JSON.stringify({ log_history: entries.map(([level, message]) => ({ level, message })) }),
  })

  test.each([
    [{ exit: 3, stderr: '' }, 'failed with exit code 3:\nit said nothing'],
    [{ exit: 0, stdout: 'usage: micromamba' }, 'failed with exit code 0:\nit said nothing'],
    [{ exit: 1, stdout: '{"success": false}', stderr: 'boom' }, 'failed with exit code 1:\nboom'],
    [{ ...answerOf(['critical', 'one']), stderr: 'two' }, 'failed with exit code 1:\none\ntwo'],
    [{ exit: 1, stdout: '{"log_history": "none"}' }, 'it said nothing'],
  ])('anything else, in its own words', async (answer, message) => {
    const error = await failureOf(solve(await standIn(folder, answer), anything))
    expect(error.kind).toBe('other')
    expect(error.message).toContain(message)
  })
  test.each([
    '****************** Backtrace Start ******************\ndebug    libmamba Loading configuration\nerror    libmamba disk is full\ninfo     libmamba ****************** Backtrace End ********************',
    'disk is full\n    Stack trace:\n     0# mamba::install(int) at /src/install.cpp:12\n     1# main in /usr/bin/micromamba at /src/main.cpp:3\n    #2 0x00007f1c in main',
  ])('backtraces within a message are left out', async (message) => {
    const error = await failureOf(solve(await standIn(folder, answerOf(['critical', message])), anything))
    expect(error.message).toBe('/srv/env.yaml: micromamba failed with exit code 1:\ndisk is full')
  })
  test('a channel that wants credentials', async () => {
    const stderr = 'critical libmamba status: 401 [https://me:x@host/c/noarch/repodata.json] 9 bytes\n'
    const error = await failureOf(solve(await standIn(folder, { exit: 1, stderr }), anything))
    expect(error.message).toMatch(/^https:\/\/host\/c\/noarch\/repodata\.json: .*401\nIt wants credentials/)
  })
  test.each([
    ['on stderr', (said: string) => ({ exit: 1, stderr: `critical libmamba ${said}\n` })],
    ['in the answer', (said: string) => answerOf(['warning', said], ['critical', said])],
  ])('secrets in what it says are masked: %s', async (_, answer) => {
    const said = 'hunter2 and swordfish are wrong for https://me:other@host/chan'
    const request = requestFor('channels: ["https://me:hunter2@host/chan"]\ndependencies: [b]', {
      condarc: 'channels: ["https://me:swordfish@host/other"]',
    })
    const error = await failureOf(solve(await standIn(folder, answer(said)), request))
    expect(error.message).toContain('\n*** and *** are wrong for https://host/chan')
    const shown = log.split('\n').filter((line) => !line.startsWith('::add-mask::'))
    expect(shown.join('\n')).not.toMatch(/hunter2|swordfish|other@/)
  })
  test('a micromamba that is not there', async () => {
    await expect(solve({ path: join(folder, 'nothing') }, anything)).rejects.toThrow(
      'micromamba cannot be run',
    )
  })
})

describe('what micromamba logs beside its answer', () => {
  const answer = (...entries: readonly (readonly [level: string, message: string])[]) => ({
    stdout: JSON.stringify({
      success: true,
      log_history: entries.map(([level, message]) => ({ level, message })),
    }),
  })
  const hostile = 'one\n::set-output name=image::evil\n  ::stop-commands::x\n##[error]two'

  test.each([
    [undefined, ['w']],
    ['warning', ['w']],
    ['error', []],
    ['off', []],
    ['info', ['w', 'i']],
  ])('is shown by log-level: %s', async (logLevel, shown) => {
    const run = await standIn(
      folder,
      answer(['warning', 'w'], ['info', 'i'], ['debug', 'd'], ['warning', 'w']),
    )
    await solve(run, { ...anything, ...(logLevel !== undefined && { logLevel }) })
    const lines = log.split('\n').filter((line) => /micromamba(: info: |::)\w$/.test(line))
    expect(lines.map((line) => line.at(-1))).toEqual(shown)
  })

  test('starts no line of the log', async () => {
    const run = await standIn(folder, answer(['warning', hostile], ['info', hostile]))
    await solve(run, { ...anything, logLevel: 'info' })
    const foreign = log
      .split('\n')
      .filter((line) => /^\s*::(?!warning title=micromamba::one%0A|debug::)|^[^:].*##\[/.test(line))
    expect(foreign).toEqual([])
    expect(log).toContain('set-output')
  })
})

describe('what is refused before micromamba is asked', () => {
  test('specs without a channel', async () => {
    const micromamba = await standIn(folder)
    await expect(solve(micromamba, requestFor('dependencies:\n- a::b\n- c'))).rejects.toThrow(
      "/srv/env.yaml:3: there are no channels to take 'c' from",
    )
    expect(await micromamba.calls()).toEqual([])
  })
})

describe('the run', () => {
  const nothing = { stdout: '{"success": true}' }

  test('has nothing of the machine, and leaves nothing on it', async () => {
    Object.assign(process.env, {
      CONDA_PREFIX: '/somewhere',
      MAMBA_CHANNELS: 'evil',
      CONDARC: '/etc/condarc',
      _CONDA_EXE: 'x',
      CONDA_OVERRIDE_CUDA: '11.8',
      HTTPS_PROXY: 'http://proxy',
    })
    const micromamba = await standIn(folder, nothing)
    await solve(micromamba, requestFor('channels: [a]\ndependencies: [b]'))
    const [call] = await micromamba.calls()
    const conda = Object.entries(call?.env ?? {}).filter(([name]) => /^_?(CONDA|MAMBA)/i.test(name))
    expect(Object.fromEntries(conda)).toEqual({
      CONDA_OVERRIDE_ARCHSPEC: 'x86_64',
      CONDA_OVERRIDE_CUDA: '',
      CONDA_OVERRIDE_GLIBC: '2.28',
      CONDA_OVERRIDE_LINUX: '5.10',
      CONDA_PKGS_DIRS: expect.stringContaining(join(folder, 'temp')),
      MAMBA_ROOT_PREFIX: expect.stringContaining(join(folder, 'temp')),
    })
    expect(call?.env).toMatchObject({ HOME: process.env['HOME'], HTTPS_PROXY: 'http://proxy' })
    expect(call?.argv).toContain('--no-rc')
    expect(await readdir(join(folder, 'temp'))).toEqual([])
  })

  test('keeps secrets out of argv, in a file for its owner only', async () => {
    const micromamba = await standIn(folder, nothing)
    await solve(
      micromamba,
      requestFor('channels: ["https://me:hunter2@host/chan"]\ndependencies: ["https://u:s3cret@h/c::b"]', {
        condarc: 'channels: ["https://me:swordfish@host/other"]',
      }),
    )
    const [call] = await micromamba.calls()
    expect(call?.argv.join(' ')).not.toMatch(/hunter2|s3cret|swordfish/)
    expect(call?.environment).toEqual({
      channels: ['https://me:hunter2@host/chan'],
      dependencies: ['https://u:s3cret@h/c::b'],
    })
    expect(call?.modes).toEqual([0o600, 0o600])
  })

  test('gives specs in one order, whatever the file has, and selectors as they are', async () => {
    const micromamba = await standIn(folder, nothing)
    await solve(
      micromamba,
      requestFor('channels: [b, a]\ndependencies: [Zlib, {sel(linux): patchelf}, abc >1, "x # y"]'),
    )
    expect((await micromamba.calls()).map((call) => call.environment)).toEqual([
      { channels: ['b', 'a'], dependencies: ['abc >1', { 'sel(linux)': 'patchelf' }, 'x # y', 'Zlib'] },
    ])
  })

  test.each([
    ['no condarc', undefined, '', true],
    ["a condarc, whose channels follow the file's", 'channels: [c]', '', false],
    ['a condarc, and nodefaults', 'channels: [c]', ', nodefaults', true],
  ])('%s', async (_, condarc, more, overriding) => {
    const micromamba = await standIn(folder, nothing)
    await solve(micromamba, requestFor(`channels: [a${more}]\ndependencies: [b]`, { condarc }))
    const [call] = await micromamba.calls()
    expect(call?.argv.includes('--override-channels')).toBe(overriding)
    expect(call?.argv.includes('--no-rc')).toBe(condarc === undefined)
    expect(call?.condarc ?? undefined).toBe(condarc)
    expect(call?.environment).toMatchObject({ channels: ['a'] })
  })
})
