import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checksums, writeArchive } from './archive.ts'
import { indexRecord } from './metadata.ts'
import { subdirs, writeRepodata, type Published } from './publish.ts'
import { fileNameOf, type Recipe } from './recipe.ts'

/**
 * Writes a channel of packages that are made up, one after the other, so that there may be very many.
 * @param recipes all in the format of today
 */
export async function writeMade(folder: string, recipes: Iterable<Recipe>): Promise<void> {
  for (const subdir of subdirs) await mkdir(join(folder, subdir))
  const published: Published[] = []
  for (const recipe of recipes) {
    const archive = await writeArchive(recipe, () => Promise.reject(new Error('not of that format')))
    const fileName = fileNameOf(recipe)
    await writeFile(join(folder, recipe.subdir, fileName), archive)
    published.push({
      subdir: recipe.subdir,
      fileName,
      record: { ...indexRecord(recipe), ...checksums(archive) },
    })
  }
  await writeRepodata(folder, published)
}
