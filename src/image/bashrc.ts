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

/** A .bashrc that activates; upstream's do already, by the same line. */
export function activating(bashrc: string): string {
  return bashrc.includes('_activate_current_env.sh') ? bashrc : appendLine(bashrc, line)
}
