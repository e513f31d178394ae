import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** The release of micromamba that the stand-in says it is. */
export const standInVersion = '2.9.0'

/**
 * The variables by which the stand-in finds its solver. They are not in the file itself, so that it is the
 * same bytes on every machine: it goes into images.
 */
export const standInEnvironment: Readonly<Record<string, string>> = {
  MICROMAMBA_STAND_IN_NODE: process.execPath,
  MICROMAMBA_STAND_IN_SOLVER: join(import.meta.dirname, 'solver/main.ts'),
}

/** The stand-in's executable: a script for sh. */
export async function standIn(version = standInVersion): Promise<Buffer> {
  const template = await readFile(join(import.meta.dirname, 'stand-in.sh'), 'utf8')
  return Buffer.from(template.replace('@VERSION@', version))
}

/** Writes the executable to a path. */
export async function writeStandIn(path: string, version?: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, await standIn(version), { mode: 0o755 })
}
