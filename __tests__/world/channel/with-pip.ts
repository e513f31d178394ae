import { copyFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cachedFolder } from '../cache.ts'
import { debianPip, newestPip } from '../pip.ts'
import { buildChannel, builderOf } from './build.ts'
import { readPublished, writePackages, writeRepodata } from './publish.ts'
import { compilerRecipe } from './recipes/compiler.ts'
import { text, type PackageFile, type Recipe } from './recipe.ts'
import { filesFrom, moved } from './tree.ts'

/**
 * The channel of real packages with a real pip, which is the newest one in it: Debian's, of a release after the channel's python; and with
 * a compiler, for linux-64.
 * @returns its path; not to be written to
 */
export async function buildPipChannel(): Promise<string> {
  const plain = await buildChannel()
  const builder = await builderOf((file) => !/^(?:server|install|scripted)\.ts$/.test(file))
  return cachedFolder('pip-channel', [plain, newestPip, ...builder], async (folder) => {
    const published = await writePackages(folder, async () => [await realPip(), await compilerRecipe()])
    const others = await readPublished(plain)
    for (const { subdir, fileName } of others) {
      await copyFile(join(plain, subdir, fileName), join(folder, subdir, fileName))
    }
    await writeRepodata(folder, [...others, ...published])
  })
}

async function realPip(): Promise<Recipe> {
  const { folder, version } = await debianPip()
  const files = await filesFrom(dirname(folder), moved('dist-packages', 'site-packages'))
  const distInfo = `site-packages/pip-${version}.dist-info`
  return {
    name: 'pip',
    version,
    build: 'pyhd8ed1ab_0',
    subdir: 'noarch',
    noarch: 'python',
    depends: ['python >=3.9'],
    entryPoints: ['pip = pip._internal.cli.main:main', 'pip3 = pip._internal.cli.main:main'],
    files: [...files.filter(({ path }) => isPips(path)), text(`${distInfo}/INSTALLER`, 'conda\n')],
  }
}

/** Debian forbids its pip to install where its own packages are, which an environment of conda's is not. */
function isPips(path: PackageFile['path']): boolean {
  return /^site-packages\/pip[/-]/.test(path) && !/\/INSTALLER$/.test(path)
}
