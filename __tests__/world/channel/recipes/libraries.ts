import { extractDebs } from '../../debian.ts'
import { buildPrefix, text, type PackageFile, type Recipe } from '../recipe.ts'
import { filesFrom } from '../tree.ts'
import type { Machine, Tools } from './machine.ts'

/** Shared libraries, and the programs that come with them. */

interface Library {
  readonly name: string
  readonly version: string
  readonly debs: readonly string[]
  /** What of the libraries and programs in the debs belongs here. */
  readonly files: RegExp
  readonly depends?: readonly string[]
}

/** What is in Debian 12; it makes security updates without changing versions, but for openssl's. */
const libraries: readonly Library[] = [
  { name: 'bzip2', version: '1.0.8', debs: ['libbz2-1.0', 'bzip2'], files: /^lib\/libbz2\.|^bin\/bzip2$/ },
  { name: 'libexpat', version: '2.5.0', debs: ['libexpat1'], files: /^lib\/libexpat\./ },
  { name: 'libffi', version: '3.4.4', debs: ['libffi8'], files: /^lib\/libffi\./ },
  { name: 'liblzma', version: '5.4.1', debs: ['liblzma5'], files: /^lib\/liblzma\./ },
  {
    name: 'libsqlite',
    version: '3.40.1',
    debs: ['libsqlite3-0'],
    files: /^lib\/libsqlite3\./,
    depends: ['libzlib >=1.2.13,<2.0a0'],
  },
  { name: 'libuuid', version: '2.38.1', debs: ['libuuid1'], files: /^lib\/libuuid\./ },
  { name: 'libxcrypt', version: '4.4.33', debs: ['libcrypt1'], files: /^lib\/libcrypt\./ },
  { name: 'libzlib', version: '1.2.13', debs: ['zlib1g'], files: /^lib\/libz\./ },
  {
    name: 'ncurses',
    version: '6.4',
    debs: ['libncursesw6', 'libtinfo6', 'ncurses-base'],
    files: /^lib\/lib(?:ncurses|form|menu|panel|tinfo)w?\.|^share\/(?:terminfo|tabset)\//,
  },
  {
    name: 'openssl',
    version: '3.0',
    debs: ['libssl3', 'openssl'],
    files: /^lib\/lib(?:ssl|crypto)\.|^lib\/(?:engines-3|ossl-modules)\/|^bin\/openssl$/,
    depends: ['ca-certificates'],
  },
  {
    name: 'readline',
    version: '8.2',
    debs: ['libreadline8'],
    files: /^lib\/lib(?:readline|history)\./,
    depends: ['ncurses >=6.4,<7.0a0'],
  },
  {
    name: 'sqlite',
    version: '3.40.1',
    debs: ['sqlite3'],
    files: /^bin\/sqlite3$/,
    depends: ['libsqlite 3.40.1.*', 'libzlib >=1.2.13,<2.0a0', 'readline >=8.2,<9.0a0'],
  },
]

export async function libraryRecipes(machine: Machine, tools: Tools): Promise<Recipe[]> {
  const debs = libraries.flatMap((library) => library.debs)
  const root = await extractDebs(debs, { architecture: machine.debian })
  const files = await filesFrom(root, (path) => placeInPrefix(path, machine))
  const recipes: Recipe[] = []
  for (const { name, version, depends = [], files: mine } of libraries) {
    const own = files.filter(({ path }) => mine.test(path))
    const linked: PackageFile[] = []
    for (const file of own) linked.push(await findsItsLibraries(file, tools))
    recipes.push({
      name,
      version: versionIn(own, /OpenSSL (3\.\d+\.\d+) /) ?? version,
      build: 'h0_0',
      subdir: machine.subdir,
      depends: ['__glibc >=2.17,<3.0.a0', ...depends],
      files: [...linked, ...extras(name)],
    })
  }
  return recipes
}

/** Debian's places are `/lib/<triplet>`, `/usr/lib/<triplet>` and so on. */
export function placeInPrefix(path: string, machine: Machine): string | undefined {
  const below = path.replace(/^usr\//, '').replace(`lib/${machine.triplet}/`, 'lib/')
  // Debian splits what terminals can do in two.
  return below.replace(/^lib\/terminfo\//, 'share/terminfo/')
}

const isElf = (content: Uint8Array) => Buffer.from(content.subarray(0, 4)).equals(Buffer.from('\x7fELF'))

/**
 * Programs and libraries look for others where they are themselves, as conda-build has it. One does it with the prefix
 * written out, as programs do that were not relinked: only right replacement of that prefix makes it run.
 */
export async function findsItsLibraries(file: PackageFile, tools: Tools): Promise<PackageFile> {
  if (file.type !== 'file' || !isElf(file.content)) return file
  if (file.path === 'bin/sqlite3') {
    const content = await tools.setRunPath(file.content, `${buildPrefix}/lib`)
    return { ...file, content, placeholder: 'binary' }
  }
  const up = '../'.repeat(file.path.split('/').length - 1)
  const path = file.path.startsWith('lib/') && up === '../' ? '$ORIGIN' : `$ORIGIN/${up}lib`
  return { ...file, content: await tools.setRunPath(file.content, path) }
}

function extras(name: string): PackageFile[] {
  if (name === 'bzip2') {
    return ['bunzip2', 'bzcat'].map((alias) => ({
      type: 'hardlink',
      path: `bin/${alias}`,
      target: 'bin/bzip2',
    }))
  }
  if (name === 'openssl') return [text('ssl/openssl.cnf', 'openssl_conf = init\n[init]\n')]
  return []
}

function versionIn(files: readonly PackageFile[], pattern: RegExp): string | undefined {
  const library = files.find(({ path }) => path.startsWith('lib/libcrypto.so'))
  return library?.type === 'file'
    ? pattern.exec(Buffer.from(library.content).toString('latin1'))?.[1]
    : undefined
}
