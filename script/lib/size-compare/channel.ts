import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cachedFolder, sourcesOf } from '../../../__tests__/world/cache.ts'
import { checksums, writeArchive } from '../../../__tests__/world/channel/archive.ts'
import { indexRecord } from '../../../__tests__/world/channel/metadata.ts'
import { fileNameOf, type Recipe } from '../../../__tests__/world/channel/recipe.ts'
import { filesFrom } from '../../../__tests__/world/channel/tree.ts'
import { extractDebs } from '../../../__tests__/world/debian.ts'
import { mapConcurrently } from '../../../src/common/concurrency.ts'
import { writeRepodata } from '../workload.ts'

/**
 * A channel of conda packages made of Debian's, each with the files that Debian's has, in conda's places.
 * @param names of Debian's packages
 * @returns the channel's folder
 */
export async function debianChannel(names: readonly string[]): Promise<string> {
  return cachedFolder(
    'size-compare',
    [...names, ...(await sourcesOf(import.meta.filename))],
    async (folder) => {
      await mkdir(join(folder, 'linux-64'))
      await mkdir(join(folder, 'noarch'))
      const records = await mapConcurrently(names, 2, async (name) => {
        const files = await filesFrom(await extractDebs([name]), place)
        const recipe: Recipe = {
          ...{ name, version: '1.0', build: 'h0_0', subdir: 'linux-64' },
          files: [...new Map(files.map((file) => [file.path, file])).values()],
        }
        const archive = await writeArchive(recipe, () => Promise.reject(new Error('not of that format')))
        await writeFile(join(folder, 'linux-64', fileNameOf(recipe)), archive)
        return [fileNameOf(recipe), { ...indexRecord(recipe), ...checksums(archive) }] as const
      })
      await writeRepodata(folder, 'linux-64', Object.fromEntries(records))
      await writeRepodata(folder, 'noarch', {})
    },
  )
}

function place(path: string): string {
  return path.replace(/^usr\//, '').replace(/^lib\/python3\/dist-packages\//, 'lib/python3.11/site-packages/')
}
