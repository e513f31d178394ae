import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { containerEngine, type ContainerEngine } from '../../script/lib/engine.ts'
import { formatCsvRow } from '../../src/packages/wheel/csv.ts'
import { makeConda } from '../packages/make-package.ts'
import { makeWheel, type MadeWheel } from '../packages/make-wheel.ts'
import { specimens } from '../prefix/wheel/specimens.ts'
import { serveFiles, type FileServer } from '../world/file-server.ts'
import { debianPip } from '../world/pip.ts'
import { startWorld } from '../world/world.ts'
import { createJob, environmentFile, type Job } from './job.ts'

// The first time, the channel is built.
jest.setTimeout(600_000)

const parts = { channel: {}, releases: {}, registry: {}, cache: {}, engine: {}, base: {} } as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let job: Job
let docker: ContainerEngine
let index: FileServer
/** What the index has, by path. */
const files = new Map<string, Buffer>()
/** On this machine, for real pip: the wheels, and the pip of Debian. */
let folder: string
let pip: string

/** The lock of the conda packages alone. */
let plain: string
const lock = 'env.linux-64.lock'

/** A package whose distribution a wheel replaces: with files that stay the same, change, go and are not recorded. */
async function replacedPackage(): Promise<string> {
  const content: Record<string, string> = {
    'replaced/__init__.py': 'version = 1\n',
    'replaced/old.py': 'old = 1\n',
    'replaced/sub/__init__.py': '',
    'replaced/sub/data.txt': 'data',
    'replaced-1.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: replaced\nVersion: 1.0\n',
    'replaced-1.0.dist-info/INSTALLER': 'conda',
    'replaced-1.0.dist-info/entry_points.txt': '[console_scripts]\nreplaced-old = replaced.old:main\n',
  }
  const record = [...Object.keys(content), 'replaced-1.0.dist-info/RECORD', '../../../bin/replaced-old']
    .map((path) => formatCsvRow([path, '', '']))
    .join('')
  const all = { ...content, 'replaced-1.0.dist-info/RECORD': record, 'replaced/unrecorded.txt': 'stays' }
  const items = Object.entries(all).map(([name, text]) => ({ name: `site-packages/${name}`, content: text }))
  const file = await makeConda({
    index: { name: 'replaced', noarch: 'python', subdir: 'noarch' },
    paths: items.map(({ name }) => ({ _path: name, path_type: 'hardlink' })),
    info: {
      'link.json': JSON.stringify({
        noarch: { type: 'python', entry_points: ['replaced-old = replaced.old:main'] },
        package_metadata_version: 1,
      }),
    },
    items,
  })
  const bytes = await readFile(file)
  files.set('/channel/noarch/replaced-1.0-0.conda', bytes)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return `${index.url}/channel/noarch/replaced-1.0-0.conda#sha256:${sha256}`
}

const replacing = makeWheel({
  name: 'replaced',
  version: '2.0',
  files: { 'replaced/__init__.py': 'version = 2\n', 'replaced/new.py': 'new = 1\n' },
})
const demo = (version: string) =>
  makeWheel({
    name: 'demo',
    version,
    files: { 'demo/__init__.py': `version = "${version}"\ndef main(): print("demo", version)\n` },
    entryPoints: '[console_scripts]\ndemo = demo:main\n',
    requires: ['clobber-a'],
  })
/** Two that have one path, and one that has a module of a package's. */
const clobbering = [
  makeWheel({ name: 'clobber-a', files: { 'both.py': 'of = "a"\n', 'a.py': '' } }),
  makeWheel({ name: 'clobber-z', files: { 'both.py': 'of = "z"\n', 'z.py': '' } }),
  makeWheel({ name: 'over', files: { 'hello/__init__.py': '__version__ = "over"\n' } }),
]

const canonical = ({ name }: MadeWheel) => name.replace(/[-_.]+/g, '-').toLowerCase()

/** The lock with wheels below its packages, in pip's order of installing, all of them asked for by name. */
function locked(wheels: readonly MadeWheel[], change: (line: string) => string = (line) => line): string {
  const sorted = wheels.toSorted((a, b) => (canonical(a) < canonical(b) ? 1 : -1))
  const marks = sorted.map((wheel) => `# pip-requested: ${canonical(wheel)}\n`).join('')
  const lines = sorted.map((wheel) => {
    files.set(`/${wheel.fileName}`, wheel.bytes)
    const url = `${index.url}/${encodeURIComponent(wheel.fileName)}`
    return `${change(`# pip ${canonical(wheel)} @ ${url}#sha256=${wheel.sha256}`)}\n`
  })
  return plain.replace('@EXPLICIT\n', `# pip-version: 23.0.1\n${marks}@EXPLICIT\n`) + lines.join('')
}

async function make(text: string, inputs: Readonly<Record<string, string>> = {}) {
  await job.write(lock, text)
  const before = index.requests.length
  const outcome = await job.run({ 'lock-mode': 'frozen', ...inputs })
  const fetched = index.requests.slice(before).map(({ path }) => path)
  return { ...outcome, fetched }
}

async function made(...args: Parameters<typeof make>) {
  const outcome = await make(...args)
  expect(outcome.exitCode === 0 || outcome.log).toBe(true)
  return outcome
}

beforeAll(async () => {
  world = await startWorld(parts)
  docker = containerEngine('docker', { ...process.env, ...world.environment })
  job = await createJob(world.inputs, world.environment)
  const login = `Basic ${Buffer.from('ann:hush-hush').toString('base64')}`
  index = await serveFiles(({ path, headers }) => {
    const isOpen = !path.startsWith('/private/') || headers.authorization === login
    return isOpen ? files.get(path.replace('/private', '')) : { status: 401 }
  })
  folder = await mkdtemp(join(tmpdir(), 'wheels-'))
  await chmod(folder, 0o755) // for the user of containers
  pip = (await debianPip('bookworm')).folder
  await job.write('env.yaml', environmentFile(world.channel.url, ['python', 'hello']))
  const solved = await job.run({ output: 'plain.tar' })
  expect(solved.exitCode === 0 || solved.log).toBe(true)
  plain = (await readFile(join(job.workspace, lock), 'utf8')).trimEnd() + `\n${await replacedPackage()}\n`
})

afterAll(async () => {
  await job.remove()
  await index.stop()
  await rm(folder, { recursive: true })
  await world.stop()
})

/** Prints of each file below the prefix its mode and hash; of bytecode, which is not pip's, only that it is there. */
const listing = `
import hashlib, json, os, stat
found = {}
for directory, names, leaves in os.walk("/opt/conda"):
    if not names and not leaves:
        found[directory] = "empty"
    for leaf in leaves:
        path = os.path.join(directory, leaf)
        if os.path.islink(path):
            found[path] = os.readlink(path)
        elif path.endswith(".pyc"):
            found[path] = "bytecode"
        else:
            content = open(path, "rb").read()
            found[path] = oct(os.stat(path).st_mode) + " " + hashlib.sha256(content).hexdigest()
            if leaf == "RECORD":
                found[path] = content.decode()
print(json.dumps(found))
`

/** Prints what importlib.metadata knows of each distribution. */
const distributions = `
from importlib.metadata import distributions
for dist in sorted(distributions(), key=lambda one: one.metadata["Name"]):
    print(dist.metadata["Name"], dist.version, dist.requires, dist.read_text("INSTALLER"), dist.read_text("REQUESTED"))
    print([(str(one), one.size, str(one.hash)) for one in dist.files or []])
    print(sorted((entry.group, entry.name, entry.value) for entry in dist.entry_points))
`

/** Runs python in an image with Debian's pip at hand. */
async function python(image: string, ...args: string[]) {
  const mounts = ['-v', `${pip}:/debian:ro`, '-v', `${folder}:/wheels:ro`]
  const variables = ['-e', 'PYTHONPATH=/debian', '-e', 'PYTHONDONTWRITEBYTECODE=1', '-e', 'HOME=/tmp']
  return docker(['run', '--rm', '--network=none', ...mounts, ...variables, image, ...args])
}

async function tree(image: string, before = 'true'): Promise<Record<string, string>> {
  const { code, stdout, stderr } = await python(
    image,
    'bash',
    '-c',
    `umask 022; (${before}) >&2 && exec python -c '${listing}'`,
  )
  expect(code === 0 || stderr).toBe(true)
  return JSON.parse(stdout) as Record<string, string>
}

test('an environment with wheels is what real pip makes of the one without', async () => {
  const wheels = [...specimens, replacing, demo('1.0'), ...clobbering]
  for (const { fileName, bytes } of wheels) await writeFile(join(folder, fileName), bytes)
  await made(plain, { tags: 'app:plain', load: 'true' })
  const { log } = await made(locked(wheels), { tags: 'app:wheels', load: 'true' })
  expect(log).toContain(`and ${wheels.length} of ${wheels.length} wheels are needed`)
  expect(log).toContain('The wheel replaced 2.0 replaces replaced 1.0 of the package replaced-1.0-0')

  // The compiler's messages about sources that are none are pip's own.
  const install = `python -m pip --disable-pip-version-check install --no-index --no-deps --find-links /wheels ${wheels
    .map((wheel) => `${canonical(wheel)}==${wheel.version}`)
    .join(' ')}`
  const [ours, theirs] = [await tree('app:wheels'), await tree('app:plain', install)]
  expect(ours).toEqual(theirs)
  const leftOfIt = Object.keys(ours).filter((path) => path.includes('/replaced') && !path.includes('-2.0.'))
  expect(leftOfIt.map((path) => path.replace(/^.*site-packages\//, '')).sort()).toEqual([
    '/opt/conda/conda-meta/replaced-1.0-0.json',
    'replaced/__init__.py',
    'replaced/__pycache__/__init__.cpython-311.pyc',
    'replaced/__pycache__/new.cpython-311.pyc',
    'replaced/new.py',
    'replaced/unrecorded.txt',
  ])

  // What python's own tools say of it, and what they say where real pip has installed the same.
  const modules = wheels.map((wheel) => canonical(wheel))
  const asked = [
    'python -m pip list --format=json --disable-pip-version-check',
    'python -m pip check',
    `python -m pip show -f ${modules.join(' ')}`,
    `python -c '${distributions}'`,
  ]
  const oneByOne = `{ ${asked.join(' && echo -- && ')}; }`
  const [said, wouldSay] = [
    await python('app:wheels', 'bash', '-c', oneByOne),
    await python('app:plain', 'bash', '-c', `umask 022; (${install}) >/dev/null 2>&1; ${oneByOne}`),
  ]
  expect(said.code === 0 || said.stderr).toBe(true)
  expect(said.stdout.split('\n--\n')).toEqual(wouldSay.stdout.split('\n--\n'))

  const facts = [
    ['python', '-m', 'pip', 'list', '--format=json', '--disable-pip-version-check'],
    ['python', '-m', 'pip', 'check'],
    ['python', '-c', 'import both, hello, replaced; print(both.of, hello.__version__, replaced.version)'],
    ['python', '-c', 'from importlib.metadata import version; print(version("replaced"), version("demo"))'],
    ['demo'],
    ['bash', '-c', 'ls /opt/conda/bin/replaced-old || echo gone'],
  ]
  const answers = []
  for (const words of facts) answers.push(await python('app:wheels', ...words))
  expect(answers.map(({ code }) => code)).toEqual(facts.map(() => 0))
  const [list, check, imports, metadata, script, old] = answers.map(({ stdout }) => stdout.trim())
  expect(list).toContain('{"name": "replaced", "version": "2.0"}')
  expect(check).toBe('No broken requirements found.')
  expect(imports).toBe('a over 2')
  expect(metadata).toBe('2.0 1.0')
  expect(script).toBe('demo 1.0')
  expect(old).toBe('gone')
  const uninstalled = await python(
    'app:wheels',
    'bash',
    '-c',
    `python -m pip uninstall -y ${modules.join(' ')} && python -c '${listing}'`,
  )
  expect(uninstalled.code === 0 || uninstalled.stderr).toBe(true)
  const left = await tree('app:plain', `${install} && python -m pip uninstall -y ${modules.join(' ')}`)
  expect(JSON.parse(uninstalled.stdout.trim().split('\n').at(-1) ?? '')).toEqual(left)
})

interface Manifest {
  readonly config: { readonly digest: string }
  readonly layers: readonly { readonly digest: string }[]
}

/** The digests of an image's layers by what made them. */
async function layersOf(digest: string | undefined): Promise<Map<string, string>> {
  const get = async (place: string) => {
    const accept = 'application/vnd.oci.image.manifest.v1+json'
    const response = await fetch(`http://${world.registry.host}/v2/app/${place}`, { headers: { accept } })
    return response.json()
  }
  const { config, layers } = (await get(`manifests/${digest ?? ''}`)) as Manifest
  const { history } = (await get(`blobs/${config.digest}`)) as { history: { created_by?: string }[] }
  return new Map(layers.map((layer, at) => [history[at]?.created_by ?? '', layer.digest]))
}

/** What script/verify says of an image. */
async function verify(digest: string | undefined, lockFile: string, ...inputs: string[]): Promise<string> {
  const env: NodeJS.ProcessEnv = { ...process.env, ...world.environment, NODE_OPTIONS: undefined }
  const own = Object.entries(world.inputs).flatMap(([name, value]) =>
    name.startsWith('micromamba-') ? [`${name}=${value}`] : [],
  )
  const words = [`${world.registry.host}/app@${digest ?? ''}`, lockFile, ...own, ...inputs]
  return new Promise((done) => {
    execFile(
      process.execPath,
      [resolve('script/verify.ts'), ...words],
      { env, cwd: job.workspace },
      (error, stdout, stderr) => {
        done(error ? stderr + stdout : stdout)
      },
    )
  })
}

// micromamba adds pip to each environment with python, and that wheel has a script of its name.
const apart = specimens.filter(({ name }) => name !== 'py-installer')

test.each([
  ['that have nothing in common', 'plain', apart],
  ['that clobber and replace', 'meeting', [replacing, ...clobbering, ...specimens]],
])(
  'a bump of one wheel beside others %s changes its layer; whatever was there before, the image is the same',
  async (_, tag, wheels) => {
    const inputs = { tags: `${world.registry.host}/app:${tag}`, push: 'true' }
    const lockOf = (version: string) =>
      locked([...wheels, demo(version)]).replace('@EXPLICIT\n', '# own-layer: pip:demo\n@EXPLICIT\n')
    const first = await made(lockOf('1.0'), inputs)
    const bumped = await made(lockOf('1.1'), inputs)
    const [before, after] = [
      await layersOf(first.outputs['digest']),
      await layersOf(bumped.outputs['digest']),
    ]
    // Where paths meet, whoever has them is looked at.
    if (tag === 'plain') expect(bumped.fetched).toEqual(['/demo-1.1-py3-none-any.whl'])
    expect([...after.keys()]).toEqual([...before.keys()])
    expect([...after].filter(([title, layer]) => before.get(title) !== layer)).toEqual([
      ['pip: demo', after.get('pip: demo')],
    ])
    const titles = [...after.keys()]
    expect(titles.filter((title) => /^pip: wheels \d\/8$/.test(title)).length).toBeGreaterThan(3)
    expect(titles.at(-1)).toBe('environment')
    const anew = await made(lockOf('1.1'), { ...inputs, 'cache-from': 'none' })
    expect(anew.outputs['digest']).toBe(bumped.outputs['digest'])
    expect((await made(lockOf('1.1'), inputs)).outputs['reused']).toBe('true')

    expect(await verify(bumped.outputs['digest'], lock)).toContain('the rebuilt image has the same digest')
  },
)

test('wheels lie in the cache beside packages', async () => {
  const text = locked([demo('2.0'), ...clobbering]).replace('# pip-requested: clobber-a\n', '')
  const inputs = { output: 'cached.tar' }
  await made(text, inputs)
  await rm(join(job.workspace, 'cached.tar'))
  const again = await made(text, inputs)
  expect(again.outputs['cache-hit'] === 'true' || again.log).toBe(true)
  expect(again.fetched).toEqual([])
  expect(again.summary).toContain('<td><code>pip:demo</code> → <code>pip:clobber-a</code></td>')
})

test('a wheel of a path, and one that was asked for by address', async () => {
  const [here, there] = [makeWheel({ name: 'here', files: { 'here.py': '' } }), demo('3.0')]
  await mkdir(join(job.workspace, 'wheels'), { recursive: true })
  await writeFile(join(job.workspace, 'wheels', here.fileName), here.bytes)
  const text = locked([there]).replace(
    '@EXPLICIT\n',
    '# pip-requested: here\n# pip-direct: here\n# pip-direct: demo\n@EXPLICIT\n',
  )
  const line = `# pip here @ file:wheels/${here.fileName}#sha256=${here.sha256}\n`
  await made(text + line, { tags: 'app:direct', load: 'true' })
  const { stdout } = await python(
    'app:direct',
    'bash',
    '-c',
    'cat /opt/conda/lib/python3.11/site-packages/{demo,here}*/direct_url.json',
  )
  expect(stdout).toContain(`"url": "${index.url}/${there.fileName}"`)
  expect(stdout).toContain(`"url": "file:///wheels/${here.fileName}"`)
  expect(stdout).toContain(`"hashes": {"sha256": "${here.sha256}"}`)
})

test('a wheel of an index that wants a login', async () => {
  const text = locked([demo('6.0')]).replace(`${index.url}/demo`, `${index.url}/private/demo`)
  const inputs = { output: 'private.tar' }
  const refused = await make(text, inputs)
  expect(refused.exitCode).toBe(1)
  expect(refused.log).toContain('the index refused it (401)')
  expect(refused.log).toContain('Give credentials: by the inputs auth-host and auth-token.')
  const login = { 'auth-host': new URL(index.url).host, 'auth-username': 'ann', 'auth-password': 'hush-hush' }
  const { log } = await made(text, { ...inputs, ...login })
  expect(log).not.toMatch(/^(?!::add-mask::).*hush-hush/m)
})

test('a pylock.toml beside the lock of the packages makes the image that lines in the lock do', async () => {
  const wheels = [demo('7.0'), ...clobbering]
  const isPrivate = (text: string) => text.replaceAll(`${index.url}/`, `${index.url}/private/`)
  const host = new URL(index.url).host
  const login = { 'auth-host': host, 'auth-username': 'ann', 'auth-password': 'hush-hush' }
  const lines = await made(
    locked(wheels, (line) => isPrivate(line)),
    { ...login, tags: `${world.registry.host}/app:lines`, push: 'true' },
  )

  const entries = wheels.map((wheel) =>
    [
      '[[packages]]',
      `name = "${canonical(wheel)}"`,
      `version = "${wheel.version}"`,
      `marker = "python_version == '3.11' and sys_platform == 'linux'"`,
      'wheels = [',
      `    { name = "${canonical(wheel)}-${wheel.version}-cp310-cp310-win_amd64.whl", url = "https://nowhere.example/a", hashes = {} },`,
      `    { url = "${isPrivate(`${index.url}/${wheel.fileName}`)}", hashes = { sha256 = "${wheel.sha256}" } },`,
      ']',
    ].join('\n'),
  )
  const pylock = ['lock-version = "1.0"\ncreated-by = "uv"\nrequires-python = ">=3.9"\n', ...entries].join(
    '\n',
  )
  const alone = plain.replace('@EXPLICIT\n', '# pip-version: 23.0.1\n@EXPLICIT\n')
  const inputs = {
    'lock-file': `${lock}\nlocks/pylock.{name}.toml`,
    'pip-index-url': `http://ann:hush-hush@${host}/private/simple`,
    tags: `${world.registry.host}/app:pylock`,
    push: 'true',
  }
  await job.write('locks/pylock.env.toml', pylock)
  const beside = await made(alone, inputs)
  expect(beside.outputs['digest']).toBe(lines.outputs['digest'])
  expect(beside.outputs['lock-hash']).toBe(lines.outputs['lock-hash'])
  expect(beside.outputs['lock-file']).toBe(`${lock}\nlocks/pylock.env.toml`)
  expect(beside.log).toContain(`${lock}: used as it is, with pylock.env.toml`)
  const opened = `pip-index-url=${inputs['pip-index-url']}`
  expect(await verify(beside.outputs['digest'], inputs['lock-file'], opened)).toContain(
    'the rebuilt image has the same digest',
  )

  const [{ sha256 } = { sha256: '' }] = wheels
  await job.write('locks/pylock.env.toml', pylock.replace(sha256, '0'.repeat(64)))
  const { exitCode, log } = await make(alone, inputs)
  expect(exitCode).toBe(1)
  expect(log).toMatch(/locks\/pylock\.env\.toml:11: .*demo-7\.0.*: its sha256 is/)
})

const lying = makeWheel({
  name: 'lying',
  files: { 'lying.py': 'a = 1\n' },
  record: (rows) =>
    rows.map(([path = '', ...rest]) =>
      path === 'lying.py' ? [path, `sha256=${'A'.repeat(43)}`, '6'] : [path, ...rest],
    ),
})
const noRecord = makeWheel({ name: 'hello', version: '9.0', files: { 'hello/__init__.py': '' } })

test.each<[string, MadeWheel, (line: string) => string, string[]]>([
  [
    'other bytes than the lock says',
    demo('4.0'),
    (line) => line.replace(/sha256=.*$/, `sha256=${'0'.repeat(64)}`),
    ['its sha256 is', 'and the lockfile says 0000'],
  ],
  [
    'one that is gone',
    demo('5.0'),
    (line) => line.replace('demo-5.0', 'demo-5.1'),
    ['the index no longer has it (404)'],
  ],
  [
    'one whose files are not what its RECORD says',
    lying,
    (line) => line,
    ["the hash of 'lying.py' is not what its RECORD says"],
  ],
  [
    'a distribution of a package that pip cannot uninstall',
    noRecord,
    (line) => line,
    ['it has no RECORD of its files', 'Ask conda for hello 9.0'],
  ],
  [
    'one for another python',
    makeWheel({ name: 'other', tag: 'cp312-cp312-manylinux_2_17_x86_64', files: { 'other.py': '' } }),
    (line) => line,
    ['is not for python 3.11'],
  ],
])('%s: an error at the line of the lock', async (_, wheel, change, expected) => {
  const text = locked([wheel], change)
  const line = text.split('\n').findIndex((one) => one.startsWith('# pip ')) + 1
  const { exitCode, log } = await make(text, { output: 'none.tar' })
  expect(exitCode).toBe(1)
  expect(log).toContain(`${lock}:${line}`)
  for (const sentence of expected) expect(log).toContain(sentence)
  expect(log).not.toMatch(/^\s+at /m)
})
