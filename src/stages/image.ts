import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Request } from '../action/request.ts'
import type { Compiler } from '../bytecode/bytecode.ts'
import { digestOf } from '../common/digest.ts'
import { UserError } from '../common/errors.ts'
import { formatPlatform } from '../common/platform.ts'
import { assembleImage, fingerprintAnnotation } from '../image/assemble.ts'
import { asOwn, type Image, type ImageLayer } from '../oci/image.ts'
import { chooseUser } from '../base/users.ts'
import { micromambaEntries, wire, wiringKey } from '../image/wiring.ts'
import {
  buildLayer,
  bytecodeOverrides,
  layerEntries,
  layerKeyAnnotation,
  overrides,
  type LayerSettings,
} from '../layers/build.ts'
import { compressorName } from '../layers/compress.ts'
import { fixedTime, packerFormat } from '../layers/reproducible.ts'
import type { LayerEntry } from '../layers/types.ts'
import { installMicromamba } from '../micromamba/install.ts'
import { environmentFiles } from '../prefix/environment-files.ts'
import { exportedByActivation } from './activation.ts'
import { applicationLayer } from './application.ts'
import { withOrigin } from './fingerprint.ts'
import type { Plan } from './groups.ts'
import type { PackageStore } from './packages.ts'
import { layPackages, type LaidMember } from './prefix.ts'
import type { Workshop } from './workshop.ts'

/**
 * The image for one platform. On the base lie, what changes least at the bottom: micromamba, the wiring, each environment's
 * packages, what belongs to no package, the application.
 */
export async function makeImage(
  request: Request,
  plan: Plan,
  store: PackageStore,
  workshop: Workshop,
): Promise<Image> {
  const { draft, ground, owner } = plan
  const { base, summary } = ground
  const settings: LayerSettings = {
    owner,
    compression: request.compression,
    directory: join(workshop.scratch, draft.platform.subdir),
  }
  await mkdir(settings.directory, { recursive: true })

  const laid: LaidMember[] = []
  for (const member of plan.members) {
    laid.push(await layPackages(request, member, base.rootPrefix, settings, store, workshop))
  }
  const layers = [
    ...(await micromambaLayer(request, plan, settings)),
    await wiringLayer(request, plan, laid, settings),
    ...laid.flatMap((member) => member.layers),
    await environmentLayer(laid, settings),
    ...(await applicationLayer(request, plan, laid, settings)),
  ]
  for (const layer of layers) void workshop.uploader?.add(layer)

  const activeName = defaultName(request, laid)
  const environment = contractVariables(plan, activeName)
  return assembleImage(base.image, layers, draft.platform, {
    user: request.userNumeric ? String(summary.user.uid) : summary.user.name,
    environment,
    start: request.start,
    ...(request.start.activation === 'everywhere' && {
      activated: await activatedVariables(request, plan, laid, activeName, environment),
    }),
    labels: withOrigin(request, request.labels),
    created: new Date(fixedTime * 1000).toISOString().replace('.000', ''),
    annotations: {
      ...withOrigin(request, request.annotations),
      ...ground.annotations,
      [fingerprintAnnotation]: draft.fingerprint,
    },
  })
}

/** What the image's ENV has so that every process has the default environment. */
async function activatedVariables(
  { start }: Request,
  { ground: { base } }: Plan,
  members: readonly LaidMember[],
  name: string,
  contract: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const member = members.find((candidate) => candidate.name === name)
  if (!member) return {}
  const variables = new Map([...base.variables, ...Object.entries(contract), ...Object.entries(start.env)])
  return exportedByActivation(member, base, variables)
}

/** The environment that containers activate unless they are told another. */
function defaultName({ environmentName }: Request, members: readonly LaidMember[]): string {
  const names = members.map(({ name }) => name)
  const wanted = environmentName ?? (names.includes('base') ? 'base' : (names[0] ?? 'base'))
  if (names.includes(wanted)) return wanted
  throw new UserError(`'${wanted}' is none of the environments`, {
    at: { input: 'environment-name' },
    advice: `There are ${names.join(', ')}.`,
  })
}

/** A layer that an earlier image may have: it is made only where that has none of its key. */
async function keyedLayer(
  { earlier }: Plan,
  title: string,
  inputs: unknown,
  settings: LayerSettings,
  entries: () => Promise<LayerEntry[]>,
): Promise<ImageLayer> {
  const { compression } = settings
  const key = digestOf(JSON.stringify([title, packerFormat, compressorName(compression), inputs]))
  const found = (await earlier.find([key])).get(key)
  const annotations = { [layerKeyAnnotation]: key }
  if (found) return asOwn(found, title, annotations)
  return buildLayer(title, await entries(), settings, annotations)
}

/** micromamba, for a base that has none. */
async function micromambaLayer(
  { micromamba }: Request,
  plan: Plan,
  settings: LayerSettings,
): Promise<ImageLayer[]> {
  const { draft, ground } = plan
  if (ground.summary.hasMicromamba) return []
  const { version, url, checksum } = micromamba
  const platform = formatPlatform(draft.platform)
  const inputs = [platform, ground.base.image.pinned.digest, version, url, checksum ?? null]
  const entries = async () => {
    const { path } = await installMicromamba(micromamba, draft.platform.subdir)
    return micromambaEntries(await ground.base.files(), await readFile(path))
  }
  return [await keyedLayer(plan, `micromamba ${version}`, inputs, settings, entries)]
}

/** What makes the image behave as those of micromamba-docker do. */
function wiringLayer(
  request: Request,
  plan: Plan,
  members: readonly LaidMember[],
  settings: LayerSettings,
): Promise<ImageLayer> {
  const { base, summary } = plan.ground
  const certified = members.find(({ resolved }) =>
    resolved.lock.packages.some(({ name }) => name === 'ca-certificates'),
  )
  const wiring = {
    rootPrefix: base.rootPrefix,
    environments: members.map(({ activated }) => activated),
    ...(certified && { certificates: `${certified.prefix}/ssl/cacert.pem` }),
  }
  const baseDigest = base.image.pinned.digest
  const inputs = [
    formatPlatform(plan.draft.platform),
    request.user ?? null,
    wiringKey({ ...wiring, user: summary.user, baseDigest }),
  ]
  return keyedLayer(plan, 'wiring', inputs, settings, async () => {
    const files = await base.files()
    return wire({ ...wiring, base: files, user: chooseUser(files, base.variables, request.user) })
  })
}

/** What belongs to no package: files whose winner another layer hides, and the environments' own. */
function environmentLayer(members: readonly LaidMember[], settings: LayerSettings): Promise<ImageLayer> {
  const directories = new Set<string>()
  async function* entries(): AsyncGenerator<LayerEntry> {
    for (const { survey, groups, resolved, environment, startCompiler } of members) {
      const own = environmentFiles(resolved.lock.packages, {
        time: new Date(fixedTime * 1000),
        specs: resolved.lock.header?.specs,
        variables: environment?.variables ?? {},
      })
      yield* layerEntries(overrides(survey, groups), survey.context, settings.owner, directories)
      yield* layerEntries(own, survey.context, settings.owner, directories)
      let compiler: Compiler | undefined
      const again = bytecodeOverrides(survey, async () => (compiler = await startCompiler()))
      try {
        yield* layerEntries(again, survey.context, settings.owner, directories)
      } finally {
        compiler?.close()
      }
    }
  }
  return buildLayer('environment', entries(), settings)
}

/** The variables of a micromamba-docker image; what the base says of language and micromamba stays. */
function contractVariables({ ground }: Plan, environmentName: string): Record<string, string> {
  const { variables, rootPrefix } = ground.base
  const { user } = ground.summary
  return {
    MAMBA_USER: user.name,
    MAMBA_USER_ID: String(user.uid),
    MAMBA_USER_GID: String(user.gid),
    LANG: variables.get('LANG') ?? 'C.UTF-8',
    LC_ALL: variables.get('LC_ALL') ?? 'C.UTF-8',
    ENV_NAME: environmentName,
    MAMBA_ROOT_PREFIX: rootPrefix,
    MAMBA_EXE: variables.get('MAMBA_EXE') ?? '/bin/micromamba',
  }
}
