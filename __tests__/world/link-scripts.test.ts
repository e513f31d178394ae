import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startUnpacked } from '../../script/lib/start-unpacked.ts'
import { minimalDebian } from './base.ts'
import { buildChannel } from './channel/build.ts'
import { installPlainly, readArchive } from './channel/install.ts'
import { readPublished, type Published } from './channel/publish.ts'
import { smallRecipes } from './channel/recipes/link-scripts/small.ts'
import { buildScriptedChannel, writeScripted } from './channel/scripted.ts'
import { startChannel } from './channel/server.ts'
import { run } from './command.ts'

let scratch: string
let folder: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'link-scripts-'))
  folder = await buildScriptedChannel()
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

/** Those whose scripts make caches, in the order in which they have to run. */
const drawn = ['graphviz', 'gdk-pixbuf', 'librsvg', 'gtk3']
const small = smallRecipes.map(({ name }) => name)

const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest('hex')

test('built again, the channel is the same bytes, and it has all that the plain one has', async () => {
  const again = join(scratch, 'again')
  await mkdir(again)
  const plain = await buildChannel()
  await writeScripted(again, plain)
  const published = await readPublished(folder)
  expect(await readPublished(again)).toEqual(published)
  expect(published).toEqual(expect.arrayContaining(await readPublished(plain)))
  for (const { subdir, fileName, record } of published) {
    expect(record).toMatchObject({ sha256: sha256(await readFile(join(folder, subdir, fileName))) })
  }
})

test('each package has its own script, and no file of another package', async () => {
  const scripts: string[] = []
  const owners = new Map<string, string>()
  const twice: string[] = []
  for (const archive of closure(await readPublished(folder), [...drawn, 'r-base', 'curl', ...small])) {
    for (const { name } of await readArchive(archive)) {
      if (name.startsWith('info/')) continue
      if (owners.has(name)) twice.push(`${name}: ${owners.get(name)}, ${basename(archive)}`)
      owners.set(name, basename(archive))
      const [, script] = /^bin\/\.(.+-p\w+-link)\.sh$/.exec(name) ?? []
      if (script !== undefined) scripts.push(script)
    }
  }
  expect(twice).toEqual([])
  const names = [...drawn, 'r-base', ...small.filter((name) => name !== 'script-pre-link')]
  expect(scripts.sort()).toEqual(
    [...names.map((name) => `${name}-post-link`), 'script-pre-link-pre-link'].sort(),
  )
})

/** The archives of these packages and of all that they depend on, the newest of each, each after its own. */
function closure(published: readonly Published[], names: readonly string[]): string[] {
  const newest = new Map(
    published
      .filter(({ subdir }) => subdir !== 'linux-aarch64')
      .map((it) => [(it.record as { name: string }).name, it]),
  )
  const ordered = new Set<string>()
  const add = (name: string) => {
    const it = newest.get(name)
    if (!it) throw new Error(`there is no package '${name}'`)
    const { depends } = it.record as { depends: string[] }
    for (const [dependency = ''] of depends.map((spec) => spec.split(' '))) {
      if (!dependency.startsWith('__')) add(dependency)
    }
    ordered.add(join(folder, it.subdir, it.fileName))
  }
  names.forEach(add)
  return [...ordered]
}

const prefix = '/opt/conda'

/** sha256 of what the scripts that make caches made, by path in the prefix. */
const recorded: unknown = JSON.parse(
  readFileSync(join(import.meta.dirname, '../data/link/link-scripts.json'), 'utf8'),
)

// For linux-64 alone, and only root can make another root its own.
const here = process.arch === 'x64' && process.getuid?.() === 0 ? describe : describe.skip

/** A Debian that is just enough for shells, with packages at /opt/conda. */
class System {
  readonly root: string
  constructor(root: string) {
    this.root = root
  }

  static async with(names: readonly string[], channel = folder): Promise<System> {
    const root = await mkdtemp(join(scratch, 'root-'))
    await chmod(root, 0o755)
    await run('tar', ['-xf', await minimalDebian(), '-C', root])
    await installPlainly(closure(await readPublished(channel), names), prefix, root)
    return new System(root)
  }

  /** Runs a script of bash in the activated prefix. */
  async run(script: string): Promise<string> {
    const activate = `for file in ${prefix}/etc/conda/activate.d/*.sh; do [ ! -e "$file" ] || . "$file"; done`
    const env = [
      `PATH=${prefix}/bin:/usr/bin:/bin`,
      'HOME=/root',
      `CONDA_PREFIX=${prefix}`,
      `PREFIX=${prefix}`,
    ]
    const command = ['bash', '-c', `${activate}\n${script}`]
    const start = await startUnpacked(this.root, { env, entrypoint: [] }, command)
    if ('problems' in start) throw new Error(start.problems.join('\n'))
    const { code, stdout, stderr } = start.outcome
    if (code !== 0) throw new Error(`ended with ${code}:\n${stderr}`)
    return stdout
  }

  /** Runs the post-link script of a package. */
  link(name: string, version = '1.0', number = 0): Promise<string> {
    const variables = `PKG_NAME=${name} PKG_VERSION=${version} PKG_BUILDNUM=${number}`
    return this.run(`export ${variables}; cd ${prefix}/bin && . ./.${name}-post-link.sh`)
  }

  async files(): Promise<string[]> {
    const below = join(this.root, prefix)
    const entries = await readdir(below, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(below.length + 1))
      .sort()
  }

  read(path: string): Promise<Buffer> {
    return readFile(join(this.root, prefix, path))
  }
}

here('in a Debian', () => {
  test('caches of what is in the prefix are those that were recorded, however often they are made', async () => {
    const system = await System.with(drawn)
    const before = new Set(await system.files())
    const caches = async () => {
      for (const name of drawn) await system.link(name)
      const made = (await system.files()).filter((path) => !before.has(path))
      return Object.fromEntries(
        await Promise.all(made.map(async (path) => [path, sha256(await system.read(path))] as const)),
      )
    }
    const first = await caches()
    expect({ prefix, system: 'Debian 12', files: first }).toEqual(recorded)
    await system.run('rm "$PREFIX"/lib/graphviz/config6a')
    expect(await caches()).toEqual(first)

    await system.run(
      'cd /tmp && dot -Tpng -oa.png <<<"digraph { a -> b }" && dot -Tsvg -oa.svg <<<"graph { a }"',
    )
    await system.run('cd /tmp && gdk-pixbuf-thumbnailer -s 64 a.svg b.png')
    for (const image of ['a.png', 'b.png']) {
      const content = await readFile(join(system.root, 'tmp', image))
      expect(content.toString('latin1', 1, 4)).toBe('PNG')
    }
    await system.run('rm "$PREFIX"/lib/graphviz/config6a "$PREFIX"/lib/gdk-pixbuf-2.0/2.10.0/loaders.cache')
    await expect(system.run('dot -Tpng -o/tmp/c.png <<<"graph { a }"')).rejects.toThrow(
      '"png" not recognized',
    )
    await expect(system.run('gdk-pixbuf-thumbnailer -s 64 /tmp/a.svg /tmp/c.png')).rejects.toThrow()
  })

  test('what is downloaded is of the channel that is started', async () => {
    const channel = await startChannel({ packages: 'with link scripts' })
    try {
      const system = await System.with(['r-base', 'curl'])
      for (const path of ['script-network-1.0-h0_2', 'bioconductor-testdata-1.0.0-r42hdfd78af_0']) {
        const response = await fetch(`${channel.url}/noarch/${path}.conda`)
        const archive = join(scratch, `${path}.conda`)
        await writeFile(archive, Buffer.from(await response.arrayBuffer()))
        await installPlainly([archive], prefix, system.root)
      }
      await system.link('r-base')
      await system.link('script-network')
      expect((await system.read('share/script-network/downloaded')).toString()).toBe('from the network\n')
      await system.link('bioconductor-testdata', '1.0.0')
      const program = 'library(testdata); cat(with(genes(), paste(gene, length)), sep = "\\n")'
      expect(await system.run(`R --no-echo -e '${program}'`)).toBe('BRCA1 81189\nTP53 19149\n')
      const repodata = await (await fetch(`${channel.url}/noarch/repodata.json`)).text()
      expect(repodata).toContain('"bioconductor-testdata-1.0.0-r42hdfd78af_0.conda"')

      channel.disturb = ({ path }) => (path.startsWith('/data/') ? { status: 404 } : undefined)
      await expect(system.link('bioconductor-testdata', '1.0.0')).rejects.toThrow('ended with 1')
    } finally {
      await channel.stop()
    }
  })

  test('the small ones do what they are for', async () => {
    const system = await System.with(small)
    await expect(system.link('script-fails')).rejects.toThrow('ended with 3:\nto stderr')
    for (const name of ['prints', 'outside', 'reads', 'removes', 'setuid', 'activates', 'placeholder']) {
      await system.link(`script-${name}`, '1.0', 2)
    }
    const text = async (path: string) => (await system.read(path)).toString()
    expect(await text('.messages.txt')).toBe('script-prints has something to say\n')
    expect(await text('share/script-reads/computed')).toBe('tiny is 2.0\n')
    expect(await text('share/script-reads/conditions')).toMatch(
      /^PREFIX=\/opt\/conda\nROOT_PREFIX=\(unset\)\nPKG_NAME=script-reads\nPKG_VERSION=1\.0\nPKG_BUILDNUM=2\n/,
    )
    expect(await text('share/script-placeholder/prefix')).toBe(`${prefix}\n`)
    expect(await text('share/modes/shared.txt')).toBe('replaced\n')
    expect((await system.files()).filter((path) => /^share\/(?:names|modes\/private)/.test(path))).toEqual([])
    expect((await stat(join(system.root, prefix, 'share/script-setuid/setuid'))).mode & 0o7777).toBe(0o4755)
    expect(await system.run('echo "$SCRIPT_ACTIVATES"; cat ~/.outside /tmp/x /etc/outside')).toBe(
      `1.0\n${'outside\n'.repeat(3)}`,
    )
  })
})
