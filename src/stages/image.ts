import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as core from '@actions/core'
import { chooseUser } from '../base/users.ts'
import type { Compiler } from '../bytecode/bytecode.ts'
import { fileNameOf } from '../common/platform.ts'
import { assembleImage, fingerprintAnnotation } from '../image/assemble.ts'
import { literalLines } from '../image/environment.ts'
import { runGroups } from '../image/run-lines.ts'
import { onlyLabelsDiffer, type Labelled } from '../image/labels.ts'
import { micromambaEntries, wire, wiringKey } from '../image/wiring.ts'
import {
  buildLayer,
  bytecodeOverrides,
  keyOf,
  layerEntries,
  layerKeyAnnotation,
  overrides,
  type LayerSettings,
} from '../layers/build.ts'
import { fixedTime } from '../layers/reproducible.ts'
import type { LayerEntry } from '../layers/types.ts'
import { parseConfig } from '../oci/config.ts'
import { asOwn, type Image, type ImageLayer } from '../oci/image.ts'
import { environmentFiles } from '../prefix/environment-files.ts'
import { exportedByActivation } from './activation.ts'
import { applicationLayer } from './application.ts'
import type { Base } from './base.ts'
import type { RunContext } from './context.ts'
import { chooseActive } from './environments.ts'
import { chooseLinkScripts, linkScriptLayer } from './link-scripts.ts'
import { buildPackageLayers, type BuiltMember } from './package-layers.ts'
import type { PackageStore } from './packages.ts'
import type { Plan } from './plan.ts'
import { runLayer } from './run.ts'
import { createSteps, type ChangeFacts, type StepLayer } from './steps.ts'

/**
 * The image for one platform. On the base lie, what changes least at the bottom: micromamba, the wiring, each environment's
 * packages, what belongs to no package, what link scripts made, the application, what commands made.
 */
export async function makeImage(plan: Plan, store: PackageStore, context: RunContext): Promise<Image> {
  const { wanted, base, owner } = plan
  const { inputs, base: prepared } = wanted
  const { options, platform } = inputs
  const { compression, start } = options
  const settings: LayerSettings = {
    owner,
    compression,
    directory: join(context.scratch, fileNameOf(platform)),
  }
  await mkdir(settings.directory, { recursive: true })

  const members: BuiltMember[] = []
  for (const member of plan.members) {
    members.push(
      await buildPackageLayers(member, options, base.rootPrefix, settings.directory, store, context),
    )
  }
  const activeName = chooseActive(
    inputs.environments.map(({ name }) => name),
    options.environmentName,
  )
  const toRun = members.map(({ contents }) => chooseLinkScripts(contents.scripted(), options.linkScripts))
  const environment = contractVariables(plan, activeName)
  const layers = [
    ...(await micromambaLayer(plan, settings, context)),
    await wiringLayer(plan, members, activeName, settings),
    ...members.flatMap((member) => member.layers),
    await environmentLayer(members, settings),
  ]

  const changes: ChangeFacts[] = []
  const assemble = (activated?: Readonly<Record<string, string>>): Image =>
    assembleImage(base.image, layers, platform, {
      user: options.userNumeric ? String(prepared.summary.user.uid) : prepared.summary.user.name,
      environment,
      start,
      ...(activated && { activated }),
      labels: options.labels,
      created: new Date(fixedTime * 1000).toISOString().replace('.000', ''),
      annotations: {
        ...options.annotations,
        ...prepared.annotations,
        [fingerprintAnnotation]: wanted.fingerprint,
      },
    })
  const activate = async () =>
    start.activation === 'everywhere'
      ? activatedVariables(plan, members, activeName, environment, changes, context)
      : undefined
  const steps = createSteps(plan, settings, context)
  const put = (step: StepLayer) => {
    layers.push(step.layer)
    changes.push(step.changes)
  }
  try {
    const variables = { ...Object.fromEntries(base.variables), ...environment }
    for (const [index, member] of members.entries()) {
      const scripted = toRun[index] ?? []
      if (scripted.length === 0) continue
      const step = { member, scripted, variables, image: assemble() }
      put(await linkScriptLayer(step, plan, steps, context))
    }
    layers.push(...(await applicationLayer(plan, members, settings)))
    for (const commands of runGroups(options.run)) {
      put(await runLayer(commands, assemble(await activate()), plan, steps, context))
    }
    for (const layer of layers) void context.uploader?.add(layer)
  } finally {
    // What is still to be removed does not hold up what is to be pushed.
    context.closing.push(steps.close())
  }
  const image = assemble(await activate())
  tellChangingLabels(plan.earlier.image, image)
  return image
}

/** What differs from run to run in nothing but labels is another image each time, which is not to go unnoticed. */
function tellChangingLabels(earlier: Image | undefined, made: Image): void {
  const changing = earlier ? onlyLabelsDiffer(labelled(earlier), labelled(made)) : []
  if (changing.length === 0) return
  core.info(
    `Nothing but labels differs from the earlier image: ${changing.join(', ')}. Given as KEY= they are left out, and the digest stays.`,
  )
}

function labelled({ config, manifest }: Image): Labelled {
  const { annotations = {} } = JSON.parse(manifest.bytes.toString()) as {
    annotations?: Record<string, string>
  } // a manifest of ours
  return {
    config: parseConfig(config.bytes.toString()),
    annotations: { ...annotations, [fingerprintAnnotation]: '' },
  }
}

/** What the image's ENV has so that every process has the default environment. */
async function activatedVariables(
  { base, wanted }: Plan,
  members: readonly BuiltMember[],
  name: string,
  contract: Readonly<Record<string, string>>,
  changes: readonly ChangeFacts[],
  { shown }: RunContext,
): Promise<Record<string, string>> {
  const member = members.find(({ inputs }) => inputs.name === name)
  if (!member) return {}
  const { env } = wanted.inputs.options.start
  return exportedByActivation(
    member,
    base,
    new Map([...base.variables, ...Object.entries(contract), ...literalLines(env)]),
    { changes, shown },
  )
}

/**
 * A layer that an earlier image may have: it is made only where that has none of its key.
 * @param inputs all that `entries` is made from
 */
async function keyedLayer<Inputs>(
  { earlier }: Plan,
  title: string,
  inputs: Inputs,
  settings: LayerSettings,
  entries: (inputs: Inputs) => Promise<LayerEntry[]>,
): Promise<ImageLayer> {
  const key = keyOf(title, inputs, settings.compression)
  const found = (await earlier.find([key])).get(key)
  const annotations = { [layerKeyAnnotation]: key }
  if (found) return asOwn(found, title, annotations)
  return buildLayer(title, await entries(inputs), settings, annotations)
}

/** micromamba, for a base that has none. */
async function micromambaLayer(
  plan: Plan,
  settings: LayerSettings,
  { micromamba }: RunContext,
): Promise<ImageLayer[]> {
  const { base, wanted } = plan
  const { platform, micromamba: wish } = wanted.inputs
  if (!wish) return []
  const inputs = { platform, base: base.image.pinned.digest, micromamba: wish }
  const entries = async () => {
    const { path } = await micromamba.install(platform.subdir)
    return micromambaEntries(await base.files(), await readFile(path))
  }
  return [await keyedLayer(plan, `micromamba ${wish.version}`, inputs, settings, entries)]
}

/** What makes the image behave as those of micromamba-docker do. */
function wiringLayer(
  plan: Plan,
  members: readonly BuiltMember[],
  environmentName: string,
  settings: LayerSettings,
): Promise<ImageLayer> {
  const { base, wanted } = plan
  const { platform, options } = wanted.inputs
  const certified = members.find(({ locked }) =>
    locked.resolved.lock.packages.some(({ name }) => name === 'ca-certificates'),
  )
  const wiring = {
    rootPrefix: base.rootPrefix,
    environments: members.map(({ activated }) => activated),
    defaults: { environmentName, executable: executableOf(base) },
    ...(certified && { certificates: `${certified.prefix}/ssl/cacert.pem` }),
  }
  const { digest: baseDigest } = base.image.pinned
  const { user } = options
  const inputs = { platform, user, key: wiringKey({ ...wiring, user: wanted.base.summary.user, baseDigest }) }
  return keyedLayer(plan, 'wiring', inputs, settings, async () => {
    const files = await base.files()
    return wire({ ...wiring, base: files, user: chooseUser(files, base.variables, user) })
  })
}

/** What belongs to no package: files whose winner another layer hides, what wheels replace, and the environments' own. */
function environmentLayer(members: readonly BuiltMember[], settings: LayerSettings): Promise<ImageLayer> {
  const directories = new Set<string>()
  async function* entries(): AsyncGenerator<LayerEntry> {
    for (const { contents, groups, locked, inputs, startCompiler } of members) {
      const { specs, variables } = inputs
      const time = new Date(fixedTime * 1000)
      const own = environmentFiles(locked.resolved.lock.packages, { time, specs, variables })
      let compiler: Compiler | undefined
      const start = async () => (compiler ??= await startCompiler())
      const files = overrides(contents, groups, start)
      const again = bytecodeOverrides(contents, start)
      try {
        yield* layerEntries(files, contents.context, settings.owner, directories)
        yield* layerEntries(own, contents.context, settings.owner, directories)
        yield* layerEntries(again, contents.context, settings.owner, directories)
      } finally {
        compiler?.close()
      }
    }
  }
  return buildLayer('environment', entries(), settings)
}

/** The variables of a micromamba-docker image; what the base says of language and micromamba stays. */
function contractVariables({ base, wanted }: Plan, environmentName: string): Record<string, string> {
  const { variables, rootPrefix } = base
  const { user } = wanted.base.summary
  return {
    MAMBA_USER: user.name,
    MAMBA_USER_ID: String(user.uid),
    MAMBA_USER_GID: String(user.gid),
    LANG: variables.get('LANG') ?? 'C.UTF-8',
    LC_ALL: variables.get('LC_ALL') ?? 'C.UTF-8',
    ENV_NAME: environmentName,
    MAMBA_ROOT_PREFIX: rootPrefix,
    MAMBA_EXE: executableOf(base),
  }
}

/** Where micromamba is in images on a base. */
function executableOf({ variables }: Base): string {
  return variables.get('MAMBA_EXE') ?? '/bin/micromamba'
}
