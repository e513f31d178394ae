import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Request } from '../action/request.ts'
import { digestOf } from '../common/digest.ts'
import { bytecodeFormat, Compiler } from '../bytecode/bytecode.ts'
import { UserError } from '../common/errors.ts'
import type { Platform } from '../common/platform.ts'
import type { ActivatedEnvironment } from '../image/activation.ts'
import { assembleImage, fingerprintAnnotation, layerBudget } from '../image/assemble.ts'
import type { Image, ImageLayer } from '../image/types.ts'
import { chooseUser, type ImageUser } from '../image/users.ts'
import { micromambaEntries, wire, wiringDigest } from '../image/wiring.ts'
import {
  buildLayer,
  buildLayers,
  bytecodeOverrides,
  chooseOwnLayer,
  groupPackages,
  layerEntries,
  overrides,
  type LayerGroup,
  type LayerSettings,
} from '../layers/build.ts'
import { copyEntries, copyFingerprint } from '../layers/copy.ts'
import { fixedTime, packerFormat } from '../layers/reproducible.ts'
import type { LayerEntry } from '../layers/types.ts'
import { installMicromamba } from '../micromamba/install.ts'
import { environmentFiles } from '../prefix/environment-files.ts'
import { checkPrefix, packageVariables, planPrefix, type PrefixPlan } from '../prefix/prefix.ts'
import { exportedByActivation } from './activation.ts'
import type { Base } from './base.ts'
import { pythonForBytecode } from './bytecode.ts'
import type { FetchedMember } from './packages.ts'
import type { Workshop } from './workshop.ts'

/** An environment that is ready to be laid: its packages read, their places known, their layers chosen. */
interface PlannedMember extends FetchedMember {
  readonly prefix: string
  readonly plan: PrefixPlan
  readonly groups: readonly LayerGroup[]
  readonly activated: ActivatedEnvironment
  /** The python that compiles here; absent when there is nothing to compile. */
  readonly compiler?: { readonly executable: string }
}

/** Layers for micromamba, for what belongs to no package, and for the application. */
const reservedLayers = 3

/** The image for one platform: each environment's layers on the base, and on them one of what belongs to no package. */
export async function makeImage(
  request: Request,
  platform: Platform,
  members: readonly FetchedMember[],
  base: Base,
  workshop: Workshop,
): Promise<Image> {
  const { scratch, uploader } = workshop
  const { rootPrefix } = base
  const { groupWritable } = request
  const user = chooseUser(base.files, base.variables, request.user)
  const planned = await planMembers(request, platform, members, base, workshop)
  const settings: LayerSettings = {
    owner: { uid: user.uid, gid: groupWritable ? 0 : user.gid, groupWritable },
    compression: request.compression,
    directory: join(scratch, platform.subdir),
  }

  const layers = await micromambaLayer(request, platform, base, settings)
  for (const { name, packages, plan, groups, compiler } of planned) {
    const directory = join(settings.directory, name)
    await mkdir(directory, { recursive: true })
    const made = await buildLayers(packages, plan, groups, { ...settings, directory, compiler }, (layer) => {
      void uploader?.add(layer)
    })
    layers.push(...made)
  }
  layers.push(await finishingLayer(planned, base, user, rootPrefix, settings))
  layers.push(...(await applicationLayer(request, base, user, planned, settings)))
  for (const layer of layers) void uploader?.add(layer)

  const activeName = defaultName(request, members)
  const environment = contractVariables(base, user, rootPrefix, activeName)
  return assembleImage(base.image, layers, platform, {
    user: request.userNumeric ? String(user.uid) : user.name,
    environment,
    start: request.start,
    ...(request.start.activation === 'everywhere' && {
      activated: await activatedVariables(request, planned, activeName, base, environment),
    }),
    labels: withOrigin(request, request.labels),
    created: new Date(fixedTime * 1000).toISOString().replace('.000', ''),
    annotations: {
      ...withOrigin(request, request.annotations),
      [fingerprintAnnotation]: await fingerprint(request, platform, members, base),
    },
  })
}

/** What the image's ENV has so that every process has the default environment. */
async function activatedVariables(
  { start }: Request,
  members: readonly PlannedMember[],
  name: string,
  base: Base,
  contract: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const member = members.find((candidate) => candidate.name === name)
  if (!member) return {}
  const variables = new Map([...base.variables, ...Object.entries(contract), ...Object.entries(start.env)])
  return exportedByActivation(member.activated, member.plan, base, variables)
}

/** The environment that containers activate unless they are told another. */
function defaultName({ environmentName }: Request, members: readonly FetchedMember[]): string {
  const names = members.map(({ name }) => name)
  const wanted = environmentName ?? (names.includes('base') ? 'base' : (names[0] ?? 'base'))
  if (names.includes(wanted)) return wanted
  throw new UserError(`'${wanted}' is none of the environments`, {
    at: { input: 'environment-name' },
    advice: `There are ${names.join(', ')}.`,
  })
}

async function planMembers(
  request: Request,
  platform: Platform,
  members: readonly FetchedMember[],
  base: Base,
  workshop: Workshop,
): Promise<PlannedMember[]> {
  const { rootPrefix } = base
  const budget = Math.floor((layerBudget - base.image.layers.length - reservedLayers) / members.length)
  const planned: PlannedMember[] = []
  for (const member of members) {
    const { name, packages, resolved } = member
    const prefix = name === 'base' ? rootPrefix : `${rootPrefix}/envs/${name}`
    const plan = await planPrefix(packages, { prefix, rootPrefix, bytecode: request.compilePyc })
    checkPrefix(plan, request.linkScripts)
    const groups = groupPackages(
      packages.map(({ locked }) => locked.name),
      ownLayersOf(member),
      Math.max(1, budget),
    )
    const variables = { ...(await packageVariables(plan)), ...member.environment?.variables }
    const titled = groups.map((group) =>
      name === 'base' ? group : { ...group, title: `${name}: ${group.title}` },
    )
    planned.push({
      ...member,
      prefix,
      plan,
      groups: titled,
      resolved,
      activated: { name, prefix, variables },
      compiler: await pythonForBytecode(request, platform, member, plan, workshop),
    })
  }
  return planned
}

function ownLayersOf({ resolved, packages }: FetchedMember): readonly string[] {
  const sizes = () => packages.map(({ locked: { name }, size }) => ({ name, size }))
  return resolved.lock.header?.ownLayer ?? chooseOwnLayer(sizes())
}

/** micromamba, for a base that has none. */
async function micromambaLayer(
  { micromamba }: Request,
  { subdir }: Platform,
  { files }: Base,
  settings: LayerSettings,
): Promise<ImageLayer[]> {
  await mkdir(settings.directory, { recursive: true })
  if (files.get('bin/micromamba')) return []
  const { path, version } = await installMicromamba(micromamba, subdir)
  return [await buildLayer(`micromamba ${version}`, micromambaEntries(files, await readFile(path)), settings)]
}

/** What belongs to no package: files whose winner another layer hides, the environments' own, and the wiring. */
async function finishingLayer(
  members: readonly PlannedMember[],
  base: Base,
  user: ImageUser,
  rootPrefix: string,
  settings: LayerSettings,
): Promise<ImageLayer> {
  const certified = members.find(({ resolved }) =>
    resolved.lock.packages.some(({ name }) => name === 'ca-certificates'),
  )
  const wiring = wire({
    base: base.files,
    user,
    rootPrefix,
    environments: members.map(({ activated }) => activated),
    ...(certified && { certificates: `${certified.prefix}/ssl/cacert.pem` }),
  })
  const directories = new Set<string>()
  async function* entries(): AsyncGenerator<LayerEntry> {
    for (const { plan, groups, resolved, environment, compiler } of members) {
      const { context } = plan
      const own = environmentFiles(resolved.lock.packages, {
        time: new Date(fixedTime * 1000),
        specs: resolved.lock.header?.specs,
        variables: environment?.variables ?? {},
      })
      yield* layerEntries(overrides(plan, groups), context, settings.owner, directories)
      yield* layerEntries(own, context, settings.owner, directories)
      if (!compiler) continue
      const python = new Compiler(compiler.executable)
      try {
        yield* layerEntries(bytecodeOverrides(plan, python), context, settings.owner, directories)
      } finally {
        python.close()
      }
    }
    yield* wiring
  }
  return buildLayer('environment and wiring', entries(), settings)
}

/** The files that the request copies into the image. */
async function applicationLayer(
  { copy, workspace, start }: Request,
  { files }: Base,
  { uid, gid, home }: ImageUser,
  members: readonly PlannedMember[],
  settings: LayerSettings,
): Promise<ImageLayer[]> {
  if (copy.length === 0) return []
  const entries = copyEntries(copy, {
    workspace,
    base: files,
    owner: { uid, gid },
    workdir: start.workdir ?? '/tmp',
    hasDirectory: directoriesOf(members, home),
  })
  return [await buildLayer('application', entries, settings)]
}

/** Whether the layers below the application's bring a directory; its path is relative to the image's root. */
function directoriesOf(members: readonly PlannedMember[], home: string): (path: string) => boolean {
  const directories = new Set<string>()
  const add = (path: string) => {
    for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
      directories.add(path.slice(0, slash))
    }
  }
  add(`${home.slice(1)}/.bashrc`)
  for (const { prefix, plan } of members) {
    for (const { paths } of plan.plans) for (const path of paths) add(`${prefix.slice(1)}/${path}`)
    add(`${prefix.slice(1)}/conda-meta/history`)
  }
  return (path) => directories.has(path)
}

/** The variables of a micromamba-docker image; what the base says of language and micromamba stays. */
function contractVariables(
  { variables }: Base,
  user: ImageUser,
  rootPrefix: string,
  environmentName: string,
): Record<string, string> {
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

/** What the user gave wins, and an empty value leaves a key out. */
function withOrigin({ origin }: Request, given: Readonly<Record<string, string>>): Record<string, string> {
  const all = Object.entries({ ...origin, ...given }).filter(([, value]) => value !== '')
  return Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The hash of all that determines the image, known before any of it is made. */
async function fingerprint(
  request: Request,
  { architecture }: Platform,
  members: readonly FetchedMember[],
  { image }: Base,
): Promise<string> {
  const {
    compression,
    labels,
    annotations,
    linkScripts,
    compilePyc,
    micromamba,
    start,
    user,
    userNumeric,
    groupWritable,
    copy,
    rootPrefix,
    environmentName,
  } = request
  return digestOf(
    JSON.stringify([
      packerFormat,
      image.pinned.digest,
      members.map((member) => [
        member.name,
        member.resolved.lock.packages.map(({ url, checksum }) => [url.href, checksum.hex]),
        member.resolved.lock.header?.specs ?? [],
        ownLayersOf(member),
        member.environment?.variables ?? {},
      ]),
      [
        architecture,
        compression,
        linkScripts,
        compilePyc && bytecodeFormat,
        micromamba.version,
        start,
        [user ?? null, userNumeric, groupWritable],
        rootPrefix ?? null,
        environmentName ?? null,
      ],
      [withOrigin(request, labels), withOrigin(request, annotations)],
      copy.length > 0 ? await copyFingerprint(copy, request) : null,
      wiringDigest(),
    ]),
  )
}
