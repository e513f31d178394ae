import { readFile } from 'node:fs/promises'
import type { Compiler } from '../bytecode/bytecode.ts'
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
import { asOwn, type ImageLayer } from '../oci/image.ts'
import { exclusionOf } from '../prefix/exclude.ts'
import { environmentFiles } from '../prefix/environment-files.ts'
import type { RunContext } from './context.ts'
import type { BuiltMember } from './package-layers.ts'
import type { Plan } from './plan.ts'
import { checkSummary, userOf } from './prepared-base.ts'
import { hasMicromamba } from './wanted.ts'

/** The layers of an image that hold no packages, and what its ENV has: what makes it an image of ours. */

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

/** micromamba, for a base that has none, unless the image is to be without. */
export async function micromambaLayer(
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
export function wiringLayer(
  plan: Plan,
  members: readonly BuiltMember[],
  environmentName: string,
  settings: LayerSettings,
): Promise<ImageLayer> {
  const { base, wanted } = plan
  const { platform, options } = wanted.inputs
  const certificates = 'ssl/cacert.pem'
  const isLeftOut = exclusionOf(options.exclude ?? []).excludedBy(certificates) !== undefined
  const certified = members.find(
    ({ locked }) =>
      !isLeftOut && locked.resolved.lock.packages.some(({ name }) => name === 'ca-certificates'),
  )
  const executable = executableOf(plan)
  const wiring = {
    rootPrefix: base.rootPrefix,
    environments: members.map(({ activated }) => activated),
    defaults: { environmentName, ...(executable !== undefined && { executable }) },
    ...(certified && { certificates: `${certified.prefix}/${certificates}` }),
  }
  const { digest: baseDigest } = base.image.pinned
  const { user } = options
  const inputs = { platform, user, key: wiringKey({ ...wiring, user: wanted.base.summary.user, baseDigest }) }
  return keyedLayer(plan, 'wiring', inputs, settings, async () => {
    await checkSummary(wanted.base, base, user)
    const files = await base.files()
    return wire({ ...wiring, base: files, user: await userOf(base, user) })
  })
}

/** What belongs to no package: files whose winner another layer hides, what wheels replace, and the environments' own. */
export function environmentLayer(
  members: readonly BuiltMember[],
  settings: LayerSettings,
): Promise<ImageLayer> {
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
export function contractVariables(plan: Plan, environmentName: string): Record<string, string> {
  const { variables, rootPrefix } = plan.base
  const { user } = plan.wanted.base.summary
  const executable = executableOf(plan)
  return {
    MAMBA_USER: user.name,
    MAMBA_USER_ID: String(user.uid),
    MAMBA_USER_GID: String(user.gid),
    LANG: variables.get('LANG') ?? 'C.UTF-8',
    LC_ALL: variables.get('LC_ALL') ?? 'C.UTF-8',
    ENV_NAME: environmentName,
    MAMBA_ROOT_PREFIX: rootPrefix,
    ...(executable !== undefined && { MAMBA_EXE: executable }),
  }
}

/** Where micromamba is in an image. */
function executableOf(plan: Plan): string | undefined {
  return plan.base.variables.get('MAMBA_EXE') ?? (hasMicromamba(plan.wanted) ? '/bin/micromamba' : undefined)
}
