import { createHash } from 'node:crypto'
import { access, chmod, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { inTurn } from './turn.ts'

/** The top of the checkout. */
export const projectRoot = resolve(import.meta.dirname, '../..')

/** Where everything is kept that the test world builds; git ignores it, and deleting it is always safe. */
export const worldCache = join(projectRoot, '.cache/world')

/**
 * A folder that is built once, and found on every later run.
 *
 * It is built under another name and renamed when it is complete, so that no one sees half of it, as when a run was
 * interrupted. Who wants the same folder at the same time waits for it.
 * @param name what it is, the beginning of its own name
 * @param ingredients everything that its content depends on; other ingredients make another folder
 * @param build fills the empty folder that it is given
 * @returns its absolute path
 */
export async function cachedFolder(
  name: string,
  ingredients: readonly string[],
  build: (folder: string) => Promise<void>,
): Promise<string> {
  const key = createHash('sha256').update(JSON.stringify(ingredients)).digest('hex').slice(0, 16)
  const folder = join(worldCache, `${name}-${key}`)
  if (await exists(folder)) return folder
  await mkdir(worldCache, { recursive: true })
  return inTurn(folder, async () => {
    if (!(await exists(folder))) await buildAside(folder, name, build)
    return folder
  })
}

async function buildAside(
  folder: string,
  name: string,
  build: (folder: string) => Promise<void>,
): Promise<void> {
  const unfinished = await mkdtemp(join(worldCache, `.${name}-`))
  try {
    await build(unfinished)
    await chmod(unfinished, 0o755)
    await rename(unfinished, folder).catch(async (error: unknown) => {
      if (!(await exists(folder))) throw error
    })
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}

/** The text of source files, as ingredients: what a builder makes changes when the builder does. */
export async function sourcesOf(...files: string[]): Promise<string[]> {
  return Promise.all(files.map((file) => readFile(file, 'utf8')))
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
