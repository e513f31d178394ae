import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { extractDebs } from '../debian.ts'
import { makeWheel, type PythonFile } from './make.ts'

/** What Debian has its own python say of where to install, which the channel's does not know. */
const ofDebian = /self\.set_undefined_options\('install',\('(\w+)','\1'\)\)/g

/** Debian's setuptools and wheel as wheels, for projects that ask an index for them to be built with. */
export async function buildTools(): Promise<PythonFile[]> {
  const debs = await extractDebs(['python3-setuptools', 'python3-pkg-resources', 'python3-wheel'])
  const folder = join(debs, 'usr/lib/python3/dist-packages')
  return [
    makeWheel({
      name: 'setuptools',
      version: '66.1.1',
      files: {
        ...(await modules(folder, ['setuptools', 'pkg_resources', '_distutils_hack'])),
        'distutils-precedence.pth':
          "import os; enabled = os.environ.get('SETUPTOOLS_USE_DISTUTILS', 'local') == 'local'; enabled and __import__('_distutils_hack').add_shim();\n",
      },
      entryPoints: await readFile(join(folder, 'setuptools-66.1.1.egg-info/entry_points.txt'), 'utf8'),
    }),
    makeWheel({
      name: 'wheel',
      version: '0.38.4',
      files: await modules(folder, ['wheel']),
      entryPoints: '[distutils.commands]\nbdist_wheel = wheel.bdist_wheel:bdist_wheel\n',
    }),
  ]
}

async function modules(folder: string, names: readonly string[]): Promise<Record<string, string>> {
  const found: [string, string][] = []
  for (const name of names) {
    for (const entry of await readdir(join(folder, name), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const file = join(entry.parentPath, entry.name)
      found.push([relative(folder, file), (await readFile(file, 'utf8')).replaceAll(ofDebian, 'pass')])
    }
  }
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)))
}
