import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf, UserError } from '../common/errors.ts'
import { makeScratch, removeScratch } from '../common/scratch.ts'
import { secretsFolder } from '../execute/secrets.ts'
import type { LayerEntry, Owner } from '../layers/types.ts'
import type { PipLine } from '../environment/read.ts'
import { sdistToFetch, type SourceLine } from '../packages/wheel/archive.ts'
import { buildAccess } from '../pip/build-access.ts'
import { checkOut } from '../pip/checkout.ts'
import { secretsOf } from '../pip/secrets.ts'
import { entriesOfFile, entriesOfRule, entriesOfTree } from './build-sources.ts'
import { linksFolder, type Access, type WheelToBuild } from './build-wheels.ts'
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
): Pick<WheelToBuild, 'archive' | 'subdirectory' | 'settings' | 'lay'> {
  const { subdirectory, settings } = line
  const below = { ...(subdirectory !== undefined && { subdirectory }), ...(settings && { settings }) }
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
  { channels, pipIndexes, pipVariables }: RunContext,
): AsyncGenerator<LayerEntry> {
  const { grants, secrets } = await channels(environment)
  const hidden = [...secrets, ...secretsOf({ pip: environment?.pip }, pipIndexes, pipVariables)]
  const scratch = makeScratch('micromamba-image-source-')
  try {
    const folder = join(scratch, 'source')
    await checkOut(line, folder, { grants, secrets: hidden, variables: process.env, at })
    yield* entriesOfTree(folder, path, owner)
  } finally {
    await removeScratch(scratch)
  }
}

/**
 * What opens the indexes to whoever builds a wheel for an environment.
 * @throws UserError for an index that no build can reach
 */
export async function accessFor(
  member: Pick<LockedMember, 'environment' | 'resolved' | 'file'>,
  { channels, pipIndexes, pipVariables, netrc, certificates, workspace }: RunContext,
): Promise<Access> {
  const { environment, resolved } = member
  const { grants, secrets } = await channels(environment)
  const lists = environment?.pip ? [environment.pip, ...environment.pip.files] : []
  const locked = resolved.lock.header?.pip ?? []
  const trusted = process.env['PIP_CERT'] ?? certificates ?? pipVariables['PIP_CERT']
  const own = pipVariables['PIP_CLIENT_CERT']
  const access = buildAccess({
    lines: environment?.pip
      ? lists.flatMap(({ lines }) => lines.map((line) => ({ text: filled(line), file: line.file })))
      : locked.map((text) => ({ text, file: member.file })),
    folder: folderOf(member, workspace),
    indexes: pipIndexes,
    grants,
    variables: pipVariables,
    netrc,
    ...(trusted && { certificates: await readCertificates(trusted) }),
    ...(own && { clientCertificate: await readCertificates(own) }),
    secretsFolder,
    linksFolder,
  })
  return {
    ...access,
    hidden: [...secrets, ...secretsOf({ pip: environment?.pip }, pipIndexes, pipVariables)],
  }
}

async function readCertificates(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new UserError(`the certificates that pip is to use cannot be read: ${messageOf(error)}`, {
      at: { file },
      advice: "Check 'cert' and 'client-cert' of pip's configuration, PIP_CERT and PIP_CLIENT_CERT.",
    })
  }
}

function filled({ text }: PipLine): string {
  return text.replace(/\$\{([A-Z0-9_]+)\}/g, (whole, name: string) => process.env[name] ?? whole)
}
