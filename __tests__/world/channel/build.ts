import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { cachedFolder, sourcesOf } from '../cache.ts'
import { writePackages, writeRepodata } from './publish.ts'
import type { Recipe } from './recipe.ts'
import { condaRecipe } from './recipes/conda.ts'
import { esbuildRecipe } from './recipes/esbuild.ts'
import { extensionRecipe } from './recipes/extension.ts'
import { libraryRecipes } from './recipes/libraries.ts'
import { machines, type Tools } from './recipes/machine.ts'
import { noarchRecipes } from './recipes/noarch.ts'
import { pythonRecipes } from './recipes/python.ts'
import { specimenRecipes, tinyRecipes } from './recipes/specimens.ts'

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
  await writeRepodata(folder, await writePackages(folder, allRecipes))
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

/** The builder itself, and the compressor that comes with Node. */
async function ingredients(): Promise<string[]> {
  return builderOf((file) => !/^(?:server|install|scripted)\.ts$|^recipes\/link-scripts\//.test(file))
}

/** The text of those files below this folder that make a channel, and what is not in them. */
export async function builderOf(belongs: (file: string) => boolean): Promise<string[]> {
  const here = import.meta.dirname
  const files = (await readdir(here, { recursive: true })).filter((file) => file.endsWith('.ts')).sort()
  const builders = files.filter(belongs).map((file) => join(here, file))
  return [`zstd ${process.versions['zstd'] ?? ''}`, ...(await sourcesOf(...builders))]
}
