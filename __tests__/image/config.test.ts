import { describe, expect, test } from '@jest/globals'
import { digestOf } from '../../src/common/digest.ts'
import { imageConfig, type StartSettings } from '../../src/image/config.ts'
import { environmentOf, parseConfig, triggersOf, type ImageConfig } from '../../src/oci/config.ts'

const base: ImageConfig = {
  architecture: 'arm64',
  variant: 'v8',
  os: 'linux',
  created: '2026-01-01T00:00:00Z',
  config: {
    Env: ['PATH=/usr/sbin:/usr/bin', 'CONDA_OVERRIDE_CUDA=', 'CUDA_VERSION=13.0', 'A=b=c', 'BARE'],
    Entrypoint: ['/nvidia_entrypoint.sh'],
    Cmd: ['python'],
    User: 'root',
    WorkingDir: '/srv',
    Shell: ['/bin/ash'],
    Labels: { maintainer: 'somebody', version: '1' },
    ExposedPorts: { '80/tcp': {} },
    Healthcheck: { Test: ['NONE'] },
    StopSignal: 'SIGINT',
    OnBuild: ['COPY . /app', 'RUN make'],
  },
  rootfs: { type: 'layers', diff_ids: [digestOf('one'), digestOf('two')] },
  history: [
    { created_by: 'ADD rootfs' },
    { created_by: 'ENV A=b=c', empty_layer: true },
    { created_by: 'RUN it' },
  ],
}

const created = '1980-01-02T00:00:00Z'
const changes = {
  environment: { MAMBA_USER: 'mambauser', CUDA_VERSION: '13.0' },
  user: 'mambauser',
  start: { env: [], expose: [], volumes: [] },
  labels: { version: '2', own: 'label' },
  created,
  layers: [
    { diffId: digestOf('three'), createdBy: 'python 3.13' },
    { diffId: digestOf('four'), createdBy: 'environment and wiring' },
  ],
}

describe("the config is the base's with ours over it", () => {
  const made = imageConfig(base, changes)

  test('the contract', () => {
    expect(made.config).toMatchObject({
      User: 'mambauser',
      WorkingDir: '/tmp',
      Entrypoint: ['/usr/local/bin/_entrypoint.sh'],
      Cmd: ['/bin/bash'],
      Shell: ['/usr/local/bin/_dockerfile_shell.sh'],
    })
  })

  test("ENV: the base's variables stay where they are, /usr/local/bin is on PATH, ours follow", () => {
    expect(made.config?.Env).toEqual([
      'PATH=/usr/local/bin:/usr/sbin:/usr/bin',
      'CONDA_OVERRIDE_CUDA=',
      'CUDA_VERSION=13.0',
      'A=b=c',
      'BARE=',
      'MAMBA_USER=mambauser',
    ])
  })

  test("labels: ours win over the base's", () => {
    expect(made.config?.Labels).toEqual({ maintainer: 'somebody', version: '2', own: 'label' })
  })

  test('what else the base says stays', () => {
    expect(made).toMatchObject({ architecture: 'arm64', variant: 'v8', os: 'linux' })
    expect(made.config).toMatchObject({
      ExposedPorts: { '80/tcp': {} },
      Healthcheck: { Test: ['NONE'] },
      StopSignal: 'SIGINT',
    })
  })

  test("has none of the base's ONBUILD, which would come a step too late", () => {
    expect(JSON.parse(JSON.stringify(made.config))).not.toHaveProperty('OnBuild')
    expect(triggersOf(base)).toEqual(['COPY . /app', 'RUN make'])
    expect(triggersOf({ ...base, config: null })).toEqual([])
  })

  test('layers and history continue those of the base', () => {
    expect(made.rootfs.diff_ids).toEqual(['one', 'two', 'three', 'four'].map((name) => digestOf(name)))
    expect(made.history).toEqual([
      ...(base.history ?? []),
      { created, created_by: 'python 3.13', comment: 'micromamba-image-action' },
      { created, created_by: 'environment and wiring', comment: 'micromamba-image-action' },
    ])
    expect(made.created).toBe(created)
  })
})

describe('a base that says little', () => {
  const bare: ImageConfig = { architecture: 'amd64', os: 'linux', rootfs: base.rootfs }

  test.each([
    ['no config', bare],
    ['null', { ...bare, config: null, history: null }],
    ['empty', { ...bare, config: { Env: null, Labels: null } }],
    ['an empty PATH', { ...bare, config: { Env: ['PATH='] } }],
  ])('%s', (_, config) => {
    const made = imageConfig(config, { ...changes, environment: {}, labels: {} })
    expect(made.config?.Env).toEqual(['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'])
    expect(made.config?.Labels ?? {}).toEqual({})
  })

  test.each([
    ['none', undefined],
    ['too little', [{ created_by: 'ADD rootfs' }]],
    ['too much', [{}, {}, {}, {}]],
  ])('history: %s. There is an entry for each layer in the end, and ours are the last', (_, history) => {
    const made = imageConfig({ ...bare, ...(history && { history }) }, changes)
    const entries = made.history?.filter((entry) => entry.empty_layer !== true) ?? []
    expect(entries).toHaveLength(made.rootfs.diff_ids.length)
    expect(entries.slice(-2).map((entry) => entry.created_by)).toEqual([
      'python 3.13',
      'environment and wiring',
    ])
  })
})

describe('on a base without bash the image starts as its base does', () => {
  const made = (start: Partial<StartSettings> = {}, config = base) => {
    const all = { ...changes, start: { ...changes.start, ...start }, isWired: false }
    const { Entrypoint, Cmd, Shell, WorkingDir } = imageConfig(config, all).config ?? {}
    return { Entrypoint, Cmd, Shell, WorkingDir }
  }
  const own = { Entrypoint: ['/nvidia_entrypoint.sh'], Shell: ['/bin/ash'], WorkingDir: '/tmp' }

  test.each([
    ['nothing', {}, { ...own, Cmd: ['python'] }],
    ['a command', { cmd: ['app'] }, { ...own, Cmd: ['app'] }],
    ['an entrypoint', { entrypoint: ['app'] }, { ...own, Entrypoint: ['app'], Cmd: [] }],
    ['both', { entrypoint: ['app'], cmd: ['x'] }, { ...own, Entrypoint: ['app'], Cmd: ['x'] }],
    ['no activation', { activation: 'none' as const }, { ...own, Cmd: ['python'] }],
  ])('%s is asked for', (_, start, expected) => {
    expect(made(start)).toEqual(expected)
  })

  test('that has neither entrypoint nor shell: nor has the image', () => {
    expect(made({ cmd: ['app'] }, { ...base, config: {} })).toEqual({
      Entrypoint: null,
      Cmd: ['app'],
      WorkingDir: '/tmp',
    })
  })
})

test('a PATH that has /usr/local/bin stays as it is', () => {
  const made = imageConfig({ ...base, config: { Env: ['PATH=/bin:/usr/local/bin'] } }, changes)
  expect(environmentOf(made).get('PATH')).toBe('/bin:/usr/local/bin')
})

test('lines of the user refer to what the image has without them, /usr/local/bin in PATH too', () => {
  const env = [
    ['PATH', '/x:$PATH'],
    ['WHO', '${MAMBA_USER}'],
  ] as const
  const made = imageConfig(base, { ...changes, start: { ...changes.start, env } })
  expect(environmentOf(made).get('PATH')).toBe('/x:/usr/local/bin:/usr/sbin:/usr/bin')
  expect(environmentOf(made).get('WHO')).toBe('mambauser')
})

test('where all processes have the environment, PATH is that of activation', () => {
  const activated = { PATH: '/opt/conda/bin:/usr/local/bin:/bin', CONDA_PREFIX: '/opt/conda' }
  const env = [['PATH', '/x:$PATH']] as const
  const made = imageConfig(base, { ...changes, activated, start: { ...changes.start, env } })
  expect(environmentOf(made).get('PATH')).toBe('/x:/opt/conda/bin:/usr/local/bin:/bin')
})

describe('a config from a registry is looked at', () => {
  test('one that is right is given as it is, unknown fields too', () => {
    const config = { ...base, docker_version: '20' }
    expect(parseConfig(JSON.stringify(config))).toEqual(config)
  })

  test.each([
    ['no object', '[]', 'os'],
    ['no architecture', { ...base, architecture: 1 }, 'architecture'],
    ['no rootfs', { ...base, rootfs: undefined }, 'rootfs.diff_ids'],
    ['a diff ID that is none', { ...base, rootfs: { diff_ids: ['sha256:x'] } }, 'rootfs.diff_ids'],
    ['a config that is none', { ...base, config: [] }, "'config'"],
    ['variables that are none', { ...base, config: { Env: [1] } }, 'config.Env'],
    ['labels that are none', { ...base, config: { Labels: { a: 1 } } }, 'config.Labels'],
    ['a history that is none', { ...base, history: [1] }, 'history'],
  ])('%s', (_, config, field) => {
    expect(() => parseConfig(typeof config === 'string' ? config : JSON.stringify(config))).toThrow(field)
  })
})
