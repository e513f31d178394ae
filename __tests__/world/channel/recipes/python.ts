import { extractDebs } from '../../debian.ts'
import { buildPrefix, script, text, type PackageFile, type Recipe } from '../recipe.ts'
import { filesFrom } from '../tree.ts'
import { findsItsLibraries } from './libraries.ts'
import type { Machine, Tools } from './machine.ts'

/** The python of Debian 12, moved to where conda has it. */

const version = '3.11.2'
const library = 'lib/python3.11'

const depends = [
  '__glibc >=2.17,<3.0.a0',
  'bzip2 >=1.0.8,<2.0a0',
  'libexpat >=2.5.0,<3.0a0',
  'libffi >=3.4,<4.0a0',
  'liblzma >=5.4.1,<6.0a0',
  'libsqlite >=3.40.1,<4.0a0',
  'libuuid >=2.38.1,<3.0a0',
  'libxcrypt >=4.4.33',
  'libzlib >=1.2.13,<2.0a0',
  'ncurses >=6.4,<7.0a0',
  'openssl >=3.0,<4.0a0',
  'readline >=8.2,<9.0a0',
  'tzdata',
]

/**
 * Two builds of one version, which differ in a file. What is said of glibc is what conda-forge's says; Debian's needs
 * 2.36, which solves for an older one need not know.
 */
export async function pythonRecipes(machine: Machine, tools: Tools): Promise<Recipe[]> {
  const root = await extractDebs(['python3.11-minimal', 'libpython3.11-minimal', 'libpython3.11-stdlib'], {
    architecture: machine.debian,
  })
  const files: PackageFile[] = []
  for (const file of await filesFrom(root, placeInPrefix)) {
    files.push(adapted(await findsItsLibraries(file, tools)))
  }
  files.push(...additions)
  return [0, 1].map((number) => ({
    name: 'python',
    version,
    build: `h0_${number}_cpython`,
    subdir: machine.subdir,
    depends,
    constrains: ['python_abi 3.11.* *_cp311'],
    pythonSitePackagesPath: `${library}/site-packages`,
    license: 'Python-2.0',
    files: [...files, text(`${library}/BUILD`, `${number}\n`)],
  }))
}

/** Modules that need libraries which are not packaged, and what serves Debian's own packaging. */
const left =
  /\/(?:_dbm|nis|ossaudiodev|_?xx|_test|_ctypes_test)[^/]*\.so$|\/(?:EXTERNALLY-MANAGED|_distutils_system_mod\.py|sitecustomize\.py)$/

function placeInPrefix(path: string): string | undefined {
  const below = path.replace(/^usr\//, '')
  return (below === 'bin/python3.11' || below.startsWith(`${library}/`)) && !left.test(below)
    ? below
    : undefined
}

/** Debian installs to dist-packages, conda to site-packages; and its builds know where they were built. */
function adapted(file: PackageFile): PackageFile {
  if (file.type !== 'file') return file
  const replaced = (pattern: string | RegExp, by: string) =>
    Buffer.from(Buffer.from(file.content).toString().replace(pattern, by))
  if (file.path === `${library}/sysconfig.py`) {
    return { ...file, content: replaced("prefix_scheme = 'posix_local'", "prefix_scheme = 'posix_prefix'") }
  }
  if (/_sysconfigdata__.*\.py$/.test(file.path)) {
    return { ...file, content: replaced(/(?<=')\/usr(?=['/])/g, buildPrefix), placeholder: 'text' }
  }
  return file
}

const additions: readonly PackageFile[] = [
  { type: 'symlink', path: 'bin/python', target: 'python3.11' },
  { type: 'symlink', path: 'bin/python3', target: 'python3.11' },
  script('bin/pydoc3.11', `#!${buildPrefix}/bin/python3.11\nimport pydoc\n\npydoc.cli()\n`),
  { type: 'symlink', path: 'bin/pydoc3', target: 'pydoc3.11' },
  // Debian's `site`, which is compiled into its python, knows dist-packages only.
  text(
    `${library}/sitecustomize.py`,
    `import site
import sys


def getsitepackages(prefixes=None):
    return [f"{prefix}/lib/python3.11/site-packages" for prefix in dict.fromkeys(prefixes or site.PREFIXES)]


site.getsitepackages = getsitepackages
for folder in getsitepackages([sys.prefix]):
    site.addsitedir(folder)
`,
  ),
  text(`${library}/site-packages/README.txt`, 'Packages of other projects are installed here.\n'),
]
