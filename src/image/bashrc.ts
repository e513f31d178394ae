import type { BaseFiles } from '../base/base-files.ts'
import type { Overlay } from './overlay.ts'
import { appendLine } from '../base/passwd.ts'
import type { ImageUser } from '../base/users.ts'

/** What homes are made of. */
export const skeleton = 'etc/skel'

const line = 'source /usr/local/bin/_activate_current_env.sh'

/** Makes a .bashrc activate; one of the user's that the base has not is like that of /etc/skel. */
export function editBashrc(layer: Overlay, base: BaseFiles, path: string, owner?: ImageUser): void {
  const present = base.get(path)
  // What could not be read cannot be added to.
  if (present && !present.content) return
  const text = base.text(path) ?? (owner && base.text(`${skeleton}/.bashrc`)) ?? ''
  layer.edit(path, activating(text), owner && { uid: owner.uid, gid: owner.gid })
}

/** What login shells source of the wiring. */
export const profileScript = 'etc/profile.d/zz-micromamba-image.sh'

/** What interactive shells read before a .bashrc, which a volume over the home, or a uid without one, takes away. */
const systemBashrcs = [
  // Where Debian's bash looks, and that of most others.
  'etc/bash.bashrc',
  // Where Fedora's homes and its /etc/profile look.
  'etc/bashrc',
]

/** Makes shells activate whatever is in the home: those that are interactive, and login shells. */
export function editSystemFiles(layer: Overlay, base: BaseFiles): void {
  const present = systemBashrcs.filter((path) => base.get(path))
  for (const path of present.length > 0 ? present : systemBashrcs.slice(0, 1)) editBashrc(layer, base, path)
  // Fedora's bash reads no file of the system's. The home of a uid that has none is /.
  if (!base.get('etc/bash.bashrc') && base.get('etc/bashrc')) editBashrc(layer, base, '.bashrc')
  const profile = base.get('etc/profile')
  if (profile && !profile.content) return
  const text = profile?.content?.toString() ?? ''
  if (!text.includes('/etc/profile.d')) layer.edit('etc/profile', appendLine(text, `. /${profileScript}`))
}

/** A .bashrc that activates; upstream's do already, by the same line. */
export function activating(bashrc: string): string {
  return bashrc.includes('_activate_current_env.sh') ? bashrc : appendLine(bashrc, line)
}
