import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cachedFolder, sourcesOf } from '../cache.ts'
import { checksums, writeArchive } from './archive.ts'
import { compare, indexRecord } from './metadata.ts'
import { fileNameOf, type ChannelSubdir, type Recipe } from './recipe.ts'
import { condaRecipe } from './recipes/conda.ts'
import { esbuildRecipe } from './recipes/esbuild.ts'
import { extensionRecipe } from './recipes/extension.ts'
import { libraryRecipes } from './recipes/libraries.ts'
import { machines, openTools, type Tools } from './recipes/machine.ts'
import { noarchRecipes } from './recipes/noarch.ts'
import { pythonRecipes } from './recipes/python.ts'
import { specimenRecipes, tinyRecipes } from './recipes/specimens.ts'

const subdirs: readonly ChannelSubdir[] = ['linux-64', 'linux-aarch64', 'noarch']

/**
 * A conda channel of real packages: a folder for each subdir, with archives and repodata.json. The first time it is
 * built from packages of Debian and npm, which needs the network; from the same ones it is the same bytes.
 * @returns its path; not to be written to
 */
export async function buildChannel(): Promise<string> {
  return cachedFolder('channel', await ingredients(), writeChannel)
}

/** Builds it into an empty folder, whether it was built before or not. */
export async function writeChannel(folder: string): Promise<void> {
  const scratch = join(folder, 'scratch')
  const tools = await openTools(scratch)
  const published: Published[] = []
  for (const subdir of subdirs) await mkdir(join(folder, subdir))
  for (const recipe of await allRecipes(tools)) {
    const archive = await writeArchive(recipe, (content) => tools.bzip2(content))
    const fileName = fileNameOf(recipe)
    await writeFile(join(folder, recipe.subdir, fileName), archive)
    published.push({ recipe, fileName, record: { ...indexRecord(recipe), ...checksums(archive) } })
  }
  for (const subdir of subdirs) {
    const own = published.filter(({ recipe }) => recipe.subdir === subdir)
    await writeFile(join(folder, subdir, 'repodata.json'), repodata(subdir, own))
  }
  await rm(scratch, { recursive: true, force: true })
}

async function allRecipes(tools: Tools): Promise<Recipe[]> {
  const recipes = [...(await noarchRecipes()), ...tinyRecipes, condaRecipe]
  for (const machine of machines) {
    recipes.push(
      ...(await libraryRecipes(machine, tools)),
      ...(await pythonRecipes(machine, tools)),
      await extensionRecipe(machine),
      await esbuildRecipe(machine),
      ...specimenRecipes(machine),
    )
  }
  return recipes
}

interface Published {
  readonly recipe: Recipe
  readonly fileName: string
  readonly record: object
}

/** repodata.json (the schema of conda-index, version 1). */
function repodata(subdir: ChannelSubdir, published: readonly Published[]): string {
  const sorted = published.toSorted((a, b) => compare(a.fileName, b.fileName))
  const ofFormat = (end: string) =>
    Object.fromEntries(
      sorted.flatMap(({ fileName, record }) => (fileName.endsWith(end) ? [[fileName, record]] : [])),
    )
  const content = {
    info: { subdir },
    packages: ofFormat('.tar.bz2'),
    'packages.conda': ofFormat('.conda'),
    removed: [],
    repodata_version: 1,
  }
  return `${JSON.stringify(content, null, 2)}\n`
}

/** The builder itself, and the compressor that comes with Node. */
async function ingredients(): Promise<string[]> {
  const here = import.meta.dirname
  const files = (await readdir(here, { recursive: true })).filter((file) => file.endsWith('.ts')).sort()
  const builders = files
    .filter((file) => !/^(?:server|install)\.ts$/.test(file))
    .map((file) => join(here, file))
  return [`zstd ${process.versions['zstd'] ?? ''}`, ...(await sourcesOf(...builders))]
}
