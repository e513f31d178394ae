import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as core from '@actions/core'
import { fileNameOf } from '../common/platform.ts'
import { assembleImage, fingerprintAnnotation } from '../image/assemble.ts'
import { literalLines } from '../image/environment.ts'
import { runGroups } from '../image/run-lines.ts'
import { onlyLabelsDiffer, type Labelled } from '../image/labels.ts'
import { excludeAnnotation, type LayerSettings, type MadeLayer } from '../layers/build.ts'
import { fixedTime } from '../layers/reproducible.ts'
import { parseConfig } from '../oci/config.ts'
import type { Image } from '../oci/image.ts'
import { exportedByActivation } from './activation.ts'
import { applicationLayer } from './application.ts'
import type { RunContext } from './context.ts'
import { chooseActive } from './environments.ts'
import { checkImports } from './exclude-check.ts'
import { buildMember } from './build-place.ts'
import { areRun, chooseLinkScripts, linkScriptLayer, theLinkScripts } from './link-scripts.ts'
import { contractVariables, environmentLayer, micromambaLayer, wiringLayer } from './own-layers.ts'
import { layersOf, type BuiltMember } from './package-layers.ts'
import type { PackageStore } from './packages.ts'
import type { Plan } from './plan.ts'
import { runLayer } from './run.ts'
import { createSteps, type ChangeFacts, type StepLayer, type Steps } from './steps.ts'
import { hasMicromamba } from './wanted.ts'
import { refuseLinkScriptsWithoutBash } from './without-bash.ts'

/** The label of an image that says that there is no micromamba in it. */
const micromambaLabel = 'io.github.micromamba-image.micromamba'

/**
 * The image for one platform. On the base lie micromamba, which images share, each environment's packages and wheels, the wiring, what belongs
 * to no package, what link scripts made, wheels of the workspace's own folders, the application, what commands made.
 */
export async function makeImage(plan: Plan, store: PackageStore, context: RunContext): Promise<Image> {
  const { options, platform } = plan.wanted.inputs
  const settings: LayerSettings = {
    owner: plan.owner,
    compression: options.compression,
    directory: join(context.scratch, fileNameOf(platform)),
  }
  await mkdir(settings.directory, { recursive: true })
  const { layers } = plan.base.image
  const steps = createSteps({ layers, platform }, plan.earlier, settings, context)
  try {
    const image = await makeLayers(plan, settings, steps, store, context)
    tellChangingLabels(plan.earlier.image, image)
    return image
  } finally {
    // What is still to be removed does not hold up what is to be pushed.
    context.closing.push(steps.close())
  }
}

async function makeLayers(
  plan: Plan,
  settings: LayerSettings,
  steps: Steps,
  store: PackageStore,
  context: RunContext,
): Promise<Image> {
  const { wanted, base, owner } = plan
  const { inputs, base: prepared } = wanted
  const { options, platform } = inputs
  const { start } = options
  const { user, hasBash } = prepared.summary
  // A base that runs as a number goes on to do so.
  const isNumeric =
    options.userNumeric || (!hasBash && !options.user && /^[1-9]/.test(base.image.config.config?.User ?? ''))

  const members: BuiltMember[] = []
  // On other layers scripts are run again; on the same ones what they made is in the earlier image.
  const isOther = plan.members.some(({ groups }) =>
    groups.some(({ earlier, candidate }) => !earlier && !candidate),
  )
  const onNext = ({ layer, facts }: MadeLayer) => {
    steps.foresee(layer)
    if (isOther && hasBash && areRun(facts.scripted, options.linkScripts)) steps.begin(owner, theLinkScripts)
  }
  const lowest = await micromambaLayer(plan, settings, context)
  for (const layer of lowest) steps.foresee(layer)
  for (const member of plan.members) {
    members.push(await buildMember(member, plan, settings, store, context, onNext))
  }
  const activeName = chooseActive(
    inputs.environments.map(({ name }) => name),
    options.environmentName,
  )
  const toRun = members.map(({ contents }) => chooseLinkScripts(contents.scripted(), options.linkScripts))
  if (!hasBash) refuseLinkScriptsWithoutBash(toRun.flat(), prepared.pinned)
  // Where no script of the wiring can run, nothing else activates.
  const isInEnv = start.activation === 'everywhere' || (!hasBash && start.activation !== 'none')
  const environment = contractVariables(plan, activeName)
  const layers = [
    ...lowest,
    ...layersOf(members, { ofFolders: false }),
    await wiringLayer(plan, members, activeName, settings),
    await environmentLayer(members, settings),
  ]

  const changes: ChangeFacts[] = []
  const excluded = options.exclude ? { [excludeAnnotation]: options.exclude.join('\n') } : undefined
  const without = hasMicromamba(wanted) ? undefined : { [micromambaLabel]: 'none' }
  const assemble = (activated?: Readonly<Record<string, string>>): Image =>
    assembleImage(base.image, layers, platform, {
      user: isNumeric ? String(user.uid) : user.name,
      environment,
      start,
      ...(!hasBash && { isWired: false }),
      ...(activated && { activated }),
      labels: { ...options.labels, ...excluded, ...without },
      created: new Date(fixedTime * 1000).toISOString().replace('.000', ''),
      annotations: {
        ...options.annotations,
        ...prepared.annotations,
        ...excluded,
        [fingerprintAnnotation]: wanted.fingerprint,
      },
    })
  const activate = async () =>
    isInEnv ? activatedVariables(plan, members, activeName, environment, changes, context) : undefined
  const put = (step: StepLayer) => {
    layers.push(step.layer)
    changes.push(step.changes)
  }
  const variables = { ...Object.fromEntries(base.variables), ...environment }
  for (const [index, member] of members.entries()) {
    const scripted = toRun[index] ?? []
    if (scripted.length === 0) continue
    const step = { member, scripted, variables, image: assemble() }
    put(await linkScriptLayer(step, plan, steps, context))
  }
  // As conda installs before pip does, link scripts find none of them, and are not run again when one changes.
  layers.push(...layersOf(members, { ofFolders: true }))
  layers.push(...(await applicationLayer(plan, members, settings)))
  for (const commands of runGroups(options.run)) {
    put(await runLayer(commands, assemble(await activate()), plan, steps, context))
  }
  for (const layer of layers) void context.uploader?.add(layer)
  const image = assemble(await activate())
  if (options.excludeCheck) await checkImports(members, image, plan, steps, store, context)
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
  const parsed = parseConfig(config.bytes.toString())
  const own = { [fingerprintAnnotation]: '', [excludeAnnotation]: '' }
  return {
    config: {
      ...parsed,
      config: {
        ...parsed.config,
        Labels: { ...parsed.config?.Labels, [excludeAnnotation]: '', [micromambaLabel]: '' },
      },
    },
    annotations: { ...annotations, ...own },
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
    wanted.base.summary.hasBash ? undefined : wanted.base.pinned,
  )
}
