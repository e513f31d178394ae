import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { cachedFolder } from '../../cache.ts'
import { run } from '../../command.ts'
import type { Recipe } from '../recipe.ts'
import { filesFrom } from '../tree.ts'
import type { Machine } from './machine.ts'

const version = '0.25.0'

/** A package of one big program, which needs no library: 10 MB. */
export async function esbuildRecipe({ subdir, npm }: Machine): Promise<Recipe> {
  const name = `@esbuild/${npm}@${version}`
  const folder = await cachedFolder('npm', [name], async (target) => {
    await run('npm', ['pack', '--silent', '--pack-destination', target, name])
    for (const tarball of await readdir(target)) await run('tar', ['-xzf', tarball], { cwd: target })
  })
  const place = (path: string) => (path === join('package', 'bin', 'esbuild') ? 'bin/esbuild' : undefined)
  return { name: 'esbuild', version, build: 'h0_0', subdir, files: await filesFrom(folder, place) }
}
