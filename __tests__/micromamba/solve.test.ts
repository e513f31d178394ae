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
import { standIn, transcript } from './replay.ts'

let folder = ''
const environment = { ...process.env }
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'solve-test-'))
  process.env['RUNNER_TEMP'] = join(folder, 'temp')
  await mkdir(join(folder, 'temp'))
  jest.spyOn(process.stdout, 'write').mockReturnValue(true)
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
async function replay(name: string, platform: Subdir = 'linux-64', virtualPackages?: VirtualPackages) {
  const micromamba = await standIn(folder)
  const request = requestFor(transcript(name).files['env.yaml'] ?? '', {
    platform,
    ...(virtualPackages && { virtualPackages }),
  })
  return solve(micromamba, request)
}

const failureOf = (work: Promise<unknown>): Promise<SolveError> =>
  work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => {
      if (error instanceof SolveError) return error
      throw error
    },
  )

describe('a recorded solve', () => {
  test.each([
    ['solve-simple', 'linux-64', 'libzlib ca-certificates openssl tzdata python certifi idna pip requests'],
    ['solve-aarch64', 'linux-aarch64', 'libzlib ca-certificates openssl tzdata python_abi python numpy pip'],
    ['solve-tar-bz2', 'linux-64', 'legacy'],
    ['solve-variables', 'linux-64', 'tzdata'],
    ['nothing-to-install', 'linux-64', ''],
  ] as const)('%s', async (name, platform, expected) => {
    const packages = await replay(name, platform)
    expect(packages.map((item) => item.name).join(' ')).toBe(expected)
  })

  test('gives all that a lock needs', async () => {
    expect((await replay('solve-simple')).at(-1)).toEqual({
      name: 'requests',
      version: '2.32.3',
      build: 'pyhd8ed1ab_0',
      url: 'http://127.0.0.1:8125/noarch/requests-2.32.3-pyhd8ed1ab_0.conda',
      sha256: 'c8344e31d98323ae7e7361fe8a1ba943c00a9ec4da4e28fdafd5b993d0feda98',
      size: 2258,
      depends: ['python >=3.8', 'idna >=2.5,<4', 'certifi >=2017.4.17'],
    })
  })

  test('has no credentials in its addresses', async () => {
    expect((await replay('credentials-in-url')).map(({ url }) => url)).toEqual([
      'http://127.0.0.1:8125/noarch/tzdata-2024a-h0c530f3_0.conda',
    ])
  })

  test('depends on the virtual packages that are asked for', async () => {
    const packages = await replay('solvable-cuda-present', 'linux-64', {
      ...defaultVirtualPackages('linux-64'),
      __cuda: '12.4',
    })
    expect(packages.map(({ name }) => name)).toEqual(['gpu-thing'])
  })
})

describe('an unsolvable environment', () => {
  test('ends with the explanation of a second run', async () => {
    const error = await failureOf(replay('unsolvable-conflict'))
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
  test.each([
    ['unsolvable-cuda-absent', 'nothing provides __cuda >=12 needed by gpu-thing-12.0-cuda_h0_0'],
    ['unsolvable-glibc', 'nothing provides __glibc >=2.38 needed by newglibc-1.0-h0_0'],
    ['unsolvable-archspec', 'nothing provides __archspec 1 x86_64_v3 needed by march-1.0-h0_0'],
  ])(
    '%s: ends with the problems of the first run, when the second has no more to say',
    async (name, problem) => {
      const error = await failureOf(replay(name))
      expect(error.kind).toBe('unsolvable')
      expect(error.message).toBe(`/srv/env.yaml: it cannot be solved for linux-64:\n${problem}`)
    },
  )
})

describe('other failures', () => {
  test('a channel that cannot be reached', async () => {
    const error = await failureOf(replay('channel-unreachable'))
    expect(error.kind).toBe('channel')
    expect(error.message).toBe(
      'http://127.0.0.1:9/noarch/repodata.json: a channel cannot be used: could not connect to server\n' +
        'Check the address of the channel and the network, and try again.',
    )
  })
  test('a channel that does not exist', async () => {
    const error = await failureOf(replay('channel-404'))
    expect(error.kind).toBe('channel')
    expect(error.message).toMatch(
      /^http:\/\/127\.0\.0\.1:8125\/nope\/noarch\/repodata\.json: .*answered 404\nCheck the name of the channel/,
    )
  })
  test('a file that micromamba cannot read: the two lines of the backtrace', async () => {
    const micromamba = await standIn(folder, transcript('bad-yaml'))
    const error = await failureOf(solve(micromamba, requestFor('channels: [a]\ndependencies: [b]')))
    expect(error.kind).toBe('environment')
    expect(error.message).toBe(
      [
        '/srv/env.yaml: micromamba cannot read it:',
        "YAML error in spec file '/WORK/env.yaml'",
        'yaml-cpp: error at line 3, column 1: end of sequence flow not found',
      ].join('\n'),
    )
  })
  test.each([
    [
      transcript('missing-file'),
      "failed with exit code 1:\nYAML spec file 'env.yaml' not found\nFile not found.",
    ],
    [{ exit: 3, stderr: '' }, 'failed with exit code 3:\nit said nothing'],
    [{ exit: 0, stdout: 'usage: micromamba' }, 'failed with exit code 0:\nit said nothing'],
    [{ exit: 1, stdout: '{"success": false}', stderr: 'boom' }, 'failed with exit code 1:\nboom'],
  ])('anything else, in its own words', async (answer, message) => {
    const error = await failureOf(
      solve(await standIn(folder, answer), requestFor('channels: [a]\ndependencies: [b]')),
    )
    expect(error.kind).toBe('other')
    expect(error.message).toContain(message)
  })
  test('a channel that wants credentials', async () => {
    const stderr = 'critical libmamba status: 401 [https://me:x@host/c/noarch/repodata.json] 9 bytes\n'
    const request = requestFor('channels: [a]\ndependencies: [b]')
    const error = await failureOf(solve(await standIn(folder, { exit: 1, stderr }), request))
    expect(error.message).toMatch(/^https:\/\/host\/c\/noarch\/repodata\.json: .*401\nIt wants credentials/)
  })
  test('secrets in what it says are masked', async () => {
    const stderr = 'critical libmamba hunter2 and swordfish are wrong for https://me:other@host/chan\n'
    const request = requestFor('channels: ["https://me:hunter2@host/chan"]\ndependencies: [b]', {
      condarc: 'channels: ["https://me:swordfish@host/other"]',
    })
    const error = await failureOf(solve(await standIn(folder, { exit: 1, stderr }), request))
    expect(error.message).toContain('\n*** and *** are wrong for https://host/chan')
  })
  test('a micromamba that is not there', async () => {
    await expect(
      solve({ path: join(folder, 'nothing') }, requestFor('channels: [a]\ndependencies: [b]')),
    ).rejects.toThrow('micromamba cannot be run')
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
  test('a condarc that is not YAML, which micromamba would skip', async () => {
    await expect(
      solve(await standIn(folder), requestFor('dependencies: []', { condarc: 'a: [' })),
    ).rejects.toThrow("input 'condarc': it is not YAML")
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
    const conda = Object.entries(call?.env ?? {}).filter(([name]) => /CONDA|MAMBA/.test(name))
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
