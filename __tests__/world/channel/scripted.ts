import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cachedFolder } from '../cache.ts'
import { buildChannel, builderOf } from './build.ts'
import { publish, readPublished, repodata, subdirs, writePackages, writeRepodata } from './publish.ts'
import { drawing } from './recipes/link-scripts/drawing.ts'
import { repackaged } from './recipes/link-scripts/from-debian.ts'
import { libraries } from './recipes/link-scripts/libraries.ts'
import { bioconductorTestdata, rBase, testdataSource } from './recipes/link-scripts/r.ts'
import { scriptNetwork, smallRecipes } from './recipes/link-scripts/small.ts'
import { machines, openTools, type Tools } from './recipes/machine.ts'

/**
 * The channel of real packages, and besides those whose link scripts have to be executed: some of Debian's, which are large
 * and for linux-64 only, and small ones for everywhere.
 * @returns its path; not to be written to
 */
export async function buildScriptedChannel(): Promise<string> {
  const plain = await buildChannel()
  const builder = await builderOf((file) => !/^(?:server|install)\.ts$/.test(file))
  return cachedFolder('scripted-channel', [plain, ...builder], (folder) => writeScripted(folder, plain))
}

/** @param plain the channel of the packages without such scripts */
export async function writeScripted(folder: string, plain: string): Promise<void> {
  const published = await writePackages(folder, scriptedRecipes)
  const others = await readPublished(plain)
  for (const { subdir, fileName } of others) {
    await copyFile(join(plain, subdir, fileName), join(folder, subdir, fileName))
  }
  await writeRepodata(folder, [...others, ...published])
}

async function scriptedRecipes(tools: Tools) {
  const recipes = [...smallRecipes]
  for (const machine of machines.filter(({ subdir }) => subdir === 'linux-64')) {
    recipes.push(...(await repackaged([...libraries, ...drawing, rBase], machine, tools)))
  }
  return recipes
}

/**
 * Files to be served over those of the scripted channel: the packages whose scripts download something from it, the
 * repodata that has them too, and in `/data` what they download.
 * @param url the channel's
 */
export async function addressedFiles(folder: string, url: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const data = `${url}/data`
  const tools = await openTools()
  const recipes = [scriptNetwork(data), await bioconductorTestdata(data)]
  const addressed = await Promise.all(recipes.map((recipe) => publish(recipe, tools)))
  const all = [...(await readPublished(folder)), ...addressed]
  const source = await testdataSource()
  return new Map([
    ...addressed.map((it) => [`/${it.subdir}/${it.fileName}`, it.archive] as const),
    ...subdirs.map((subdir) => [`/${subdir}/repodata.json`, Buffer.from(repodata(subdir, all))] as const),
    [`/data/${source.fileName}`, source.content],
    ['/data/network.txt', Buffer.from('from the network\n')],
  ])
}
