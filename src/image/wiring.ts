import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { digestOf, type Digest } from '../common/digest.ts'
import type { LayerEntry } from '../layers/types.ts'
import {
  formatActivation,
  formatDefaults,
  type ActivatedEnvironment,
  type ImageDefaults,
} from './activation.ts'
import type { BaseFiles } from '../base/base-files.ts'
import { hasBash } from '../base/check.ts'
import { editBashrc, editSystemFiles, profileScript, skeleton } from './bashrc.ts'
import { writeUser } from './user-files.ts'
import { Overlay } from './overlay.ts'
import type { ImageUser } from '../base/users.ts'

/** What the wiring of an image depends on. */
export interface Wiring {
  readonly base: BaseFiles
  readonly user: ImageUser
  readonly environments: readonly ActivatedEnvironment[]
  readonly defaults: ImageDefaults
  /** Absolute. */
  readonly rootPrefix: string
  /** A file of an environment to be the system's certificates where the base has none; absolute. */
  readonly certificates?: string
}

/** Those of `wiring/` by name, each with its place and mode in an image. */
const scripts = {
  '_entrypoint.sh': { path: 'usr/local/bin/_entrypoint.sh', mode: 0o755 },
  '_activate_current_env.sh': { path: 'usr/local/bin/_activate_current_env.sh', mode: 0o755 },
  '_dockerfile_shell.sh': { path: 'usr/local/bin/_dockerfile_shell.sh', mode: 0o755 },
  '_apptainer_shell.sh': { path: 'usr/local/bin/_apptainer_shell.sh', mode: 0o755 },
  '_dockerfile_initialize_user_accounts.sh': {
    path: 'usr/local/bin/_dockerfile_initialize_user_accounts.sh',
    mode: 0o755,
  },
  '_dockerfile_setup_root_prefix.sh': {
    path: 'usr/local/bin/_dockerfile_setup_root_prefix.sh',
    mode: 0o755,
  },
  'profile.sh': { path: profileScript, mode: 0o644 },
} as const
type ScriptName = keyof typeof scripts
const scriptNames = Object.keys(scripts) as ScriptName[] // the keys of a constant
const certificatesPath = 'etc/ssl/certs/ca-certificates.crt'

/** The paths of a base whose content `wire` and `chooseUser` look at. */
export function isWiringFile(path: string): boolean {
  return (
    /^etc\/(passwd|group|shadow|gshadow|os-release|arg_mamba_user|profile|bash\.bashrc|bashrc|skel\/.*)$/.test(
      path,
    ) ||
    path === 'usr/lib/os-release' ||
    /^home\/[^/]+\/\.[^/]+$/.test(path) ||
    posix.basename(path) === '.bashrc'
  )
}

/**
 * What makes an image behave as those of micromamba-docker do: the scripts of the wiring, the activation of each environment,
 * the user. On a base without bash, which could run none of the scripts, only what programs need: the user and a /tmp; a bash that the
 * environment brings changes nothing in that. Entries for the topmost layer, parents first, each at its resolved place in the base.
 */
export function wire({ base, user, environments, defaults, rootPrefix, certificates }: Wiring): LayerEntry[] {
  const layer = new Overlay(base)
  layer.directory(posix.dirname(rootPrefix))
  if (hasBash(base)) layScripts(layer, { base, user, environments, defaults, rootPrefix })
  // Programs look for it, and bases that are made by a list of files may lack it.
  else if (!base.get('tmp')) layer.directory('tmp', { mode: 0o1777 })
  writeUser(layer, base, user)
  if (hasBash(base)) editShellFiles(layer, base, user)
  if (certificates !== undefined && !base.get(certificatesPath)) layer.symlink(certificatesPath, certificates)
  return layer.entries
}

/** What activates, and what it reads. */
function layScripts(
  layer: Overlay,
  { base, user, environments, defaults, rootPrefix }: Omit<Wiring, 'certificates'>,
): void {
  for (const name of scriptNames)
    layer.file(scripts[name].path, readScript(name), { mode: scripts[name].mode })
  layer.file('usr/local/lib/micromamba-image/defaults', formatDefaults(defaults, rootPrefix))
  for (const environment of environments) {
    const path = `usr/local/lib/micromamba-image/${environment.name}.sh`
    layer.file(path, formatActivation(environment, rootPrefix))
  }
  if (base.text('etc/arg_mamba_user')?.trim() !== user.name) {
    layer.edit('etc/arg_mamba_user', `${user.name}\n`)
  }
}

/** Has the shells of a base activate. */
function editShellFiles(layer: Overlay, base: BaseFiles, user: ImageUser): void {
  editSystemFiles(layer, base)
  for (const bashrc of [`${skeleton}/.bashrc`, 'root/.bashrc']) editBashrc(layer, base, bashrc)
  // A service's user may have no home, and then needs none to run as.
  if (base.get(user.home) || user.home.startsWith('/home/')) {
    editBashrc(layer, base, `${user.home.slice(1)}/.bashrc`, user)
  }
}

/** micromamba for a base that has none, where upstream's images have it. */
export function micromambaEntries(base: BaseFiles, binary: Uint8Array): LayerEntry[] {
  const layer = new Overlay(base)
  layer.file('bin/micromamba', binary, { mode: 0o755 })
  return layer.entries
}

/** To be raised when `wire` gives something else for the same input, but for the scripts. */
const wiringFormat = 2

/** The hash of all that determines what `wire` gives, for a base of this digest. */
export function wiringKey(
  wiring: Omit<Wiring, 'base' | 'user'> & {
    readonly user: Pick<ImageUser, 'name' | 'uid' | 'gid' | 'home'>
    readonly baseDigest: Digest
  },
): Digest {
  const { baseDigest, user, environments, defaults, rootPrefix, certificates } = wiring
  const { name, uid, gid, home } = user
  return digestOf(
    JSON.stringify([
      wiringDigest(),
      baseDigest,
      [name, uid, gid, home],
      environments.map((environment) => [environment.name, environment.prefix, environment.variables]),
      [defaults.environmentName, defaults.executable ?? null],
      rootPrefix,
      certificates ?? null,
    ]),
  )
}

/** The hash of the wiring's own part in an image, whatever its base and its environments are. */
export function wiringDigest(): Digest {
  return digestOf(Buffer.concat([Buffer.from(`${wiringFormat}\n`), ...scriptNames.map(readScript)]))
}

/** The scripts lie in `wiring/`, two folders up from here, and from the bundle in `dist/main/` as well. */
function readScript(name: ScriptName): Buffer {
  // Not written as `new URL('…', import.meta.url)`, which the bundler would take for a file to copy.
  const here = import.meta.url
  return readFileSync(new URL(`../../wiring/${name}`, here))
}
