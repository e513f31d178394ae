import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as core from '@actions/core'
import { Compiler } from '../bytecode/bytecode.ts'
import { mapConcurrently } from '../common/concurrency.ts'
import { foreignLines, foreignText } from '../common/foreign.ts'
import type { ActivatedEnvironment } from '../image/activation.ts'
import type { ImageOptions } from '../image/inputs.ts'
import {
  builtAnnotation,
  buildLayers,
  filesOf,
  findLeftOut,
  layerKey,
  PrefixContents,
  withVersion,
  type Archive,
  type BuiltLayer,
  type MadeLayer,
} from '../layers/build.ts'
import type { WheelPlace } from '../layers/replaced.ts'
import type { ImageLayer } from '../oci/image.ts'
import type { Fetched } from '../packages/download.ts'
import type { WheelToFetch } from '../packages/wheel/archive.ts'
import { openPackage, packageVariables, pythonOf, type Python } from '../prefix/link.ts'
import { asInstalled, planLinkable, type Linkable, type PrefixContext } from '../prefix/linkable.ts'
import { openLockedWheel } from '../prefix/wheel/link.ts'
import { pythonForBytecode, type OpenPackages } from './bytecode.ts'
import type { RunContext } from './context.ts'
import type { PackageStore } from './packages.ts'
import { takenOver, type PlannedGroup, type PlannedMember } from './plan.ts'
import { wheelPlaces, wheelsOf } from './wheels.ts'

/** An environment whose layers of packages and wheels are there. */
export interface BuiltMember extends PlannedMember {
  /** By its groups. */
  readonly made: readonly MadeLayer[]
  readonly contents: PrefixContents
  /** Opens its packages. */
  readonly open: OpenPackages
  /** Opens packages and wheels. */
  readonly openAny: (positions: readonly number[]) => Promise<readonly Linkable[]>
  readonly activated: ActivatedEnvironment
  /** Starts the python that compiles for the environment. */
  readonly startCompiler: () => Promise<Compiler>
}

/** Gives wheels that are built, by their positions. */
export type WheelSupply = (positions: readonly number[]) => Promise<Fetched<WheelToFetch>[]>

export interface PackageLayerHooks {
  /** Absent where none of the groups has a wheel that is to be built. */
  readonly supply?: WheelSupply | undefined
  /** Called with each layer, as soon as it and all that it lies on are there; not with those of folders of the workspace. */
  readonly onNext?: ((made: MadeLayer) => void) | undefined
}

/**
 * Makes the layers of an environment's packages and wheels, but for those that an earlier image has.
 * @param directory where they lie until they are no longer needed
 */
export async function buildPackageLayers(
  member: PlannedMember,
  { compilePyc, exclude = [] }: ImageOptions,
  rootPrefix: string,
  directory: string,
  store: Pick<PackageStore, 'fetch'>,
  run: RunContext,
  { supply, onNext }: PackageLayerHooks = {},
): Promise<BuiltMember> {
  const { prefix, locked, inputs } = member
  const { name, variables } = inputs
  const { packages } = locked.resolved.lock
  const wheels = wheelsOf(locked, run.workspace)
  const fetch = async (positions: readonly number[]): Promise<Archive[]> => [
    ...(await store.fetch({
      member: locked,
      packages: positions.flatMap((position) => packages[position] ?? []),
    })),
    ...(await fetchWheels(positions.filter((position) => position >= packages.length))),
  ]
  const fetchWheels = async (positions: readonly number[]): Promise<Fetched<WheelToFetch>[]> => {
    if (positions.length === 0) return []
    const wheelAt = (position: number) => wheels[position - packages.length]
    const ready = await store.fetch({
      member: locked,
      packages: positions.flatMap((position) => wheelAt(position) ?? []),
    })
    const sources = positions.filter((position) => wheelAt(position) === undefined)
    const built = sources.length > 0 ? ((await supply?.(sources)) ?? []) : []
    return positions.flatMap((position) => (wheelAt(position) ? ready.shift() : built.shift()) ?? [])
  }
  const open: OpenPackages = async (positions) =>
    mapConcurrently((await fetch(positions)).filter(isPackage), 8, openPackage)
  const openAny = async (positions: readonly number[]) =>
    mapConcurrently(await fetch(positions), 8, openArchive)
  const python = await pythonOfMember(member, open)
  const { pip } = inputs
  const context: PrefixContext = {
    prefix,
    rootPrefix,
    ...(python && { python }),
    bytecode: compilePyc,
    ...(pip !== undefined && { pip }),
    ...(exclude.length > 0 && { exclude }),
  }

  const groups = await mapConcurrently(member.groups, 8, async (group) =>
    settle(group, context, () => openAny(group.packages)),
  )
  const missing = groups.filter(({ earlier }) => !earlier)
  let installed: Promise<string> | undefined
  const findPython = () => (installed ??= pythonForBytecode(locked, open, run))
  const toBuild = missing.map((group) => ({
    ...group,
    prepare: async () => {
      const fetched = await fetch(group.packages)
      const needsPython = await needCompiling(fetched, context)
      return { packages: fetched, ...(needsPython && { compiler: { executable: await findPython() } }) }
    },
  }))
  const there = new Map(groups.map((group) => [group, group.earlier && namingBuilt(group.earlier, group)]))
  const tellNext = tellingInOrder(groups, there, onNext)
  tellNext()
  const onLayer = ({ warnings, ...one }: BuiltLayer, index: number) => {
    for (const warning of warnings) core.warning(warning)
    const group = missing[index]
    if (group) there.set(group, namingBuilt(one, group))
    void run.uploader?.add(one.layer)
    tellNext()
  }
  const own = join(directory, name)
  await mkdir(own, { recursive: true })
  await buildLayers(toBuild, python, exclude, own, onLayer)
  const made = groups.flatMap((group) => there.get(group) ?? [])

  const known = groups.flatMap(({ packages }, index) => {
    const facts = made[index]?.facts
    return facts ? [{ packages, facts }] : []
  })
  const isHere = ({ position }: WheelPlace) => groups.some((group) => group.packages.includes(position))
  const contents = await PrefixContents.of(known, context, openAny, wheelPlaces(locked).filter(isHere))
  warnOfReplaced(contents)
  showMessages(contents.messages(), run)
  return {
    ...member,
    groups,
    made,
    contents,
    open,
    openAny,
    activated: { name, prefix, variables: { ...packageVariables(contents.texts()), ...variables } },
    startCompiler: async () => new Compiler(await findPython()),
  }
}

/** The layers of environments, but for those of folders of the workspace: these lie on top of what link scripts make. */
export function layersOf(
  members: readonly BuiltMember[],
  { ofFolders }: { readonly ofFolders: boolean },
): ImageLayer[] {
  return members.flatMap(({ made, groups }) =>
    made.flatMap(({ layer }, index) => ((groups[index]?.isOfFolders ?? false) === ofFolders ? [layer] : [])),
  )
}

/** Tells of layers in the order in which they lie, whichever of them come first. @returns to be called when more of them are there */
function tellingInOrder(
  groups: readonly PlannedGroup[],
  there: ReadonlyMap<PlannedGroup, MadeLayer | undefined>,
  onNext: PackageLayerHooks['onNext'],
): () => void {
  let next = 0
  return () => {
    for (let group = groups[next]; group; group = groups[++next]) {
      const made = there.get(group)
      if (!made) return
      if (!group.isOfFolders) onNext?.(made)
    }
  }
}

/** A layer that says which of its wheels were built. */
function namingBuilt({ layer, facts }: MadeLayer, { inputs }: PlannedGroup): MadeLayer {
  const built = (inputs.wheels ?? []).flatMap((wheel) => ('build' in wheel ? [wheel.name] : []))
  if (built.length === 0) return { layer, facts }
  const annotations = { ...layer.descriptor.annotations, [builtAnnotation]: JSON.stringify(built) }
  return { layer: { ...layer, descriptor: { ...layer.descriptor, annotations } }, facts }
}

/** Takes the earlier layer of a group if the same is left out of it, which its packages tell. */
async function settle(
  group: PlannedGroup,
  context: PrefixContext,
  open: () => Promise<readonly Linkable[]>,
): Promise<PlannedGroup> {
  const { candidate, inputs, key } = group
  if (!candidate) return group
  const { exclude = [] } = context
  const plans = (await open()).map((source) => planLinkable(source, asInstalled(context)))
  const leftOut = findLeftOut(filesOf(plans), exclude)
  const wanted = leftOut.paths === undefined ? key : layerKey(inputs, leftOut.paths)
  if (wanted !== candidate.key) return group
  return { ...group, earlier: takenOver(group, candidate, leftOut, exclude) }
}

/** The environment's python, as its package, or the layer that has it, tells of it. */
async function pythonOfMember(
  { locked, groups }: PlannedMember,
  open: OpenPackages,
): Promise<Python | undefined> {
  const position = locked.resolved.lock.packages.findIndex(({ name }) => name === 'python')
  const group = groups.find(({ packages }: PlannedGroup) => packages.includes(position))
  if (!group) return undefined
  if (group.earlier) return group.earlier.facts.python
  const [source] = await open([position])
  return source && pythonOf(source.archive.info.index)
}

/** Whether there are modules in packages or wheels that are to have bytecode. */
async function needCompiling(archives: readonly Archive[], context: PrefixContext): Promise<boolean> {
  if (!context.python || !context.bytecode) return false
  const python = archives.filter(({ locked }) => locked.format === 'whl' || locked.subdir === 'noarch')
  const sources = await Promise.all(python.map(openArchive))
  return sources.some((source) => {
    const { isCompiled, bytecode } = planLinkable(source, asInstalled(context))
    return isCompiled && bytecode.length > 0
  })
}

function isWheel(archive: Archive): archive is Fetched<WheelToFetch> {
  return archive.locked.format === 'whl'
}

function isPackage(archive: Archive): archive is Exclude<Archive, Fetched<WheelToFetch>> {
  return !isWheel(archive)
}

async function openArchive(archive: Archive): Promise<Linkable> {
  return isWheel(archive) ? openLockedWheel(archive.locked, archive.file) : openPackage(archive)
}

function warnOfReplaced({ removals }: PrefixContents): void {
  for (const { wheel, dist, distribution } of removals.replaced) {
    const { name } = distribution
    core.warning(
      `The wheel ${withVersion(wheel)} replaces ${name} ${distribution.version} of the package ${dist}, as pip would have it. ` +
        `Packages that need that one may not work with the other: ask conda for ${withVersion(wheel)} if a channel has it.`,
      { file: wheel.at.file, startLine: wheel.at.line },
    )
  }
}

/** Shows what link scripts print that do nothing else: those are not run, and nothing is missing for that. */
function showMessages(messages: readonly [dist: string, text: string][], { shown }: RunContext): void {
  for (const [dist, text] of messages) {
    const lines = `${foreignText(dist)} says when it is linked:\n${foreignLines(text)}`
    if (text === '' || shown.has(lines)) continue
    shown.add(lines)
    core.info(lines)
  }
}
