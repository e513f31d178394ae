import { createCipheriv } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cachedFolder, sourcesOf } from '../../../__tests__/world/cache.ts'
import { checksums, writeArchive } from '../../../__tests__/world/channel/archive.ts'
import { indexRecord } from '../../../__tests__/world/channel/metadata.ts'
import { fileNameOf, type Recipe } from '../../../__tests__/world/channel/recipe.ts'
import { machinePlatform } from '../../../src/common/platform.ts'
import { writeRepodata } from '../workload.ts'

const files = 8
/** Bytes. */
const fileSize = 250_000_000

/**
 * A channel with a single package of two gigabytes that do not compress, as those with models or with CUDA's libraries are.
 * Making it takes some 10 GB of memory.
 */
export async function bigChannel(): Promise<string> {
  return cachedFolder('big', await sourcesOf(import.meta.filename), async (folder) => {
    const subdir = machinePlatform().subdir as 'linux-64' | 'linux-aarch64' // what the bench runs on
    // Noise, the same each time. All files have the same: no compressor looks that far back.
    const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
      Buffer.alloc(fileSize),
    )
    const recipe: Recipe = {
      name: 'big',
      version: '1.0',
      build: 'h0_0',
      subdir,
      files: Array.from({ length: files }, (_, index) => ({
        type: 'file',
        path: `share/big/${index}`,
        content: noise,
      })),
    }
    const archive = await writeArchive(recipe, () => Promise.reject(new Error('not of that format')))
    const name = fileNameOf(recipe)
    await mkdir(join(folder, subdir))
    await mkdir(join(folder, 'noarch'))
    await writeFile(join(folder, subdir, name), archive)
    await writeRepodata(folder, subdir, { [name]: { ...indexRecord(recipe), ...checksums(archive) } })
    await writeRepodata(folder, 'noarch', {})
  })
}
