import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { digestOf, type Digest } from '../common/digest.ts'
import type { LayerEntry } from '../layers/types.ts'
import { formatActivation, type ActivatedEnvironment } from './activation.ts'
import type { BaseFiles } from './base-files.ts'
import { appendLine, formatGroup, formatLockedShadow, formatUser } from './passwd.ts'
import type { ImageUser } from './users.ts'

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
const bashrcLine = '. /usr/local/bin/_activate_current_env.sh'
const certificatesPath = 'etc/ssl/certs/ca-certificates.crt'

/** The paths of a base whose content `wire` and `chooseUser` look at. */
export function isWiringFile(path: string): boolean {
  return (
    /^etc\/(passwd|group|shadow|gshadow|os-release|arg_mamba_user|skel\/\.bashrc)$/.test(path) ||
    path === 'usr/lib/os-release' ||
    /^(root|home\/[^/]+)\/\.bashrc$/.test(path)
  )
}

/**
 * What makes an image behave as those of micromamba-docker do: the scripts of the wiring, the activation of each environment,
 * the user. Entries for the topmost layer, parents first, each at its resolved place in the base.
 */
export function wire({ base, user, environments, rootPrefix, certificates }: Wiring): LayerEntry[] {
  const layer = new Overlay(base)
  layer.directory(posix.dirname(rootPrefix.slice(1)))
  for (const name of scripts) layer.file(`usr/local/bin/${name}`, readScript(name), { mode: 0o755 })
  for (const environment of environments) {
    layer.file(`usr/local/lib/micromamba-image/${environment.name}.sh`, formatActivation(environment))
  }
  layer.file('etc/arg_mamba_user', `${user.name}\n`)
  if (!user.exists) addUser(layer, base, user)
  const skeleton = withActivation(base.text('etc/skel/.bashrc') ?? '')
  layer.file('etc/skel/.bashrc', skeleton)
  layer.file('root/.bashrc', withActivation(base.text('root/.bashrc') ?? ''))
  const owner = { uid: user.uid, gid: user.gid }
  const home = user.home.slice(1)
  layer.directory(home, { mode: 0o755, ...owner })
  layer.file(
    `${home}/.bashrc`,
    user.exists ? withActivation(base.text(`${home}/.bashrc`) ?? '') : skeleton,
    owner,
  )
  if (certificates !== undefined && !base.get(certificatesPath)) layer.symlink(certificatesPath, certificates)
  return layer.entries
}

/** micromamba for a base that has none, where upstream's images have it. */
export function micromambaEntries(base: BaseFiles, binary: Uint8Array): LayerEntry[] {
  const layer = new Overlay(base)
  layer.file('bin/micromamba', binary, { mode: 0o755 })
  return layer.entries
}

function addUser(layer: Overlay, base: BaseFiles, { name, uid, gid, home }: ImageUser): void {
  const add = (path: string, line: string, mode: number) => {
    const text = base.text(path)
    const { uid, gid } = base.get(path) ?? { uid: 0, gid: 0 }
    if (text !== undefined || path !== 'etc/shadow')
      layer.file(path, appendLine(text ?? '', line), { mode, uid, gid })
  }
  add('etc/passwd', formatUser({ name, uid, gid, comment: '', home, shell: '/bin/bash' }), 0o644)
  add('etc/group', formatGroup({ name, gid, members: [] }), 0o644)
  add('etc/shadow', formatLockedShadow(name), base.get('etc/shadow')?.mode ?? 0o640)
}

/** A .bashrc that activates; upstream's do already, by a line much like ours. */
function withActivation(bashrc: string): string {
  return bashrc.includes('_activate_current_env.sh') ? bashrc : appendLine(bashrc, bashrcLine)
}

/** The hash of the scripts, which are part of what an image is made from. */
export function wiringDigest(): Digest {
  return digestOf(Buffer.concat(scripts.map(readScript)))
}

/** The scripts lie in `wiring/`, two folders up from here, and from the bundle in `dist/main/` as well. */
function readScript(name: (typeof scripts)[number]): Buffer {
  // Not written as `new URL('…', import.meta.url)`, which the bundler would take for a file to copy.
  const here = import.meta.url
  return readFileSync(new URL(`../../wiring/${name}`, here))
}

interface Attributes {
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
}

/** Entries on top of a base: what they need of directories that the base lacks is added. */
class Overlay {
  readonly entries: LayerEntry[] = []
  readonly #base: BaseFiles
  readonly #added = new Set<string>()

  constructor(base: BaseFiles) {
    this.#base = base
  }

  file(path: string, content: string | Uint8Array, attributes: Attributes = {}): void {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    this.#place(path, (entry) => ({
      ...entry,
      type: 'file',
      mode: 0o644,
      size: bytes.length,
      content: bytes,
      ...attributes,
    }))
  }

  symlink(path: string, target: string): void {
    this.#place(path, (entry) => ({ ...entry, type: 'symlink', target }))
  }

  /** Nothing when the base has the directory. */
  directory(path: string, attributes: Attributes = {}): void {
    if (path === '' || path === '.' || this.#base.get(path)?.type === 'directory' || this.#added.has(path))
      return
    this.#added.add(path)
    this.#place(path, (entry) => ({ ...entry, type: 'directory', mode: 0o755, ...attributes }))
  }

  #place(path: string, make: (entry: { path: string; uid: number; gid: number }) => LayerEntry): void {
    this.directory(posix.dirname(path))
    this.entries.push(make({ path: this.#base.place(path), uid: 0, gid: 0 }))
  }
}
