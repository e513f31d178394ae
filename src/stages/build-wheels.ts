import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import * as core from '@actions/core'
import { blobOf, readLayerTar } from '../base/layer-tar.ts'
import { hexOf, type Digest } from '../common/digest.ts'
import { UserError } from '../common/errors.ts'
import { foreignLines, foreignText } from '../common/foreign.ts'
import { formatBytes } from '../common/format.ts'
import { longestPause } from '../common/http.ts'
import { isReserved } from '../common/whiteout.ts'
import { canonicalName, isArchiveName, masked, wheelParts } from '../environment/read.ts'
import type { Command, KeepRules, Workroom } from '../execute/types.ts'
import { buildLayer, packedLayer } from '../layers/build.ts'
import { fixedTime } from '../layers/reproducible.ts'
import type { Compression, LayerEntry, Owner, PackedLayer } from '../layers/types.ts'
import type { BuildSettings } from '../lock/types.ts'
import type { Image, ImageLayer } from '../oci/image.ts'
import { checksumsOf, type Checksums } from '../packages/checksums.ts'
import type { BuildAccess } from '../pip/build-access.ts'
import { adviceOnFailure, buildProgram, requirementsProgram } from '../pip/building.ts'
import { entriesOfFile } from './build-sources.ts'
import type { RunContext } from './context.ts'
import { endOf, fixedVariables, Output, proxyVariables } from './steps.ts'

/** What commands are run for, in a sentence. */
const purpose = "the builds of 'pip:'"

/** Where wheels are built: an image of an environment's packages. */
export interface BuildPlace {
  readonly image: Image
  /** All of its ENV. */
  readonly variables: Readonly<Record<string, string>>
  /** The environment, as `ENV_NAME` has it. */
  readonly name: string
  readonly owner: Owner
  readonly compression: Compression
  /** For layers on their way. */
  readonly directory: string
  readonly network: boolean
}

/** A wheel that is to be built. */
export interface WheelToBuild {
  /** The project's, canonical, as far as it is known. */
  readonly name: string
  /** The hash of all that determines it. */
  readonly key: Digest
  /** What asks for it. */
  readonly at: { readonly file: string; readonly line: number }
  /** What its source is called, where that is an archive: its name says how it is packed. */
  readonly archive?: string
  /** Where the project lies in it. */
  readonly subdirectory?: string
  /** What its backend is told. */
  readonly settings?: BuildSettings
  /** Brings the source. @param path where it goes in the image, relative to its root */
  readonly lay: (path: string, owner: Owner) => AsyncIterable<LayerEntry>
  /** What else is in the environment: versions by names, `null` where none is known; absent where it is not known yet. */
  readonly locked?: Readonly<Record<string, string | null>>
  /** Whether what it requires has to be there. */
  readonly isStrict: boolean
}

/** A wheel that was built, on this machine's disk beside the archives. */
export interface BuiltWheel extends Checksums {
  readonly file: string
  readonly fileName: string
  readonly name: string
  readonly version: string
}

/** Where everything is that building needs, in every image: paths in it may get into what is built. Relative to the root. */
const workshop = 'micromamba-image-build'
const work = `${workshop}/work`
/** Of folders that the lists have links to, absolute. */
export const linksFolder = `/${workshop}/links`

/**
 * Gives wheels that are built of their sources: those that were built in the same way before, if they are on this machine still, else
 * by the environment's own pip in an image's file system, as the owner of the environment's files. Nothing of that file system is kept
 * but the wheel.
 * @returns in the order asked
 * @throws UserError when one cannot be built, with what pip says
 */
export async function buildWheels(
  wanted: readonly WheelToBuild[],
  bench: Bench,
  context: RunContext,
): Promise<BuiltWheel[]> {
  await mkdir(context.tarballs, { recursive: true })
  const found = new Map<Digest, BuiltWheel>()
  for (const { key, name } of wanted) {
    const built = await findBuilt(key, context.tarballs)
    if (!built) continue
    core.info(`The wheel of ${name} was built before: ${built.fileName}`)
    found.set(key, built)
  }
  const missing = wanted.filter(({ key }) => !found.has(key))
  for (const [index, wheel] of (await bench.build(missing)).entries()) {
    const one = missing[index]
    if (one) found.set(one.key, wheel)
  }
  return wanted.flatMap(({ key }) => found.get(key) ?? [])
}

/** `built-<key>-<sha256>-<file name>`: its own hash in its name tells whether it is whole. */
function nameOfBuilt(key: Digest, sha256: string, fileName: string): string {
  return `built-${hexOf(key)}-${sha256}-${fileName}`
}

async function findBuilt(key: Digest, tarballs: string): Promise<BuiltWheel | undefined> {
  const prefix = `built-${hexOf(key)}-`
  for (const name of (await readdir(tarballs)).filter((one) => one.startsWith(prefix)).sort()) {
    const [, sha256, fileName = ''] = /^([0-9a-f]{64})-(.+\.whl)$/.exec(name.slice(prefix.length)) ?? []
    const parts = wheelParts(fileName)
    const file = join(tarballs, name)
    const checksums = await checksumsOf(file)
    if (parts && checksums && checksums.sha256 === sha256) {
      return { ...checksums, file, fileName, name: parts.name, version: parts.version }
    }
    core.warning(`${name} was damaged on this machine, and is built again`)
    await rm(file)
  }
  return undefined
}

/** A file system in which wheels are built, each finding what the one before it found. */
export interface Bench {
  /** @returns in the order asked */
  build(wanted: readonly WheelToBuild[]): Promise<BuiltWheel[]>
  close(): Promise<void>
}

/**
 * Where wheels are built, laid out when there is something to build.
 * @param open makes the place when it is needed
 * @param findAccess what opens the indexes, and what is hidden of what pip says
 */
export function createBench(
  open: () => Promise<BuildPlace>,
  findAccess: () => Promise<Access>,
  context: RunContext,
): Bench {
  /** Of sources, on top of the place's own. */
  const layers: ImageLayer[] = []
  let count = 0
  let room: Workroom | undefined
  const close = async () => {
    const before = room
    room = undefined
    await before?.close()
  }
  const lay = async (sources: ReadonlyMap<WheelToBuild, string>, place: BuildPlace, access: Access) => {
    const { owner, compression, directory } = place
    const layer = await buildLayer(
      `sources ${layers.length + 1}`,
      entriesOf(sources, layers.length === 0 ? access.folders : [], owner),
      { owner, compression, directory },
    )
    layers.push(layer)
    if (room?.add) await room.add([layer])
    else await close()
  }
  return {
    close,
    async build(wanted) {
      if (wanted.length === 0) return []
      // What it refuses is known before anything is made.
      const access = await findAccess()
      const place = await open()
      const { compression, directory, image, owner } = place
      const sources = new Map(
        wanted.map((one) => [
          one,
          [workshop, count++, one.archive].filter((part) => part !== undefined).join('/'),
        ]),
      )
      await lay(sources, place, access)
      const built: BuiltWheel[] = []
      for (const [one, source] of sources) {
        const all = { ...image, layers: [...image.layers, ...layers] }
        room ??= await context.executors.open(all, owner, purpose)
        await runPip(one, source, { place, access, room, context })
        if (one.locked) await checkRequirements(one, one.locked, { place, access, room, context })
        const file = join(directory, `wheel-${hexOf(one.key)}`)
        const rules: KeepRules = { only: work, never: [], refuseSpecial: false }
        const packed = await room.pack({ rules, compression, file })
        // It has changed what was there before, which no other is to find.
        if (packed.isStale) await close()
        built.push(await takeOut(one, packed.layer, context))
      }
      return built
    },
  }
}

/** Sources at their paths, and the archives of folders at theirs. */
async function* entriesOf(
  sources: ReadonlyMap<WheelToBuild, string>,
  folders: Access['folders'],
  owner: Owner,
): AsyncGenerator<LayerEntry> {
  const folder = (path: string): LayerEntry => ({ type: 'directory', path, ...owner, mode: 0o755 })
  yield folder(workshop)
  if (folders.length > 0) yield folder(linksFolder.slice(1))
  for (const { folder: from, path } of folders) {
    yield folder(path.slice(1))
    for (const name of (await readdir(from)).filter(isArchiveName).sort()) {
      yield* entriesOfFile(join(from, name), `${path.slice(1)}/${name}`, owner)
    }
  }
  for (const [wanted, path] of sources) {
    if (wanted.archive !== undefined) yield folder(dirname(path))
    yield* wanted.lay(path, owner)
  }
}

export type Access = BuildAccess & { readonly hidden: readonly string[] }

interface Doing {
  readonly place: BuildPlace
  readonly access: Access
  readonly room: Workroom
  readonly context: RunContext
}

/** Becomes the environment's python, in the active environment. */
const wrapper = `
source /usr/local/bin/_activate_current_env.sh || exit
umask 022
exec "$CONDA_PREFIX/bin/python" "$@"`

function commandOf(args: readonly string[], { place, access, context }: Doing): Command {
  const { network, name, owner, variables } = place
  return {
    args: ['/bin/bash', '-c', wrapper, 'build', ...args],
    env: {
      ...variables,
      ...fixedVariables,
      ENV_NAME: name,
      HOME: `/${work}/home`,
      PYTHONHASHSEED: '0',
      SOURCE_DATE_EPOCH: String(fixedTime),
      ...(network ? proxyVariables() : {}),
      ...access.variables,
    },
    user: { uid: owner.uid, gid: owner.gid },
    cwd: `/${workshop}`,
    network,
    timeout: context.execution.timeout,
    ...(Object.keys(access.secrets).length > 0 && { secrets: access.secrets }),
  }
}

async function runPip(wanted: WheelToBuild, source: string, doing: Doing): Promise<void> {
  const { access, room } = doing
  const all: string[] = []
  const output = new Output((line) => {
    core.info(foreignLines(line))
  })
  core.startGroup(`pip wheel ${wanted.name}`)
  try {
    const settings = Object.entries(wanted.settings ?? {}).flatMap(([key, values]) =>
      [values].flat().map((value) => `${key}=${value}`),
    )
    const args = [
      '-B',
      '-c',
      buildProgram,
      `/${source}`,
      wanted.subdirectory ?? '',
      `/${work}`,
      JSON.stringify(settings),
      access.grantsFile ?? '',
      String(longestPause()),
    ]
    const command = commandOf(args, doing)
    const outcome = await room.run(command, (line) => {
      const shown = masked(line, access.hidden)
      all.push(shown)
      if (!isNoise(shown)) output.add(shown)
    })
    if (outcome.exitCode === 0) return
    // While a lock is made there is no talk of tags yet.
    const fate = wanted.locked ? 'No tag was moved. ' : ''
    throw new UserError(
      `the wheel of ${wanted.name} cannot be built: ${endOf(outcome, command.timeout)}${output.tail === '' ? '' : `\n${foreignLines(output.tail)}`}`,
      { at: wanted.at, advice: `${fate}${adviceOnFailure(all.join('\n'))}` },
    )
  } finally {
    core.endGroup()
  }
}

/** What pip says of itself, or for whoever called it. */
function isNoise(line: string): boolean {
  return /^(note: |hint: |\[notice\]|\s*$)/.test(line.trim())
}

/**
 * Holds what a wheel says that it requires against what there is: the lock was made when the source said something else, or said less.
 * @throws UserError naming what is missing
 */
async function checkRequirements(
  wanted: WheelToBuild,
  locked: Readonly<Record<string, string | null>>,
  doing: Doing,
): Promise<void> {
  const missing: string[] = []
  const args = ['-B', '-c', requirementsProgram, `/${work}/wheel`, JSON.stringify(locked)]
  const outcome = await doing.room.run(commandOf(args, doing), (line) => missing.push(line))
  const said = foreignLines(missing.join('\n'))
  if (outcome.exitCode !== 0) {
    throw new UserError(`what was built of ${wanted.name} cannot be read:\n${said}`, { at: wanted.at })
  }
  if (missing.length === 0) return
  const what = `the wheel of ${wanted.name} requires what neither the lock nor the environment has:\n${said}`
  if (wanted.isStrict) {
    throw new UserError(what, {
      at: wanted.at,
      advice: 'Run with lock-mode: update, and commit the file that it writes.',
    })
  }
  core.warning(what, { file: wanted.at.file, startLine: wanted.at.line })
}

/** Takes the wheel out of what changed, and puts it to the archives. */
async function takeOut(
  wanted: WheelToBuild,
  packed: PackedLayer,
  { tarballs }: RunContext,
): Promise<BuiltWheel> {
  const partial = join(tarballs, `built-${hexOf(wanted.key)}.${process.pid}.part`)
  try {
    const names: string[] = []
    for await (const { path, header, content } of readLayerTar(blobOf(packedLayer(packed, '')))) {
      if (header.type !== 'file' || dirname(path) !== `${work}/wheel` || isReserved(path)) continue
      names.push(basename(path))
      await pipeline(content, createWriteStream(partial))
    }
    const [fileName = '', another] = names
    const parts = wheelParts(fileName)
    const checksums = await checksumsOf(partial)
    if (!parts || !checksums || another !== undefined || !/^[\w.+!-]+$/.test(fileName)) {
      throw new UserError(
        `pip built ${names.map(foreignText).join(', ') || 'nothing'} of ${wanted.name}, instead of one wheel`,
        {
          at: wanted.at,
        },
      )
    }
    const file = join(tarballs, nameOfBuilt(wanted.key, checksums.sha256, fileName))
    await rename(partial, file)
    const { name, version } = parts
    core.info(`Built ${fileName}, ${formatBytes(checksums.size)}, sha256 ${checksums.sha256}`)
    return { ...checksums, file, fileName, name: canonicalName(name), version }
  } finally {
    await rm(partial, { force: true })
  }
}
