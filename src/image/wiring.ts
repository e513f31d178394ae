import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { digestOf, type Digest } from '../common/digest.ts'
import type { LayerEntry } from '../layers/types.ts'
import { formatActivation, type ActivatedEnvironment } from './activation.ts'
import type { BaseFiles } from '../base/base-files.ts'
import { editBashrc, skeleton } from './bashrc.ts'
import { layUser } from './lay-user.ts'
import { Overlay } from './overlay.ts'
import type { ImageUser } from '../base/users.ts'

/** What the wiring of an image depends on. */
export interface Wiring {
  readonly base: BaseFiles
  readonly user: ImageUser
  readonly environments: readonly ActivatedEnvironment[]
  /** Absolute. */
  readonly rootPrefix: string
  /** A file of an environment to be the system's certificates where the base has none; absolute. */
  readonly certificates?: string
}

const scripts = ['_entrypoint.sh', '_activate_current_env.sh', '_dockerfile_shell.sh'] as const
const certificatesPath = 'etc/ssl/certs/ca-certificates.crt'

/** The paths of a base whose content `wire` and `chooseUser` look at. */
export function isWiringFile(path: string): boolean {
  return (
    /^etc\/(passwd|group|shadow|gshadow|os-release|arg_mamba_user|skel\/.*)$/.test(path) ||
    path === 'usr/lib/os-release' ||
    /^home\/[^/]+\/\.[^/]+$/.test(path) ||
    posix.basename(path) === '.bashrc'
  )
}

/**
 * What makes an image behave as those of micromamba-docker do: the scripts of the wiring, the activation of each environment,
 * the user. Entries for the topmost layer, parents first, each at its resolved place in the base.
 */
export function wire({ base, user, environments, rootPrefix, certificates }: Wiring): LayerEntry[] {
  const layer = new Overlay(base)
  layer.directory(posix.dirname(rootPrefix))
  for (const name of scripts) layer.file(`usr/local/bin/${name}`, readScript(name), { mode: 0o755 })
  for (const environment of environments) {
    const path = `usr/local/lib/micromamba-image/${environment.name}.sh`
    layer.file(path, formatActivation(environment, rootPrefix))
  }
  if (base.text('etc/arg_mamba_user')?.trim() !== user.name) {
    layer.edit('etc/arg_mamba_user', `${user.name}\n`)
  }
  layUser(layer, base, user)
  for (const bashrc of [`${skeleton}/.bashrc`, 'root/.bashrc']) editBashrc(layer, base, bashrc)
  // A service's user may have no home, and then needs none to run as.
  if (base.get(user.home) || user.home.startsWith('/home/')) {
    editBashrc(layer, base, `${user.home.slice(1)}/.bashrc`, user)
  }
  if (certificates !== undefined && !base.get(certificatesPath)) layer.symlink(certificatesPath, certificates)
  return layer.entries
}

/** micromamba for a base that has none, where upstream's images have it. */
export function micromambaEntries(base: BaseFiles, binary: Uint8Array): LayerEntry[] {
  const layer = new Overlay(base)
  layer.file('bin/micromamba', binary, { mode: 0o755 })
  return layer.entries
}

/** To be raised when `wire` lays something else for the same input, but for the scripts. */
const wiringFormat = 1

/** The hash of all that determines what `wire` lays, for a base of this digest. */
export function wiringKey(
  wiring: Omit<Wiring, 'base' | 'user'> & {
    readonly user: Pick<ImageUser, 'name' | 'uid' | 'gid' | 'home'>
    readonly baseDigest: Digest
  },
): Digest {
  const { baseDigest, user, environments, rootPrefix, certificates } = wiring
  const { name, uid, gid, home } = user
  return digestOf(
    JSON.stringify([
      wiringDigest(),
      baseDigest,
      [name, uid, gid, home],
      environments.map((environment) => [environment.name, environment.prefix, environment.variables]),
      rootPrefix,
      certificates ?? null,
    ]),
  )
}

/** The hash of the wiring's own part in an image, whatever its base and its environments are. */
export function wiringDigest(): Digest {
  return digestOf(Buffer.concat([Buffer.from(`${wiringFormat}\n`), ...scripts.map(readScript)]))
}

/** The scripts lie in `wiring/`, two folders up from here, and from the bundle in `dist/main/` as well. */
function readScript(name: (typeof scripts)[number]): Buffer {
  // Not written as `new URL('…', import.meta.url)`, which the bundler would take for a file to copy.
  const here = import.meta.url
  return readFileSync(new URL(`../../wiring/${name}`, here))
}
