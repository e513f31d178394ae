import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { parse } from 'yaml'
import { defaults } from '../../src/action/defaults.ts'
import { readRequest } from '../../src/action/request.ts'
import { UserError } from '../../src/common/errors.ts'

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>
}
const action = parse(readFileSync('action.yml', 'utf8')) as ActionFile
const environment = { ...process.env }

/** Sets every input as a runner does: action.yml's defaults, and what is given. */
function given(inputs: Record<string, string> = {}): void {
  for (const [name, { default: value = '' }] of Object.entries(action.inputs)) {
    process.env[`INPUT_${name.toUpperCase()}`] = value.startsWith('${{') ? '' : value
  }
  for (const [name, value] of Object.entries(inputs)) process.env[`INPUT_${name.toUpperCase()}`] = value
}

beforeEach(() => {
  given()
})

afterEach(() => {
  process.env = { ...environment }
})

test('the defaults of action.yml are a request', () => {
  const request = readRequest({ GITHUB_WORKSPACE: '/somewhere' })
  expect(request).toMatchObject({
    workspace: '/somewhere',
    environmentFiles: ['env.yaml'],
    lock: { mode: 'auto' },
    base: { registry: 'docker.io', repository: 'mambaorg/micromamba', tag: 'debian13-slim' },
    platforms: [{ os: 'linux' }],
    tags: [],
    push: false,
    image: {
      compression: 'zstd',
      linkScripts: { mode: 'run', skip: [], network: false },
      run: { commands: [], squash: false, network: true },
      compilePyc: true,
    },
    cache: { downloads: true, write: true },
  })
})

test('lists, pairs and names are taken apart', () => {
  given({
    tags: 'ghcr.io/org/app:1, ghcr.io/org/app:latest\n# not this one\nregistry.example.com/app',
    labels: '# a comment\na=b=c\n\nempty=\n#off=1',
    platforms: 'linux/arm64/v8,linux/amd64',
    'virtual-packages': '__glibc=2.31\n__cuda=',
    'lock-mode': 'update',
    'update-only': 'NumPy, scipy\nr-base',
  })
  const request = readRequest({})
  expect(request.tags.map(({ registry, tag }) => `${registry} ${tag ?? ''}`)).toEqual([
    'ghcr.io 1',
    'ghcr.io latest',
    'registry.example.com latest',
  ])
  expect(request.lock.updateOnly).toEqual(['numpy', 'scipy', 'r-base'])
  expect(request.virtualPackages).toEqual({ __glibc: '2.31', __cuda: '' })
  expect(request.image.labels).toEqual({ a: 'b=c' })
  expect(request.platforms.map(({ subdir }) => subdir)).toEqual(['linux-aarch64', 'linux-64'])
})

test('action.yml and the code have the same defaults', () => {
  const ofAction = Object.entries(action.inputs).map(([name, { default: value = '' }]) => [
    name,
    value.startsWith('${{') ? '' : value,
  ])
  expect(Object.fromEntries(ofAction)).toEqual(defaults)
})

test.each(Object.keys(defaults))("'%s' may be empty, as a wrapper gives what it was not given", (name) => {
  const expected = readRequest({})
  given({ [name]: '' })
  expect(readRequest({})).toEqual(expected)
})

test.each([
  ['true', true],
  ['True', true],
  ['TRUE', true],
  ['false', false],
  ['False', false],
  ['FALSE', false],
])('%s is %j', (written, value) => {
  given({ load: written })
  expect(readRequest({}).load).toBe(value)
})

test.each<[string, { file?: string; companion?: string }]>([
  ['my.lock', { file: 'my.lock' }],
  ['my.lock\npylock.toml', { file: 'my.lock', companion: 'pylock.toml' }],
  [
    '{name}.lock\n# its wheels\n locks/pylock.{name}.toml \n',
    { file: '{name}.lock', companion: 'locks/pylock.{name}.toml' },
  ],
  ['a/pylock.toml', { companion: 'a/pylock.toml' }],
  ['pylock.a.b.toml', { file: 'pylock.a.b.toml' }],
])('the lockfile %j, and the file of its wheels', (value, expected) => {
  given({ 'lock-file': value, 'lock-mode': 'frozen' })
  const { file, companion } = readRequest({}).lock
  expect({ file, companion }).toEqual({ file: undefined, companion: undefined, ...expected })
})

describe('what is wrong is refused, naming the input', () => {
  test.each<[string, Record<string, string>, string]>([
    ['lock-mode', { 'lock-mode': 'sometimes' }, "'sometimes'"],
    [
      'lock-file',
      { 'lock-file': 'pylock.toml' },
      "'pylock.toml' is a lockfile that others keep, and lock-mode is auto",
    ],
    ['lock-file', { 'lock-file': 'a.lock\nb.lock', 'lock-mode': 'frozen' }, "'b.lock' is one too many"],
    ['lock-file', { 'lock-file': 'pylock.toml\na.lock', 'lock-mode': 'frozen' }, "'a.lock' is one too many"],
    [
      'lock-file',
      { 'lock-file': 'pylock.toml\npylock.a.toml', 'lock-mode': 'frozen' },
      "'pylock.a.toml' is one too many",
    ],
    [
      'lock-file',
      { 'lock-file': 'a.lock\npylock.toml\nb.lock', 'lock-mode': 'frozen' },
      "'b.lock' is one too many",
    ],
    ['update-only', { 'update-only': 'numpy' }, "Set 'lock-mode: update'"],
    ['update-only', { 'update-only': 'numpy>=2', 'lock-mode': 'update' }, "'numpy>=2' is not the name"],
    ['push', { push: 'yes' }, "'yes'"],
    ['micromamba', { micromamba: 'no' }, 'Use true, false or auto.'],
    ['compression', { compression: 'brotli' }, 'zstd, gzip'],
    ['link-scripts', { 'link-scripts': 'always' }, 'run, skip, refuse'],
    ['run', { run: 'RUN apt-get update' }, "Write 'apt-get update'."],
    ['executor', { executor: 'kaniko' }, 'auto, runc, crun, docker, podman'],
    ['executor-timeout', { 'executor-timeout': 'long' }, '90s, 15m, 2h'],
    ['secrets', { secrets: 'no-equals-sign' }, 'NAME=VALUE'],
    ['log-level', { 'log-level': 'loud' }, "'loud'"],
    ['platforms', { platforms: 'linux/riscv64' }, 'linux/amd64'],
    ['platforms', { platforms: 'windows/amd64' }, 'linux/amd64'],
    ['platforms', { platforms: 'linux/amd64,linux/amd64' }, 'twice'],
    ['platforms', { platforms: 'linux-64' }, 'Write linux/amd64.'],
    ['platforms', { platforms: 'linux-aarch64' }, 'Write linux/arm64.'],
    ['platforms', { platforms: 'arm64' }, 'Write linux/arm64.'],
    ['platforms', { platforms: 'linux/x86_64' }, 'Write linux/amd64.'],
    ['platforms', { platforms: 'ppc64le' }, 'Write linux/ppc64le.'],
    ['platforms', { platforms: 'toString' }, 'Use one of linux/amd64,'],
    ['tags', { tags: 'a:feature/foo' }, 'Write feature-foo instead.'],
    ['cache-from', { 'cache-from': 'type=gha' }, "'type=gha' is a cache of BuildKit's"],
    ['cache-from', { 'cache-from': 'type=registry,ref=org/app:cache' }, 'Write org/app:cache alone'],
    [
      'platforms',
      { platforms: 'linux/amd64/v3,linux/amd64,linux/amd64/v3' },
      "'linux/amd64/v3' stands there twice",
    ],
    ['virtual-packages', { 'virtual-packages': '__osx=14' }, '__glibc=2.31'],
    ['virtual-packages', { 'virtual-packages': '__glibc=2 31' }, '__glibc=2.31'],
    ['virtual-packages', { 'virtual-packages': '__cuda' }, 'KEY=VALUE'],
    ['root-prefix', { 'root-prefix': 'relative' }, 'absolute'],
    ['tags', { tags: 'UPPER/case:1' }, 'UPPER'],
    ['tags', { tags: 'name:bad tag' }, 'bad tag'],
    ['tags', { tags: `name@sha256:${'0'.repeat(64)}` }, 'digest'],
    ['tags', { push: 'true' }, 'no name'],
    ['base-image', { 'base-image': 'debian:' }, 'debian:'],
    ['labels', { labels: 'no-equals-sign' }, 'KEY=VALUE'],
    ['annotations', { annotations: '=value' }, 'KEY=VALUE'],
    ...['env', 'labels', 'annotations'].flatMap((name): [string, Record<string, string>, string][] =>
      ['- A=1', '"A"=1', "'A=1'", 'export A=1', 'A = 1', '-A=1'].map((line) => [
        name,
        { [name]: `GOOD=1\n${line}` },
        'is not a name',
      ]),
    ),
    ['env', { env: 'A: 1' }, 'KEY=VALUE'],
    ['env', { env: 'A=${B' }, 'A: a ${ is not closed'],
    ['env', { env: 'PASSWORD=a$$b' }, 'write \\$ for a dollar'],
    ['micromamba-version', { 'micromamba-version': 'newest' }, '2.9.0-0'],
    ['micromamba-url', { 'micromamba-url': 'not a url' }, 'URL'],
    ['micromamba-url', { 'micromamba-url': 'file://relative/path' }, "names the host 'relative'"],
    ['micromamba-checksum', { 'micromamba-checksum': 'abc' }, '64 hex digits'],
    [
      'micromamba-checksum',
      { 'micromamba-checksum': 'a'.repeat(64), 'download-micromamba': 'false' },
      'false',
    ],
    ['cache-downloads-key', { 'cache-downloads-key': 'a,b' }, 'commas'],
  ])('%s: %j', (input, inputs, said) => {
    given(inputs)
    const attempt = () => readRequest({})
    expect(attempt).toThrow(UserError)
    expect(attempt).toThrow(said)
    expect(attempt).toThrow(expect.objectContaining({ input }))
  })
})

describe("the workflow's event", () => {
  const file = join(mkdtempSync(join(tmpdir(), 'event-')), 'event.json')
  afterAll(() => {
    rmSync(dirname(file), { recursive: true })
  })
  const cacheFrom = (text: string) => {
    writeFileSync(file, text)
    given({ tags: 'ghcr.io/org/app:1', push: 'true', 'commit-labels': 'true' })
    return readRequest({ GITHUB_EVENT_PATH: file }).cacheFrom
  }

  test('tells the default branch, whose tag is looked at', () => {
    expect(cacheFrom('{"repository": {"default_branch": "trunk"}}')).toMatchObject([{ tag: 'trunk' }])
  })

  test.each([
    '',
    ' \n',
    '{}',
    '{"repository": null, "head_commit": []}',
    '{"repository": {"default_branch": 7}}',
  ])('tells nothing: %j', (text) => {
    expect(cacheFrom(text)).toEqual([])
  })

  test.each(['{"repository": ', 'null', '[]'])('that is none is refused: %s', (text) => {
    expect(() => cacheFrom(text)).toThrow(UserError)
    expect(() => cacheFrom(text)).toThrow(`${file}: the workflow's event`)
  })
})

test('how containers start: a line as for a shell, or JSON', () => {
  given({
    entrypoint: `gunicorn --bind '0.0.0.0:80 00' "a b"`,
    cmd: '["app:main", "with space"]',
    env: '# a comment\nPORT=8000\n\nEMPTY=\n  # A=1\nPATH=/x:$PATH\nPATH=/y:$PATH',
    expose: '8000, 53/udp',
    volumes: '/data',
    workdir: '/srv',
    'stop-signal': 'SIGINT',
    copy: 'app:/srv/app\n# comment\nrun.sh:/usr/local/bin/:755',
  })
  const { image, copy } = readRequest({})
  expect(image.start).toEqual({
    activation: 'entrypoint',
    entrypoint: ['gunicorn', '--bind', '0.0.0.0:80 00', 'a b'],
    cmd: ['app:main', 'with space'],
    env: [
      ['PORT', '8000'],
      ['EMPTY', ''],
      ['PATH', '/x:$PATH'],
      ['PATH', '/y:$PATH'],
    ],
    expose: ['8000', '53/udp'],
    volumes: ['/data'],
    workdir: '/srv',
    stopSignal: 'SIGINT',
  })
  expect(copy.map(({ source, mode }) => [source, mode])).toEqual([
    ['app', undefined],
    ['run.sh', 0o755],
  ])
})

test.each<[string, string]>([
  ['cmd', '["unclosed"'],
  ['cmd', '[1]'],
  ['expose', 'http'],
  ['volumes', 'relative'],
  ['workdir', 'relative'],
  ['stop-signal', 'please'],
  ['copy', 'nowhere'],
  ['load', 'maybe'],
  ['user', 'two words'],
  ['user-numeric', 'maybe'],
  ['group-writable', 'maybe'],
  ['activation', 'always'],
  ['push-by-digest', 'maybe'],
  ['merge', 'ghcr.io/org/name:tag'],
])('%s: %s is refused', (input, value) => {
  given({ [input]: value })
  expect(() => readRequest({})).toThrow(expect.objectContaining({ input }))
})

test.each([
  ['500 MB', 500_000_000],
  ['1.5GiB', 1.5 * 1024 ** 3],
  ['20 kb', 20_000],
  ['', undefined],
])('a budget of %j', (text, bytes) => {
  given({ 'max-size': text })
  expect(readRequest().maxSize).toBe(bytes)
})

test.each(['500', 'MB', '0 MB', '-1 MB', '5 apples', '5 MB 3 kB', '1e3 MB'])('%j is no budget', (text) => {
  given({ 'max-size': text })
  expect(() => readRequest()).toThrow(`input 'max-size': '${text}' is not a size`)
})

describe('merge', () => {
  const digest = `sha256:${'a'.repeat(64)}`
  const amd64 = `ghcr.io/org/amd64@${digest}`
  const arm64 = `ghcr.io/org/arm64@${digest}`
  const tags = 'ghcr.io/org/app:1'

  test.each([
    `${amd64}\n${arm64}\n`,
    `${amd64}\r\n${arm64}`,
    `${amd64},${arm64}`,
    `# of two jobs\n${amd64}\n  ${arm64}  \n`,
  ])('%j are two images', (merge) => {
    given({ merge, tags })
    expect(readRequest({}).merge).toMatchObject({
      images: [{ repository: 'org/amd64' }, { repository: 'org/arm64' }],
      platforms: [],
    })
  })

  test('is not there unless it is given', () => {
    expect(readRequest({}).merge).toBeUndefined()
  })

  test('comes with the platforms that are named, and with push', () => {
    given({ merge: `${amd64}\n${arm64}`, tags, platforms: 'linux/amd64,linux/arm64', push: 'true' })
    const { merge, push } = readRequest({})
    expect(merge?.platforms.map(({ architecture }) => architecture)).toEqual(['amd64', 'arm64'])
    expect(push).toBe(true)
  })

  test.each([
    ['\n', 'it holds nothing'],
    ['\n\n', 'it holds nothing'],
    ['  ', 'it holds nothing'],
    [',', 'it holds nothing'],
    ['# none\n', 'it holds nothing'],
    [`${amd64}\n\n`, 'a blank among the images'],
    [`\n${arm64}\n`, 'a blank among the images'],
    [`${amd64},`, 'a blank among the images'],
    [`${amd64}\n  \n${arm64}\n`, 'a blank among the images'],
  ])('%j asks whether the jobs before failed', (merge, message) => {
    given({ merge, tags })
    const attempt = () => readRequest({})
    expect(attempt).toThrow(`input 'merge': `)
    expect(attempt).toThrow(message)
    expect(attempt).toThrow('Did a job before this one fail')
  })

  test.each([
    ['environment-file', 'other.yaml'],
    ['packages', 'python'],
    ['output', 'image.tar'],
    ['load', 'true'],
    ['labels', 'a=1'],
    ['compression', 'gzip'],
    ['cache-downloads', 'false'],
  ])('%s means nothing beside it', (input, value) => {
    given({ merge: amd64, tags, [input]: value })
    expect(() => readRequest({})).toThrow(expect.objectContaining({ input }))
    expect(() => readRequest({})).toThrow("it means nothing beside 'merge'")
  })

  test('what is given as it is by default is no matter', () => {
    given({ merge: amd64, tags, load: 'False', 'github-token': 'ghs_x', 'environment-file': 'env.yaml' })
    expect(readRequest({}).merge?.images).toHaveLength(1)
  })
})

describe('annotations have levels', () => {
  const lines = 'a=1\nmanifest:b=2\nindex:c=3\nmanifest-descriptor:d=4'

  test('of several platforms', () => {
    given({ annotations: lines, platforms: 'linux/amd64,linux/arm64' })
    expect(readRequest({})).toMatchObject({
      image: { annotations: { a: '1', b: '2' } },
      indexAnnotations: { a: '1', c: '3' },
      descriptorAnnotations: { d: '4' },
    })
  })

  test.each([
    ['one platform', {}, { a: '1', b: '2' }, {}, 'index:c, manifest-descriptor:d'],
    [
      'a merge',
      { merge: `ghcr.io/org/a@sha256:${'a'.repeat(64)}`, tags: 'ghcr.io/org/a:1' },
      {},
      { a: '1', c: '3' },
      'manifest:b',
    ],
  ])(
    'of %s: what is not made has none, and the log says so',
    (_, inputs, annotations, indexAnnotations, said) => {
      const log = jest.spyOn(process.stdout, 'write').mockReturnValue(true)
      given({ annotations: lines, ...inputs })
      const request = readRequest({})
      const text = log.mock.calls.map(([chunk]) => String(chunk)).join('')
      log.mockRestore()
      expect(request.image.annotations).toEqual(annotations)
      expect(request.indexAnnotations).toEqual(indexAnnotations)
      expect(text).toContain(`::warning::Annotations of what this run does not make are left out: ${said}\n`)
    },
  )
})

test.each([
  ['', undefined, false],
  ['ann', { name: 'ann' }, false],
  ['1000', { uid: 1000 }, true],
])("user '%s' is %j, by number: %j", (user, wish, isNumeric) => {
  given({ user })
  const { image } = readRequest({})
  expect(image.user).toEqual(wish)
  expect(image).toMatchObject({ userNumeric: isNumeric, groupWritable: false })
  given({ user, 'user-numeric': 'true' })
  expect(readRequest({}).image.userNumeric).toBe(true)
})

test('the repository is in every image, the commit where it is asked for', () => {
  const context = {
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: 'org/app',
    GITHUB_SHA: 'abc',
  }
  given()
  expect(readRequest(context).image.labels).toEqual({
    'org.opencontainers.image.source': 'https://github.com/org/app',
    'org.opencontainers.image.title': 'app',
    'org.opencontainers.image.url': 'https://github.com/org/app',
  })
  given({ 'commit-labels': 'true' })
  expect(readRequest(context).image.labels).toMatchObject({ 'org.opencontainers.image.revision': 'abc' })
})

test("a password in 'micromamba-url' is masked as it is written, decoded and encoded, and not quoted", () => {
  let log = ''
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    log += String(text)
    return true
  })
  try {
    given({ 'micromamba-url': 'https://ada:s3%63r@t@mirror.example.com/{version}' })
    readRequest({})
    given({ 'micromamba-url': 'htp://ada:s3%63r@t@mirror.example.com' })
    expect(() => readRequest({})).toThrow("input 'micromamba-url': 'htp://mirror.example.com' is not a URL")
  } finally {
    write.mockRestore()
  }
  const masks = [...log.matchAll(/^::add-mask::(.*)$/gm)].map(([, secret]) => secret?.replaceAll('%25', '%'))
  expect(masks).toEqual(expect.arrayContaining(['s3%63r@t', 's3cr@t', 's3cr%40t']))
})

test("a proxy's password is masked", () => {
  let log = ''
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    log += String(text)
    return true
  })
  readRequest({ HTTPS_PROXY: 'http://me:swordfish@proxy:3128', no_proxy: 'host' })
  jest.restoreAllMocks()
  expect(log).toContain('::add-mask::swordfish\n')
})

describe('condarc-file', () => {
  test('is read from the workspace, and excludes condarc', () => {
    given({ 'condarc-file': 'package.json' })
    expect(readRequest({ GITHUB_WORKSPACE: process.cwd() }).condarc?.text).toContain('"name"')
    given({ 'condarc-file': 'nowhere' })
    expect(() => readRequest()).toThrow(/^input 'condarc-file': it cannot be read: .*ENOENT/)
    given({ 'condarc-file': 'a', condarc: 'b: c' })
    expect(() => readRequest()).toThrow("input 'condarc-file': there is 'condarc' too")
  })
})
