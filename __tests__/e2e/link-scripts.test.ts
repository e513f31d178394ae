import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startUnpacked } from '../../script/lib/start-unpacked.ts'
import { unpackLayers } from '../../script/lib/unpack.ts'
import { minimalDebian, pushBaseOfBoth } from '../world/base.ts'
import { startWorld } from '../world/world.ts'
import { createJob, environmentFile, type Job } from './job.ts'
import { MadeImage, type LayerFile } from './made-image.ts'

const parts = { channel: { packages: 'with link scripts' }, releases: {}, registry: {}, base: {} } as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let job: Job
let scratch: string

beforeAll(async () => {
  world = await startWorld(parts)
  job = await createJob({ ...world.inputs, push: 'true' }, world.environment)
  scratch = await mkdtemp(join(tmpdir(), 'link-scripts-'))
})

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true })
  await job.remove()
  await world.stop()
})

const nameOf = (name: string) => `${world.registry.host}/${name}`

async function run(
  name: string,
  dependencies: readonly string[],
  inputs: Readonly<Record<string, string>> = {},
) {
  await job.write('env.yaml', environmentFile(world.channel.url, dependencies))
  return job.run({ tags: nameOf(name), ...inputs })
}

async function make(...asked: Parameters<typeof run>) {
  const { exitCode, log, outputs } = await run(...asked)
  expect(exitCode === 0 || log).toBe(true)
  return { image: await MadeImage.read(nameOf(asked[0])), log, outputs }
}

/** The image is not made: what is said of it. */
async function refused(...asked: Parameters<typeof run>): Promise<string> {
  const { exitCode, log } = await run(...asked)
  expect(exitCode === 1 || log).toBe(true)
  expect(log).not.toContain('this is a bug')
  expect(await MadeImage.exists(nameOf(asked[0]))).toBe(false)
  return log
}

/** Of the files alone. */
const textsOf = (files: ReadonlyMap<string, LayerFile>) =>
  Object.fromEntries(
    [...files].filter(([, { type }]) => type === 'file').map(([path, { text }]) => [path, text]),
  )

/** sha256 of what the scripts that make caches made, by path in the prefix. */
const { files: recorded } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../data/link/link-scripts.json'), 'utf8'),
) as { files: Record<string, string> } // which the tests of the channel hold

const drawing = ['graphviz', 'gdk-pixbuf', 'librsvg', 'gtk3']

/** The layers of an image in a folder. */
async function unpack({ content }: MadeImage, repository: string): Promise<string> {
  const folder = await mkdtemp(join(scratch, 'image-'))
  const layers = await Promise.all(
    content.layers.map(async ({ digest, descriptor }, index) => {
      const file = join(folder, `layer-${index}`)
      const answer = await fetch(`http://${nameOf(repository).replace('/', '/v2/')}/blobs/${digest}`)
      await writeFile(file, await answer.bytes())
      return { file, mediaType: String(descriptor['mediaType']) }
    }),
  )
  const root = join(folder, 'root')
  await mkdir(root, { mode: 0o755 })
  await unpackLayers(layers, root)
  return root
}

async function inRoot(root: string, env: Readonly<Record<string, string>>, command: readonly string[]) {
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const start = await startUnpacked(root, { env: lines, entrypoint: [] }, command)
  if ('problems' in start) throw new Error(start.problems.join('\n'))
  expect(start.outcome.code === 0 || start.outcome.stderr).toBe(true)
  return start.outcome.stdout
}

describe('of graphviz, gdk-pixbuf, librsvg and gtk3', () => {
  let made: Awaited<ReturnType<typeof make>>
  beforeAll(async () => {
    made = await make('drawing:1', drawing)
  })

  test('what they make is what was recorded, byte for byte, and its owner has it', async () => {
    const files = [...(await made.image.filesOf('link scripts'))].filter(([, { type }]) => type === 'file')
    const hashes = files.map(([path, { text }]) => [
      path.replace('opt/conda/', ''),
      createHash('sha256').update(text, 'latin1').digest('hex'),
    ])
    expect(Object.fromEntries(hashes)).toEqual(recorded)
    for (const [, { uid, gid, mode }] of files)
      expect({ uid, gid, mode }).toEqual({ uid: 57439, gid: 57439, mode: 0o644 })
  })

  test('in the image, graphviz draws, and gdk-pixbuf reads what librsvg knows', async () => {
    const root = await unpack(made.image, 'drawing')
    const draw = [
      'cd /tmp && dot -Tpng -oa.png <<<"digraph { a -> b }"',
      'dot -Tsvg -oa.svg <<<"graph { a }"',
      'gdk-pixbuf-thumbnailer -s 64 a.svg b.png',
    ]
    const entry = ['/usr/local/bin/_entrypoint.sh', 'bash', '-c', draw.join(' && ')]
    await inRoot(root, made.image.env, entry)
    for (const image of ['a.png', 'b.png']) {
      expect((await readFile(join(root, 'tmp', image))).toString('latin1', 1, 4)).toBe('PNG')
    }
  })

  const real = process.env['MICROMAMBA_EXE']
  const withReal = real === undefined ? test.skip : test
  withReal('a real micromamba leaves the same', async () => {
    const root = join(scratch, 'real')
    await mkdir(root, { mode: 0o755 })
    const base = { file: await minimalDebian(), mediaType: 'application/vnd.oci.image.layer.v1.tar' }
    await unpackLayers([base], root)
    await copyFile(real ?? '', join(root, 'usr/bin/micromamba'))
    await chmod(join(root, 'usr/bin/micromamba'), 0o755)
    const install = ['micromamba', 'create', '--yes', '--no-rc', '--prefix=/opt/conda', '--override-channels']
    const env = { PATH: '/usr/bin:/bin', MAMBA_ROOT_PREFIX: '/root/mamba', MAMBA_SSL_VERIFY: 'false' }
    await inRoot(root, env, [...install, `--channel=${world.channel.url}`, ...drawing])
    for (const [path, hash] of Object.entries(recorded)) {
      const content = await readFile(join(root, 'opt/conda', path))
      expect([path, createHash('sha256').update(content).digest('hex')]).toEqual([path, hash])
    }
  })

  test('nothing changed: none is run, and it costs a few requests', async () => {
    const before = { registry: world.registry.requests.length, channel: world.channel.requests.length }
    const again = await make('drawing:1', drawing)
    expect(again.outputs).toMatchObject({ reused: 'true', digest: made.outputs['digest'] })
    expect(again.log).not.toContain('runs the link scripts')
    // Two of them are this test's own.
    expect(world.registry.requests.length - before.registry).toBeLessThan(10)
    expect(world.channel.requests.length - before.channel).toBeLessThan(5)
  })

  test('what is said of the image only is no reason to run them again', async () => {
    const labelled = await make('drawing:2', drawing, {
      labels: 'team=a',
      'cache-from': nameOf('drawing:1'),
    })
    expect(labelled.log).not.toContain('runs the link scripts')
    expect(labelled.outputs['digest']).not.toBe(made.outputs['digest'])
    expect(labelled.image.layers('link scripts')).toEqual(made.image.layers('link scripts'))
  })

  test('they are run again when another package changes, whose layer is all that is new if they make the same', async () => {
    const more = await make('drawing:1', [...drawing, 'tiny'])
    expect(more.log).toContain('runs the link scripts')
    expect(more.image.layers('link scripts').map(({ diffId }) => diffId)).toEqual(
      made.image.layers('link scripts').map(({ diffId }) => diffId),
    )
    const old = new Set(made.image.content.layers.map(({ digest }) => digest))
    const fresh = more.image.content.layers.filter(({ digest }) => !old.has(digest))
    expect(fresh.map(({ createdBy }) => createdBy)).toEqual([
      expect.stringMatching(/^packages /),
      'environment',
    ])
  })
})

test('R has the data that a script downloads, where it may; else it fails, and says what it lacked', async () => {
  const tried = { 'link-scripts-network': 'true', 'exclude-check': 'true' }
  const log = await refused('r:none', ['bioconductor-testdata'])
  expect(log).toContain(
    'the post-link script of bioconductor-testdata-1.0.0-r42hdfd78af_0 failed: exit code 1',
  )
  expect(log).toContain('| ERROR: post-link.sh was unable to download any of')
  expect(log).toContain('It had no network, which link-scripts-network: true would give it.')

  const broken = { exclude: '/lib/R/library/testdata/R/' }
  expect(await refused('r:broken', ['bioconductor-testdata'], { ...tried, ...broken })).toMatch(
    /1 import failed in the image for linux\/.*:\n {2}library\(testdata\) \(bioconductor-testdata 1\.0\.0\): /,
  )
  const made = await make('r:1', ['bioconductor-testdata'], { ...tried, exclude: '@docs' })
  expect(made.log).toMatch(/\n1 import of 1 package tried in /)
  const root = await unpack(made.image, 'r')
  const program = 'library(testdata); cat(with(genes(), paste(gene, length)), sep = "\\n")'
  const command = ['/usr/local/bin/_entrypoint.sh', 'R', '--no-echo', '-e', program]
  expect(await inRoot(root, made.image.env, command)).toBe('BRCA1 81189\nTP53 19149\n')
})

test('each finds what it may rely on, and what it leaves elsewhere is dropped and named', async () => {
  const names = ['outside', 'placeholder', 'prints', 'reads', 'removes'].map((name) => `script-${name}`)
  const { image, log } = await make('small:1', names, {})
  const files = await image.filesOf('link scripts')
  const share = (path: string) => files.get(`opt/conda/share/${path}`)
  expect(share('script-reads/conditions')?.text.split('\n')).toEqual([
    'PREFIX=/opt/conda',
    'ROOT_PREFIX=/opt/conda',
    'PKG_NAME=script-reads',
    'PKG_VERSION=1.0',
    'PKG_BUILDNUM=2',
    'CONDA_PREFIX=/opt/conda',
    'TZ=UTC',
    'LANG=C.UTF-8',
    expect.stringMatching(/^SOURCE_DATE_EPOCH=\d+$/),
    'pwd=/opt/conda/bin',
    'umask=0022',
    'id=57439',
    '',
  ])
  expect(share('script-reads/computed')?.text).toBe('tiny is 2.0\n')
  expect(share('script-placeholder/prefix')?.text).toBe('/opt/conda\n')

  // What it says comes once, under its name, and is not in the image.
  expect(
    log.match(/script-prints-1\.0-h0_2 says when it is linked:\n\| script-prints has something to say\n/g),
  ).toHaveLength(1)
  expect(log.match(/has something to say/g)).toHaveLength(1)
  expect(files.has('opt/conda/.messages.txt')).toBe(false)

  expect(log).toMatch(/not kept: \/home\/mambauser\/\.outside$/m)
  expect(share('script-outside/inside')?.text).toBe('inside\n')
  expect([...files.keys()].filter((path) => !/^opt(\/conda(\/.*)?)?$/.test(path))).toEqual([])

  const gone = [...files].filter(([, { type }]) => type !== 'directory').map(([path]) => path)
  expect(gone.filter((path) => path.includes('.wh.'))).toEqual([
    'opt/conda/share/modes/.wh.private.txt',
    'opt/conda/share/.wh.names',
  ])
  expect(share('modes/shared.txt')?.text).toBe('replaced\n')
  expect(share('script-removes/empty')).toMatchObject({ type: 'directory', mode: 0o755, uid: 57439 })
  expect(share('script-removes/hard')).toMatchObject({ type: 'file', text: 'original\n' })
  expect(share('script-removes/original')).toMatchObject({
    type: 'link',
    text: 'opt/conda/share/script-removes/hard',
  })
  expect(share('script-removes/soft')).toMatchObject({ type: 'symlink', text: 'original' })
  expect(share('script-removes/dangling')).toMatchObject({ type: 'symlink', text: '../nowhere' })
  expect(share('script-removes/runs')).toMatchObject({ type: 'file', mode: 0o755 })
})

describe('one that', () => {
  test('fails ends the run, with what it wrote; nothing is pushed', async () => {
    const log = await refused('fails:1', ['script-fails'])
    expect(log).toContain('the post-link script of script-fails-1.0-h0_2 failed: exit code 3')
    expect(log).toContain('| to stdout')
    expect(log).toContain('| to stderr')
    expect(log).toContain("Add script-fails to 'link-scripts-skip' if the package works without.")
    await make('fails:1', ['script-fails'], { 'link-scripts-skip': 'script-fails' })
  })

  test('does not end in its time is ended', async () => {
    const log = await refused('sleeps:1', ['script-sleeps'], { 'executor-timeout': '1s' })
    expect(log).toContain(
      'the post-link script of script-sleeps-1.0-h0_2 failed: no end after 1 s, its time limit',
    )
  })

  test('would run before its files are there is refused, unless it is skipped', async () => {
    const log = await refused('pre-link:1', ['script-pre-link'])
    expect(log).toContain('script-pre-link-1.0-h0_2 has a pre-link script')
    expect(log).toContain("Add script-pre-link to 'link-scripts-skip' if it works without.")
    const skipped = await make('pre-link:1', ['script-pre-link'], { 'link-scripts-skip': 'script-pre-link' })
    expect(skipped.log).toContain('The link scripts of script-pre-link-1.0-h0_2 are not run.')
  })

  test('makes a file that changes who runs it is refused', async () => {
    expect(await refused('setuid:1', ['script-setuid'])).toContain(
      'gives whoever runs it other rights: /opt/conda/share/script-setuid/setuid',
    )
  })

  test('leaves an activation script: the image’s ENV has what that exports, also of a layer that is reused', async () => {
    const everywhere = { activation: 'everywhere' }
    const first = await make('activates:1', ['script-activates'], everywhere)
    expect(first.image.env).toMatchObject({ SCRIPT_ACTIVATES: '1.0' })
    const again = await make('activates:1', ['script-activates'], {
      ...everywhere,
      env: 'A=$SCRIPT_ACTIVATES',
    })
    expect(again.log).not.toContain('runs the link scripts')
    expect(again.image.env).toMatchObject({ SCRIPT_ACTIVATES: '1.0', A: '1.0' })
  })
})

test('each environment has a layer of its own, of its own files', async () => {
  await job.write(
    'second.yaml',
    environmentFile(world.channel.url, ['script-reads']).replace('base', 'second'),
  )
  const { image } = await make('several:1', ['script-placeholder', 'tiny'], {
    'environment-file': 'env.yaml\nsecond.yaml',
  })
  expect(textsOf(await image.filesOf('link scripts'))).toEqual({
    'opt/conda/share/script-placeholder/prefix': '/opt/conda\n',
  })
  const second = await image.filesOf('second: link scripts')
  const { text } = second.get('opt/conda/envs/second/share/script-reads/conditions') ?? { text: '' }
  expect(text).toContain('PREFIX=/opt/conda/envs/second\nROOT_PREFIX=/opt/conda\n')
  expect(text).toContain('CONDA_PREFIX=/opt/conda/envs/second\n')
})

test('another processor’s can be run where the kernel emulates it only; skipped, they need not be', async () => {
  const { reference } = await pushBaseOfBoth(world.registry)
  const both = { 'base-image': reference, platforms: 'linux/amd64,linux/arm64' }
  const log = await refused('platforms:1', ['script-reads'], both)
  expect(log).toContain('the link scripts cannot be run for linux/arm64 on this machine')
  expect(log).toContain('see examples/platform-jobs')
  const { exitCode, log: skipped } = await run('platforms:1', ['script-reads'], {
    ...both,
    'link-scripts': 'skip',
  })
  expect(exitCode === 0 || skipped).toBe(true)
})

describe('what they make belongs to whom the image says', () => {
  test.each([
    ['root', { user: 'root' }, { uid: 0, gid: 0, id: 0, mode: 0o644 }],
    ['a number', { user: '1234' }, { uid: 1234, gid: 1234, id: 1234, mode: 0o644 }],
    ['the group 0 too', { 'group-writable': 'true' }, { uid: 57439, gid: 0, id: 57439, mode: 0o664 }],
    ['compressed by gzip', { compression: 'gzip' }, { uid: 57439, gid: 57439, id: 57439, mode: 0o644 }],
  ])('%s', async (_, inputs: Readonly<Record<string, string>>, { id, ...owner }) => {
    const { image } = await make('owner:1', ['script-reads'], { ...inputs, 'cache-from': 'none' })
    const files = await image.filesOf('link scripts')
    const file = files.get('opt/conda/share/script-reads/conditions')
    expect(file).toMatchObject(owner)
    expect(file?.text).toContain(`\nid=${id}\n`)
    for (const [path, { uid, gid }] of files) {
      if (path.startsWith('opt/conda'))
        expect({ path, uid, gid }).toEqual({ path, uid: owner.uid, gid: owner.gid })
    }
    const [layer] = image.layers('link scripts')
    expect(layer?.descriptor['mediaType']).toMatch(inputs['compression'] === 'gzip' ? /\+gzip$/ : /\+zstd$/)
  })
})
