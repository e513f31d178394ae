import { mkdir } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as core from '@actions/core'
import type { LockingRequest } from '../action/locking-request.ts'
import type { ChannelAccess } from '../channels/access.ts'
import { mapConcurrently } from '../common/concurrency.ts'
import { digestOf, hexOf } from '../common/digest.ts'
import { UserError } from '../common/errors.ts'
import { foreignText } from '../common/foreign.ts'
import { formatCount } from '../common/format.ts'
import { fileNameOf, type Platform } from '../common/platform.ts'
import { projectDigest } from '../environment/pip/files.ts'
import { canonicalName, type Environment } from '../environment/read.ts'
import { parsePackageLine } from '../lock/package-line.ts'
import type { Solution } from '../lock/resolve.ts'
import type { Lock, LockedPackage, WheelPin } from '../lock/types.ts'
import { formatWheelLine, parseWheelLine } from '../lock/wheel-line.ts'
import { machineSubdir } from '../micromamba/release.ts'
import type { SolvedPackage, VirtualPackages } from '../micromamba/solve.ts'
import { archiveSizes } from '../packages/archive-sizes.ts'
import type { SourceLine } from '../packages/wheel/archive.ts'
import { fetchPackages } from '../packages/download.ts'
import { installPythonWithPip, type PythonWithPip } from '../pip/python.ts'
import {
  refuseBuilds,
  resolvePip,
  type DistributionFile,
  type NeedsBuild,
  type Resolution,
  type Resolved,
  type ResolvedItem,
  type Source,
} from '../pip/resolve.ts'
import { readAll } from '../prefix/content.ts'
import { openPackage, pythonOf, type LinkSource } from '../prefix/link.ts'
import { pythonClosure, sourcesForMachine } from './machine-python.ts'
import type { BaseReader } from './base.ts'
import type { RunContext } from './context.ts'
import { createMetadataReader } from './pip-metadata.ts'
import { heldWheels } from './update-only.ts'

/** What pip is asked for an environment whose conda packages are solved. */
export interface PipQuestion {
  readonly request: LockingRequest
  readonly environment: Environment
  /** As `ENV_NAME` has it. */
  readonly name: string
  readonly platform: Platform
  readonly packages: readonly SolvedPackage[]
  readonly virtualPackages: VirtualPackages
  readonly access: ChannelAccess
  /** The base with its digest, and what reads it. */
  readonly base: string
  readonly bases: BaseReader
  /** The lock that was there. */
  readonly previous: Lock | undefined
}

/**
 * Asks the environment's own pip what it would install after the conda packages: on a python of this machine, in front of the
 * distributions that these packages bring.
 * @returns undefined where the environment asks pip for nothing
 * @throws UserError with pip's explanation
 */
export async function solvePip(question: PipQuestion, context: RunContext): Promise<Solution['pip']> {
  const { request, environment, platform, packages, virtualPackages, access, previous } = question
  const { pip: section } = environment
  if (!section || section.lines.length === 0) return undefined
  const started = performance.now()
  const open = async (some: readonly SolvedPackage[]): Promise<LinkSource[]> => {
    const fetched = await fetchPackages(some.map(lockedOf), context.tarballs, {
      lockFile: `the solve of ${environment.file}`,
      authorize: access.authorize,
    })
    return mapConcurrently(fetched, 8, openPackage)
  }
  const python = packages.find(({ name }) => name === 'python')
  const pip = packages.find(({ name }) => name === 'pip')
  if (!python || !pip) throw withoutPip(environment, python ? 'pip' : 'python')
  const isOwn = platform.subdir === machineSubdir()
  const needed = new Set([python, pip, ...(isOwn ? pythonClosure(packages) : [])])
  const opened = await open(packages.filter((item) => needed.has(item) || bringsDistributions(item)))
  const target = opened.find(({ locked }) => locked.name === 'python')
  if (!target) throw new Error('python was just found')
  const tools = await toolsFor(question, opened, target, context)
  const distributions = await distributionsOf(opened)
  const { workspace } = request
  const folder = dirname(resolve(workspace, environment.file))
  const folders = { folder, workspace }
  const ask = async (built: ReadonlyMap<string, string>): Promise<Resolution> =>
    resolvePip({
      ...tools,
      target: {
        version: python.version,
        freeThreaded: pythonOf(target.archive.info.index).executable.endsWith('t'),
        subdir: platform.subdir,
        glibc: glibcOf(virtualPackages),
      },
      environment,
      folder,
      built,
      goesOn: request.build.mode === 'refuse',
      constraints: heldWheels(request, previous),
      distributions,
      grants: access.grants,
      secrets: environment.secrets,
      indexes: request.pipIndexes,
      cache: await pipCache(context),
      ...(context.certificates !== undefined && { certificates: context.certificates }),
    })
  const resolution = await resolveBuilding(ask, question, folders, context)
  const { items } = resolution
  for (const warning of resolution.warnings) {
    if (!context.shown.has(warning)) core.warning(warning)
    context.shown.add(warning)
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const sources = items.filter(({ source }) => source.kind !== 'wheel').length
  const counted = `${formatCount(items.length - sources, 'wheel')}${sources > 0 ? `, and ${sources} to be built,` : ''}`
  core.info(
    `pip ${resolution.pip} chose ${counted} for ${environment.file} on ${fileNameOf(platform)} in ${seconds} s`,
  )
  const wheels = await Promise.all(items.map((item) => pinOf(item, folders)))
  warnOfEditable(items, environment, context)
  const archives = wheels.flatMap(({ url }) => (/^https?:/.test(url) ? [{ url: new URL(url) }] : []))
  return { version: resolution.pip, wheels, facts: await archiveSizes(archives, access.authorize) }
}

/** Private, and one for all environments of a run. */
async function pipCache({ scratch }: RunContext): Promise<string> {
  const folder = join(scratch, 'pip-cache')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return folder
}

function withoutPip({ file, pip }: Environment, name: string): UserError {
  const [line] = pip?.lines ?? []
  return new UserError(`the environment has no ${name}, which 'pip:' needs`, {
    at: { file, ...(line && { line: line.line }) },
    advice: `Add ${name} to its dependencies.`,
  })
}

/**
 * Python and pip on this machine: the environment's own, or python of the same version where the environment's is for another. Environments
 * that have the same ones share them.
 */
function toolsFor(
  { environment, platform }: PipQuestion,
  opened: readonly LinkSource[],
  target: LinkSource,
  context: RunContext,
): Promise<PythonWithPip> {
  const pip = opened.filter(({ locked }) => locked.name === 'pip')
  const identity = [target, ...pip].map(({ locked }) => locked.checksum.hex)
  const key = digestOf(JSON.stringify([platform.subdir, identity])).slice(-16)
  const install = async () => {
    const sources =
      platform.subdir === machineSubdir()
        ? opened
        : await sourcesForMachine(platform.subdir, environment, target, context, {
            does: 'to ask pip what to install',
            advice:
              "Make the lockfile on a runner of its platform, or take what 'pip:' asks for from a channel.",
          })
    return installPythonWithPip([...new Set([...sources, ...pip])], join(context.scratch, `pip-${key}`))
  }
  const tools = context.pips.get(key) ?? install()
  context.pips.set(key, tools)
  return tools
}

/** Every base has one; a solve that was told otherwise goes by the oldest that pip knows wheels for. */
export function glibcOf({ __glibc: version }: Pick<VirtualPackages, '__glibc'>): string {
  return /^\d+\.\d+/.exec(version ?? '')?.[0] ?? '2.17'
}

function lockedOf({ url, sha256 }: SolvedPackage): LockedPackage {
  return { ...parsePackageLine(`${url}#sha256:${sha256}`, true), line: 0 }
}

/** Only what depends on python has modules of it. */
function bringsDistributions({ depends }: SolvedPackage): boolean {
  return depends.some((spec) => /^python(_abi)?(\s|$)/.test(spec))
}

/** What pip knows a distribution by. */
const metadata = /(?:^|\/)[^/]+\.(?:dist-info\/METADATA|egg-info\/PKG-INFO|egg-info)$/

async function distributionsOf(sources: readonly LinkSource[]): Promise<DistributionFile[]> {
  const found: DistributionFile[] = []
  for (const { archive } of sources) {
    if (!archive.info.files.some(({ path }) => metadata.test(path))) continue
    for await (const entry of archive.entries()) {
      if (entry.type !== 'file' || !metadata.test(entry.path)) continue
      found.push({ path: entry.path, text: (await readAll(entry.content)).toString() })
    }
  }
  return found
}

/** Asks, and again each time with what was built of a source that does not say what it requires. */
async function resolveBuilding(
  ask: (built: ReadonlyMap<string, string>) => Promise<Resolution>,
  { request, environment, platform, packages, name, base, bases }: PipQuestion,
  folders: Folders,
  context: RunContext,
): Promise<Resolved> {
  const built = new Map<string, string>()
  const unlocked = {
    ...{ request, environment, name, platform, base, bases },
    packages: packages.map(lockedOf),
  }
  const metadata = createMetadataReader(unlocked, context)
  try {
    for (;;) {
      const resolution = await ask(built)
      if (request.build.mode === 'refuse') refuseBuilds(resolution, environment.file)
      if (resolution.type === 'resolved') return resolution
      if (built.has(resolution.key)) throw new Error(`${resolution.key} was built, and is asked for again`)
      const source = await sourceLine(resolution, platform.subdir, folders)
      core.info(`${source.name} does not say what it requires: it is built to find out`)
      const at = resolution.asked ?? { file: environment.file, line: 0 }
      built.set(resolution.key, await metadata.read(source, at))
    }
  } finally {
    await metadata.close()
  }
}

/** As the lock will have it; its name may be none yet. */
async function sourceLine(
  { name, source, settings }: NeedsBuild,
  subdir: Platform['subdir'],
  folders: Folders,
): Promise<SourceLine> {
  const own = canonicalName(name.replace(/[^\w.-]+|^[^a-zA-Z0-9]+|[^a-zA-Z0-9]+$/g, '')) || 'project'
  const flags = { requested: false, direct: false }
  const pin = { name: own, ...(await addressOf(source, folders)), ...flags }
  const parsed = parseWheelLine(formatWheelLine(pin), subdir, () => flags)
  const line = { ...parsed, ...(settings && { settings }), line: 0 }
  if (line.kind === 'wheel') throw new Error(`${line.fileName} is a wheel`)
  return line
}

async function pinOf(
  { name, source, requested, direct, settings }: ResolvedItem,
  folders: Folders,
): Promise<WheelPin> {
  const address = await addressOf(source, folders)
  return { name: canonicalName(name), ...address, requested, direct, ...(settings && { settings }) }
}

/** What a lock says of where something comes from. */
async function addressOf(
  source: Source,
  folders: Folders,
): Promise<Pick<WheelPin, 'url' | 'sha256' | 'revision' | 'subdirectory'>> {
  const below = source.subdirectory === undefined ? {} : { subdirectory: source.subdirectory }
  switch (source.kind) {
    case 'wheel':
    case 'sdist':
      return { url: pathIn(source.url, folders), sha256: source.sha256, ...below }
    case 'vcs': {
      const { vcs, url, commit, revision } = source
      return { url: `${vcs}+${url}@${commit}`, ...(revision !== undefined && { revision }), ...below }
    }
    case 'directory': {
      const path = resolve(fileURLToPath(source.url), source.subdirectory ?? '.')
      return { url: pathIn(source.url, folders), sha256: hexOf(await projectDigest(path)), ...below }
    }
  }
}

/** What lies in the workspace is written as relative to the environment file: the lock is for other machines too. */
function pathIn(url: string, { folder, workspace }: Folders): string {
  if (!url.startsWith('file://')) return url
  const path = fileURLToPath(url)
  if (!`${path}/`.startsWith(`${workspace}/`)) return url
  return `file:${relative(folder, path).split(sep).map(encodeURIComponent).join('/') || '.'}`
}

/** Where paths begin; both absolute. */
interface Folders {
  /** That of the environment file. */
  readonly folder: string
  readonly workspace: string
}

/** What an image has is not where it was, and there is nothing to edit. */
function warnOfEditable(items: readonly ResolvedItem[], { file }: Environment, { shown }: RunContext): void {
  for (const { name, source, asked } of items) {
    if (!('editable' in source) || !source.editable) continue
    const message = `${foreignText(name)} is installed into the image as a plain package: '-e' is of no use there`
    if (shown.has(message)) continue
    shown.add(message)
    core.warning(message, { file: asked?.file ?? file, ...(asked && { startLine: asked.line }) })
  }
}
