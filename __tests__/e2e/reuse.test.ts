import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startUnpacked } from '../../script/lib/start-unpacked.ts'
import { unpackLayers } from '../../script/lib/unpack.ts'
import { machinePlatform } from '../../src/common/platform.ts'
import { pushBaseOfBoth } from '../world/base.ts'
import { writeMade } from '../world/channel/made.ts'
import { buildPrefix, script, text, type ChannelSubdir, type Recipe } from '../world/channel/recipe.ts'
import { startChannel } from '../world/channel/server.ts'
import { run } from '../world/command.ts'
import { startWorld } from '../world/world.ts'
import { createJob, environmentFile, type Job } from './job.ts'
import { MadeImage } from './made-image.ts'

const parts = { channel: {}, releases: {}, registry: {}, base: {} } as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let job: Job

beforeAll(async () => {
  world = await startWorld(parts)
  job = await createJob({ ...world.inputs, push: 'true' }, world.environment)
})

afterAll(async () => {
  await job.remove()
  await world.stop()
})

const specs = ['tiny <2', 'python', 'hello', 'clobber-b', 'variables', 'activation']
const write = (dependencies: readonly string[]) =>
  job.write('env.yaml', environmentFile(world.channel.url, dependencies))

async function make(name: string, inputs: Readonly<Record<string, string>> = {}) {
  const packages = () => world.channel.requests.filter(({ path }) => /\.(conda|tar\.bz2)$/.test(path))
  const before = { packages: packages().length, registry: world.registry.requests.length }
  const { exitCode, log, outputs } = await job.run({ tags: `${world.registry.host}/${name}`, ...inputs })
  expect(exitCode === 0 || log).toBe(true)
  return {
    digest: outputs['digest'],
    reused: outputs['reused'],
    layersReused: Number(outputs['layers-reused']),
    bytesPushed: Number(outputs['bytes-pushed']),
    fetched: packages()
      .slice(before.packages)
      .map(({ path }) => path.replace(/^.*\//, '')),
    requests: world.registry.requests.slice(before.registry),
    log,
  }
}

test('one package more costs that package, and the image is the same as one made anew', async () => {
  await write(specs)
  await make('app:1')
  await write([...specs, 'text-prefix'])
  const bumped = await make('app:1')
  expect(bumped.fetched).toContain('text-prefix-1.0-h0_0.conda')
  expect(bumped.fetched).not.toContain('python-3.11.2-h0_0.conda')
  expect(bumped.layersReused).toBeGreaterThan(4)
  const anew = await make('other:1', { 'cache-from': 'none' })
  expect(anew.digest).toBe(bumped.digest)
  expect(anew.layersReused).toBe(0)
  expect(bumped.bytesPushed).toBeLessThan(anew.bytesPushed / 3)
})

test('an environment of very many files: the manifest stays small, and the image is the same with and without an earlier one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'many-'))
  // Both have files in one directory, which the first has to take for one entry.
  const files = (name: string, count: number) =>
    Array.from({ length: count }, (_, file) =>
      text(`share/data/${file % 3}/${file % 50}/${name}-${file}`, name),
    )
  const recipe = (name: string, count: number): Recipe => ({
    ...{ name, version: '1.0', build: 'h0_0', subdir: machinePlatform().subdir as ChannelSubdir },
    files: files(name, count),
  })
  await writeMade(folder, [recipe('many', 4000), recipe('few', 10), recipe('more', 10)])
  const channel = await startChannel({ folder })
  try {
    const bump = (specs: readonly string[]) => job.write('env.yaml', environmentFile(channel.url, specs))
    await bump(['many', 'few'])
    const { digest: first = '' } = await make('many:1')
    const manifest = await (
      await fetch(`http://${world.registry.host}/v2/many/manifests/${first}`, {
        headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
      })
    ).text()
    expect(manifest.length).toBeLessThan(20_000)
    await bump(['many', 'few', 'more'])
    const { digest, layersReused } = await make('many:1')
    expect(layersReused).toBeGreaterThan(1)
    expect((await make('many-anew:1', { 'cache-from': 'none' })).digest).toBe(digest)
  } finally {
    await channel.stop()
    await rm(folder, { recursive: true })
  }
})

test('an image above its budget moves no tag, and what has grown is named; script/size says where its bytes are', async () => {
  await write(['tiny <2', 'hello'])
  const first = await make('budget:1', { 'max-size': '1 GB' })
  await write(['tiny <2', 'hello', 'text-prefix'])
  const name = `${world.registry.host}/budget`
  const over = await job.run({ tags: `${name}:1`, 'max-size': '20 kB' })
  expect(over.exitCode).toBe(1)
  expect(over.log).toMatch(
    /input 'max-size': the image for linux\/\w+ has \S+ \w+ compressed, \S+ \w+ more than 20 kB/,
  )
  expect(over.log).toMatch(/The biggest steps since the earlier image:(\n|%0A).*text-prefix/)
  const digest = () =>
    run('skopeo', ['inspect', '--tls-verify=false', '--format={{.Digest}}', `docker://${name}:1`])
  expect((await digest()).toString().trim()).toBe(first.digest)
  const within = await job.run({ tags: `${name}:1`, 'max-size': '1 GB' })
  expect(within.exitCode === 0 || within.log).toBe(true)
  expect(within.summary).toMatch(/<summary>Packages by size: \d+, .*<code>text-prefix<\/code>/s)

  const env = { ...process.env, ...world.environment, NODE_OPTIONS: undefined }
  const size = await run(process.execPath, [resolve('script/size.ts'), '--json', `${name}:1`], { env })
  const told = JSON.parse(size.toString()) as {
    digest: string
    environments: { packages: { name: string; size: number; chain: string[] }[] }[]
  } // as the script writes it
  expect(told.digest).toBe(within.outputs['digest'])
  const packages = new Map(told.environments[0]?.packages.map((one) => [one.name, one]))
  expect(packages.get('hello')).toMatchObject({ chain: ['hello'] })
  expect(packages.get('python')).toMatchObject({ chain: ['hello', 'python'] })
  // By the manifest alone the action tells the same as who reads all files.
  for (const { name: one } of packages.values()) expect(within.summary).toContain(`<code>${one}</code>`)
})

test('labels that change from run to run are named; given as KEY= they are left out, and the digest stays', async () => {
  await write(['tiny'])
  const labels = (time: string) =>
    ['# of docker/metadata-action', `org.opencontainers.image.created=${time}`, 'team=a'].join('\n')
  const first = await make('labels:1', { labels: labels('2026-01-01T00:00:00Z') })
  const second = await make('labels:1', { labels: labels('2026-01-02T00:00:00Z') })
  expect(second.digest).not.toBe(first.digest)
  expect(second.log).toContain(
    'Nothing but labels differs from the earlier image: org.opencontainers.image.created.',
  )
  const stable = await make('labels:1', { labels: labels('') })
  expect((await make('labels:1', { labels: labels('') })).reused).toBe('true')
  expect(stable.log).toContain('Nothing but labels differs')
})

test('a package less: what it had hidden is there again', async () => {
  await write(['clobber-a', 'clobber-b', 'tiny'])
  await make('clobber:1')
  await write(['clobber-a', 'tiny'])
  const less = await make('clobber:1')
  expect((await make('clobber-anew:1', { 'cache-from': 'none' })).digest).toBe(less.digest)
})

test('what link scripts only print is shown in the log, also of a layer that is reused; others are refused', async () => {
  const shown = [
    'message-1.0-h0_7 says when it is linked:',
    '| message 1.0-7 has no data.',
    '| ::warning::get it',
  ].join('\n')
  await write(['message'])
  expect((await make('message:1')).log.split(shown)).toHaveLength(2)
  await write(['message', 'tiny'])
  const more = await make('message:1')
  expect(more.fetched).not.toContain('message-1.0-h0_7.conda')
  expect(more.log.split(shown)).toHaveLength(2)
  await write(['message', 'post-link'])
  const refused = await job.run({ tags: `${world.registry.host}/message:1`, 'link-scripts': 'refuse' })
  expect(refused.exitCode).not.toBe(0)
  expect(refused.log).toContain("input 'link-scripts': post-link-1.0-h0_0 would run a script when linked")
  const skipped = await make('message:1', { 'link-scripts': 'skip' })
  expect(skipped.log).toContain('The link scripts of post-link-1.0-h0_0 are not run.')
  expect(skipped.log).toContain(shown)
})

test('layers come from another repository of the registry, named by cache-from, by mounts', async () => {
  await write(specs)
  await make('source:1')
  const mounted = await make('target:1', { 'cache-from': `${world.registry.host}/source:1` })
  expect(mounted.reused).toBe('true')
  expect(mounted.fetched).toEqual([])
  const uploads = mounted.requests.filter(({ method, path }) => method === 'PUT' && path.includes('/blobs/'))
  // Only the config's, which cannot be mounted from anywhere else.
  expect(uploads.length).toBeLessThanOrEqual(1)
})

test('a layout is written of what the registry has', async () => {
  await write(['tiny'])
  const first = await make('layout:1')
  const second = await make('layout:1', { output: 'layout' })
  expect(second).toMatchObject({ reused: 'true', digest: first.digest })
  const digest = await run('skopeo', [
    ...['inspect', '--format={{.Digest}}'],
    `oci:${join(job.workspace, 'layout')}:1`,
  ])
  expect(digest.toString().trim()).toBe(first.digest)
})

test('each platform is taken from the index that is there, and only what changed in one is made', async () => {
  const inputs = {
    'base-image': (await pushBaseOfBoth(world.registry)).reference,
    platforms: 'linux/amd64,linux/arm64',
  }
  await write(['text-prefix', 'tiny'])
  const first = await make('index:1', inputs)
  expect(await make('index:1', inputs)).toMatchObject({ digest: first.digest, reused: 'true', fetched: [] })
  await write(['text-prefix', 'tiny', 'links'])
  const bumped = await make('index:1', inputs)
  expect(bumped.reused).toBe('false')
  expect((await make('index-anew:1', { ...inputs, 'cache-from': 'none' })).digest).toBe(bumped.digest)
})

test('everywhere: what activation exports is the same with layers that were reused', async () => {
  await write(specs)
  const inputs = { activation: 'everywhere' }
  await make('everywhere:1', inputs)
  await write([...specs, 'text-prefix'])
  const bumped = await make('everywhere:1', inputs)
  expect((await make('everywhere-anew:1', { ...inputs, 'cache-from': 'none' })).digest).toBe(bumped.digest)
})

test('an image of somebody else, or one whose annotations lie, is no help and does no harm', async () => {
  await write(specs)
  const right = await make('honest:1')
  const name = `docker://${world.registry.host}/honest:1`
  const raw = await run('skopeo', ['inspect', '--raw', '--tls-verify=false', name])
  const manifest = JSON.parse(raw.toString()) as {
    layers: { digest: string; annotations?: Record<string, string> }[]
    annotations: Record<string, string>
  }
  const put = async (tag: string, changed: unknown) => {
    const response = await fetch(`http://${world.registry.host}/v2/honest/manifests/${tag}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
      body: JSON.stringify(changed),
    })
    expect(response.status).toBe(201)
  }
  const fingerprint = 'io.github.micromamba-image.fingerprint'
  const stale = { ...manifest.annotations, [fingerprint]: 'sha256:0' }
  const lies: [string, unknown][] = [
    ['without-annotations', { ...manifest, annotations: undefined }],
    [
      'damaged-facts',
      {
        ...manifest,
        annotations: stale,
        layers: manifest.layers.map((layer) => ({
          ...layer,
          ...(layer.annotations && {
            annotations: { ...layer.annotations, 'io.github.micromamba-image.facts': '{' },
          }),
        })),
      },
    ],
  ]
  for (const [tag, changed] of lies) {
    await put(tag, changed)
    expect((await make(`honest:${tag}`)).digest).toBe(right.digest)
  }
})

test('the lock says what a run is made of: nothing is read of the base when only a package changes', async () => {
  await write(specs)
  await make('base:1')
  await write([...specs, 'text-prefix'])
  await job.run({ tags: 'unused:1', push: 'false', output: 'unused' })
  const bumped = await make('base:1', { 'lock-mode': 'locked' })
  const lock = await readFile(join(job.workspace, 'env.linux-64.lock'), 'utf8')
  expect(lock).toContain('text-prefix')
  expect(
    bumped.requests.filter(({ method, path }) => method === 'GET' && path.includes('/blobs/')).length,
  ).toBe(2)
})

describe('exclude', () => {
  const subdir = machinePlatform().subdir as ChannelSubdir
  const recipe = (name: string, files: Recipe['files']): Recipe => ({
    ...{ name, version: '1.0', build: 'h0_0', subdir, files },
  })
  const linking = 'mkdir -p "$PREFIX/share/man/man7" "$PREFIX/share/linked" && cd "$PREFIX/share"\n'
  const recipes = [
    recipe('tool', [
      script('bin/tool', `#!/bin/sh\ncat ${buildPrefix}/share/tool/data ${buildPrefix}/share/linked/kept\n`),
      text('share/tool/data', 'data\n'),
      text('share/doc/tool/README', 'read me\n'),
      text('share/doc/tool/LICENSE', 'you may\n'),
    ]),
    recipe('archive', [text('lib/libarchive.so', 'library'), text('lib/libarchive.a', 'objects')]),
    recipe('manual', [
      text('share/man/man1/manual.1', 'page'),
      text('share/manual/a.tmp', 'a'),
      text('share/manual/b', 'b'),
    ]),
    recipe('linked', [
      text('share/linked/given', 'given'),
      script(
        'bin/.linked-post-link.sh',
        `#!/bin/bash\n${linking}echo kept >linked/kept; echo a >linked/a.tmp; echo page >man/man7/linked.7\n`,
      ),
    ]),
  ]
  let folder: string
  let channel: Awaited<ReturnType<typeof startChannel>>
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'exclude-'))
    await writeMade(folder, recipes)
    channel = await startChannel({ folder })
  })
  afterAll(async () => {
    await channel.stop()
    await rm(folder, { recursive: true })
  })

  async function build(name: string, exclude: string, inputs: Readonly<Record<string, string>> = {}) {
    const before = channel.requests.length
    await job.write('env.yaml', environmentFile(channel.url, ['tool', 'archive', 'manual', 'linked']))
    const { exitCode, log, outputs, summary } = await job.run({
      tags: `${world.registry.host}/${name}`,
      exclude,
      ...inputs,
    })
    expect(exitCode === 0 || log).toBe(true)
    const image = await MadeImage.read(`${world.registry.host}/${name}`)
    const paths = new Map<string, string>()
    for (const layer of image.layers(/^(packages|link scripts)/)) {
      for (const [path, { type, text }] of await image.files(layer))
        if (type !== 'directory') paths.set(path, text)
    }
    return {
      ...{ image, log, summary, digest: outputs['digest'], paths },
      fetched: channel.requests
        .slice(before)
        .flatMap(({ path }) => /([^/]+)-1\.0-h0_0\.conda$/.exec(path)?.[1] ?? []),
      layers: new Map(image.content.layers.map(({ createdBy = '', digest }) => [createdBy, digest])),
    }
  }

  type Built = Awaited<ReturnType<typeof build>>
  const changed = (before: Built, { layers }: Built) =>
    [...layers].filter(([title, digest]) => before.layers.get(title) !== digest).map(([title]) => title)
  async function layerOf({ image }: Built, path: string): Promise<string | undefined> {
    for (const layer of image.layers(/^packages/))
      if ((await image.files(layer)).has(path)) return layer.createdBy
    return undefined
  }
  const sizes = ({ summary }: Built) =>
    Object.fromEntries(
      [
        ...summary.matchAll(/<tr><td><code>([^<]*)<\/code><\/td><td>([^<]*)<\/td><td>([^<]*)<\/td><\/tr>/g),
      ].map(([, pattern = '', files, size]) => [pattern, [files, size]]),
    )
  const asked = '@docs\n*.tmp\nnowhere/'

  test('what patterns name is in no layer; the image runs, tells the truth of its packages, and says what is missing', async () => {
    const made = await build('exclude:1', asked)
    const gone = ['doc/tool/README', 'man/man1/manual.1', 'manual/a.tmp', 'man/man7/linked.7', 'linked/a.tmp']
    const kept = ['doc/tool/LICENSE', 'manual/b', 'linked/kept', 'linked/given']
    const has = (path: string) => made.paths.has(`opt/conda/share/${path}`)
    expect([gone.filter(has), kept.filter((path) => !has(path))]).toEqual([[], []])
    expect(made.paths.get('opt/conda/conda-meta/manual-1.0-h0_0.json')).toContain('share/man/man1/manual.1')

    const { config } = made.image.content.config
    expect(config).toMatchObject({ Labels: { 'io.github.micromamba-image.exclude': asked } })
    expect(made.log).toContain("input 'exclude': 'nowhere/' matches nothing.")
    expect(made.log.match(/matches nothing\./g)).toHaveLength(1)
    expect(sizes(made)).toEqual({
      '@docs': ['3', '17 B'],
      '*.tmp': ['2', '3 B'],
      'nowhere/': ['matches nothing', '0 B'],
    })

    const root = await mkdtemp(join(tmpdir(), 'exclude-root-'))
    try {
      const layers = made.image.content.layers.map(async ({ digest, descriptor }, index) => {
        const file = join(root, `layer-${index}`)
        const answer = await fetch(`http://${world.registry.host}/v2/exclude/blobs/${digest}`)
        await writeFile(file, await answer.bytes())
        return { file, mediaType: String(descriptor['mediaType']) }
      })
      await mkdir(join(root, 'root'))
      await unpackLayers(await Promise.all(layers), join(root, 'root'))
      const start = await startUnpacked(join(root, 'root'), { env: [], entrypoint: [] }, [
        '/opt/conda/bin/tool',
      ])
      expect(start).toMatchObject({ outcome: { code: 0, stdout: 'data\nkept\n' } })
    } finally {
      await rm(root, { recursive: true, force: true })
    }
  })

  test('another set makes anew what it touches; the image is the one that is made without an earlier one', async () => {
    const first = await build('exclude:1', asked)
    expect(first.fetched).toEqual([])
    const second = await build('exclude:1', `${asked}\n@static`)
    expect(second.fetched.sort()).toEqual(['archive', 'linked'])
    expect(changed(first, second)).toHaveLength(1)
    expect(second.paths.has('opt/conda/lib/libarchive.a')).toBe(false)
    expect((await build('exclude-anew:1', `${asked}\n@static`, { 'cache-from': 'none' })).digest).toBe(
      second.digest,
    )
    expect(sizes(second)).toMatchObject({ '@docs': ['3', '17 B'], '@static': ['1', '7 B'] })

    // It touches nothing: the label differs, and nothing is fetched or run.
    const third = await build('exclude:1', `${asked}\n@static\n@tests`)
    expect([third.fetched, changed(second, third)]).toEqual([[], []])
    expect(third.log).not.toContain('runs the link scripts')
    expect(third.digest).not.toBe(second.digest)
    expect(
      (await build('exclude-anew:1', `${asked}\n@static\n@tests`, { 'cache-from': 'none' })).digest,
    ).toBe(third.digest)
  })

  test('a pattern of which nothing is known makes anew what it changes, too', async () => {
    const first = await build('exclude:2', '@docs')
    const second = await build('exclude:2', '@docs\n/share/manual/b')
    expect(second.fetched).toContain('tool')
    expect(changed(first, second)).toEqual([await layerOf(first, 'opt/conda/share/manual/b')])
    expect((await build('exclude-anew:2', '@docs\n/share/manual/b', { 'cache-from': 'none' })).digest).toBe(
      second.digest,
    )
    // What it does stays the same, whoever does it.
    const third = await build('exclude:2', '@docs\n/share/manual/[b]')
    expect(changed(second, third)).toEqual([])
    expect((await build('exclude-anew:2', '@docs\n/share/manual/[b]', { 'cache-from': 'none' })).digest).toBe(
      third.digest,
    )
    expect((await build('exclude:2', '')).paths.has('opt/conda/share/manual/b')).toBe(true)
  })
})
