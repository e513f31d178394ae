import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as core from '@actions/core'
import { Compiler } from '../bytecode/bytecode.ts'
import { mapConcurrently } from '../common/concurrency.ts'
import { foreignLines, foreignText } from '../common/foreign.ts'
import type { ActivatedEnvironment } from '../image/activation.ts'
import type { ImageOptions } from '../image/inputs.ts'
import { buildLayers, PrefixContents } from '../layers/build.ts'
import type { ImageLayer } from '../oci/image.ts'
import type { FetchedPackage } from '../packages/download.ts'
import {
  openPackage,
  packageVariables,
  planLink,
  pythonOf,
  type LinkContext,
  type Python,
} from '../prefix/link.ts'
import { pythonForBytecode, type OpenPackages } from './bytecode.ts'
import type { RunContext } from './context.ts'
import type { PackageStore } from './packages.ts'
import type { PlannedGroup, PlannedMember } from './plan.ts'

/** An environment whose packages' layers are there. */
export interface BuiltMember extends PlannedMember {
  readonly layers: readonly ImageLayer[]
  readonly contents: PrefixContents
  /** Opens its packages. */
  readonly open: OpenPackages
  readonly activated: ActivatedEnvironment
  /** Starts the python that compiles for the environment. */
  readonly startCompiler: () => Promise<Compiler>
}

/**
 * Makes the layers of an environment's packages, but for those that an earlier image has.
 * @param directory where they lie until they are no longer needed
 */
export async function buildPackageLayers(
  member: PlannedMember,
  { compilePyc }: ImageOptions,
  rootPrefix: string,
  directory: string,
  store: PackageStore,
  run: RunContext,
): Promise<BuiltMember> {
  const { prefix, groups, locked, inputs } = member
  const { name, variables } = inputs
  const { packages: all } = locked.resolved.lock
  const fetch = (positions: readonly number[]) =>
    store.fetch({ member: locked, packages: positions.flatMap((position) => all[position] ?? []) })
  const open: OpenPackages = async (positions) => mapConcurrently(await fetch(positions), 8, openPackage)
  const python = await pythonOfMember(member, open)
  const context: LinkContext = { prefix, rootPrefix, ...(python && { python }), bytecode: compilePyc }

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
  const upload = (layer: ImageLayer) => void run.uploader?.add(layer)
  const own = join(directory, name)
  await mkdir(own, { recursive: true })
  const built = await buildLayers(toBuild, python, own, upload)
  const made = groups.flatMap((group) => group.earlier ?? built[missing.indexOf(group)] ?? [])

  const known = groups.flatMap(({ packages }, index) => {
    const facts = made[index]?.facts
    return facts ? [{ packages, facts }] : []
  })
  const contents = await PrefixContents.of(known, context, open)
  showMessages(contents.messages(), run)
  return {
    ...member,
    layers: made.map(({ layer }) => layer),
    contents,
    open,
    activated: { name, prefix, variables: { ...packageVariables(contents.texts()), ...variables } },
    startCompiler: async () => new Compiler(await findPython()),
  }
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

/** Whether there are modules in packages that are to have bytecode. */
async function needCompiling(packages: readonly FetchedPackage[], context: LinkContext): Promise<boolean> {
  if (!context.python || !context.bytecode) return false
  const noarch = packages.filter(({ locked }) => locked.subdir === 'noarch')
  const sources = await Promise.all(noarch.map(openPackage))
  return sources.some(({ archive }) => {
    const { isCompiled, bytecode } = planLink(archive.info, context)
    return isCompiled && bytecode.length > 0
  })
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
