import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { makeScratch, removeScratch } from '../common/scratch.ts'
import { secretsFolder } from '../execute/secrets.ts'
import type { LayerEntry, Owner } from '../layers/types.ts'
import type { PipLine } from '../environment/read.ts'
import { sdistToFetch, type SourceLine } from '../packages/wheel/archive.ts'
import { buildAccess } from '../pip/building.ts'
import { checkOut } from '../pip/checkout.ts'
import { secretsOf } from '../pip/secrets.ts'
import { entriesOfFile, entriesOfRule, entriesOfTree } from './build-sources.ts'
import type { Access, WheelToBuild } from './build-wheels.ts'
import type { RunContext } from './context.ts'
import type { LockedMember } from './locked-member.ts'
import type { PackageStore } from './packages.ts'
import { folderRule } from './wheel-origin.ts'
import { folderOf } from './wheels.ts'

/**
 * How the source of a wheel comes to where it is built: an archive verified, a repository at its commit, a folder by the rules of `copy`.
 * @throws UserError when it cannot be had; not before it is laid
 */
export function sourceOf(
  line: SourceLine,
  member: LockedMember,
  at: WheelToBuild['at'],
  store: Pick<PackageStore, 'fetch'>,
  context: RunContext,
): Pick<WheelToBuild, 'archive' | 'subdirectory' | 'lay'> {
  const { subdirectory } = line
  const below = subdirectory === undefined ? {} : { subdirectory }
  switch (line.kind) {
    case 'sdist':
      return {
        archive: line.fileName,
        ...below,
        async *lay(path, owner) {
          const sdist = sdistToFetch(line, folderOf(member, context.workspace))
          const [fetched] = await store.fetch({ member, packages: [sdist] })
          if (fetched) yield* entriesOfFile(fetched.file, path, owner)
        },
      }
    case 'vcs':
      return { ...below, lay: (path, owner) => layClone(line, member, { path, owner, at }, context) }
    case 'directory':
      return {
        ...below,
        lay: (path, owner) => entriesOfRule(folderRule(line, member, context), context, path, owner),
      }
  }
}

async function* layClone(
  line: Extract<SourceLine, { kind: 'vcs' }>,
  { environment }: LockedMember,
  { path, owner, at }: { path: string; owner: Owner; at: WheelToBuild['at'] },
  { channels, pipIndexes }: RunContext,
): AsyncGenerator<LayerEntry> {
  const { grants, secrets } = await channels(environment)
  const hidden = [...secrets, ...secretsOf({ pip: environment?.pip }, pipIndexes, process.env)]
  const scratch = await makeScratch('micromamba-image-source-')
  try {
    const folder = join(scratch, 'source')
    await checkOut(line, folder, { grants, secrets: hidden, variables: process.env, at })
    yield* entriesOfTree(folder, path, owner)
  } finally {
    await removeScratch(scratch)
  }
}

/** What opens the indexes to whoever builds a wheel for an environment. */
export async function accessFor(
  { environment, resolved: { lock } }: Pick<LockedMember, 'environment' | 'resolved'>,
  { channels, pipIndexes, certificates }: RunContext,
): Promise<Access> {
  const { env } = process
  const { grants, secrets } = await channels(environment)
  const written = environment?.pip
    ? [environment.pip, ...environment.pip.files].flatMap(({ lines }) => lines.map(filled))
    : (lock.header?.pip ?? [])
  const netrc = await readFile(env['NETRC'] ?? join(homedir(), '.netrc'), 'utf8').catch(() => '')
  const access = buildAccess({
    lines: written,
    indexes: pipIndexes,
    grants,
    variables: env,
    netrc,
    ...(certificates !== undefined && { certificates: await readFile(certificates, 'utf8') }),
    secretsFolder,
  })
  return { ...access, hidden: [...secrets, ...secretsOf({ pip: environment?.pip }, pipIndexes, env)] }
}

function filled({ text }: PipLine): string {
  return text.replace(/\$\{([A-Z0-9_]+)\}/g, (whole, name: string) => process.env[name] ?? whole)
}
