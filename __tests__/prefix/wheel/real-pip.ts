import { chmod, lstat, mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { closureOf, dependsOf } from '../../../src/bytecode/bytecode.ts'
import { channelPackages } from '../../bytecode/python.ts'
import type { MadeWheel } from '../../packages/make-wheel.ts'
import { buildChannel } from '../../world/channel/build.ts'
import { installPlainly } from '../../world/channel/install.ts'
import { run } from '../../world/command.ts'
import { debianPip, type PipRelease } from '../../world/pip.ts'

/** What a file is in a prefix: its mode in octal and its content, or where a link leads. */
export type Tree = Readonly<Record<string, { readonly mode: string; readonly content: Buffer }>>

/** A prefix with the channel's python, into which real pips install. */
export class PipPrefix {
  readonly prefix: string
  readonly #scratch: string
  readonly #before: ReadonlySet<string>

  private constructor(prefix: string, scratch: string, before: ReadonlySet<string>) {
    this.prefix = prefix
    this.#scratch = scratch
    this.#before = before
  }

  /** @param prefix its path, which is not there yet */
  static async create(prefix: string, scratch: string): Promise<PipPrefix> {
    const packages = closureOf('python', await channelPackages(), ({ locked }) => locked.name, dependsOf)
    const channel = await buildChannel()
    await installPlainly(
      packages.map(({ locked }) => join(channel, locked.subdir, locked.fileName)),
      prefix,
    )
    return new PipPrefix(prefix, scratch, new Set(await readdir(prefix, { recursive: true })))
  }

  /** The same prefix by another path: `link` becomes a link to it, and python takes that for where it is. */
  async at(link: string): Promise<PipPrefix> {
    await symlink(this.prefix, link)
    return new PipPrefix(link, this.#scratch, this.#before)
  }

  /**
   * Installs wheels by the pip of a release of Debian, looks at what it left, and takes that away again.
   * @param args what to install, and options; the wheels are found by their names
   */
  async install(release: PipRelease, wheels: readonly MadeWheel[], args: readonly string[]): Promise<Tree> {
    const links = join(this.#scratch, 'links')
    await mkdir(links, { recursive: true })
    for (const { fileName, bytes } of wheels) await writeFile(join(links, fileName), bytes)
    try {
      await this.pip(release, ['install', '--find-links', links, ...args])
      return await this.#added()
    } finally {
      await rm(links, { recursive: true })
      await this.clean()
    }
  }

  /** Where `install` lays the wheels. */
  wheelFile(wheel: MadeWheel): string {
    return join(this.#scratch, 'links', wheel.fileName)
  }

  async pip(release: PipRelease, [command = '', ...args]: readonly string[]): Promise<void> {
    const { folder } = await debianPip(release)
    const common = ['--disable-pip-version-check', '--no-cache-dir', '--root-user-action=ignore']
    const index = command === 'install' ? ['--no-index'] : []
    await run(
      'sh',
      [
        '-c',
        'umask 022; exec "$@"',
        'sh',
        join(this.prefix, 'bin/python'),
        '-m',
        'pip',
        command,
        ...common,
        ...index,
        ...args,
      ],
      {
        env: {
          PATH: `${this.prefix}/bin:/usr/bin:/bin`,
          HOME: this.#scratch,
          LC_ALL: 'C.UTF-8',
          PIP_CONFIG_FILE: '/dev/null',
          PYTHONDONTWRITEBYTECODE: '1',
          PYTHONPATH: folder,
        },
      },
    )
  }

  /** Takes away whatever was not there at first. */
  async clean(): Promise<void> {
    for (const path of await readdir(this.prefix, { recursive: true })) {
      if (!this.#before.has(path)) await rm(join(this.prefix, path), { recursive: true, force: true })
    }
  }

  async #added(): Promise<Tree> {
    const tree: Record<string, { mode: string; content: Buffer }> = {}
    for (const path of (await readdir(this.prefix, { recursive: true })).sort()) {
      if (this.#before.has(path)) continue
      const file = join(this.prefix, path)
      const stats = await lstat(file)
      if (stats.isDirectory()) continue
      const content = stats.isSymbolicLink() ? Buffer.from(await readlink(file)) : await readFile(file)
      tree[path] = { mode: (stats.mode & 0o7777).toString(8), content }
    }
    return tree
  }

  /** Puts files into the prefix, as they are. */
  async lay(tree: Tree): Promise<void> {
    for (const [path, { mode, content }] of Object.entries(tree)) {
      const file = join(this.prefix, path)
      await mkdir(join(file, '..'), { recursive: true })
      await writeFile(file, content)
      await chmod(file, Number.parseInt(mode, 8))
    }
  }

  /** What is there beyond what was there at first. */
  async added(): Promise<Tree> {
    return this.#added()
  }
}
