import { extractDebs } from '../../debian.ts'
import { script, type PackageFile, type Recipe } from '../recipe.ts'
import { filesFrom } from '../tree.ts'

/** As conda's compilers do, activation sets what to compile with. It links with nothing: a module of python's finds that in the process. */
const activation = `export CC="$CONDA_PREFIX/bin/tcc -nostdlib -B$CONDA_PREFIX/lib/tcc -I$CONDA_PREFIX/include -I$CONDA_PREFIX/include/x86_64-linux-gnu"\n`

/**
 * What an environment has to have for a C compiler, small enough for tests: tcc with the headers of glibc and of python's, which conda has
 * in its python.
 */
export async function compilerRecipe(): Promise<Recipe> {
  const debs = ['tcc', 'libc6-dev', 'linux-libc-dev', 'libpython3.11-dev']
  const files = await filesFrom(await extractDebs(debs, { architecture: 'amd64' }), placeInPrefix)
  return {
    name: 'compilers',
    version: '1.0',
    build: 'h0_0',
    subdir: 'linux-64',
    depends: ['__glibc >=2.17,<3.0.a0', 'python >=3.11,<3.12.0a0'],
    files: [...files, script('etc/conda/activate.d/compilers.sh', activation)],
  }
}

function placeInPrefix(path: string): PackageFile['path'] | undefined {
  if (path === 'usr/bin/tcc') return 'bin/tcc'
  const [, own] = /^usr\/lib\/x86_64-linux-gnu\/(tcc\/(?:libtcc1\.a|include\/.*))$/.exec(path) ?? []
  if (own !== undefined) return `lib/${own}`
  const [, header = ''] = /^usr\/(include\/.*\.h)$/.exec(path) ?? []
  const isOfKernel = /^include\/(?:linux|drm|sound|rdma|mtd|misc|scsi|video|xen|c\+\+)\//.test(header)
  const isWanted =
    !isOfKernel || /^include\/linux\/(?:limits|errno|types|posix_types|stddef)\.h$/.test(header)
  return header !== '' && isWanted ? header : undefined
}
