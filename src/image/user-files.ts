import { posix } from 'node:path'
import { activating, skeleton } from './bashrc.ts'
import { hasBash } from '../base/check.ts'
import type { BaseFile, BaseFiles } from '../base/base-files.ts'
import type { Overlay } from './overlay.ts'
import {
  appendLine,
  editLines,
  formatGroup,
  formatLockedGroupShadow,
  formatLockedShadow,
  formatUser,
  parseGroup,
  parsePasswd,
  type User,
} from '../base/passwd.ts'
import { isOwnGroup, type ImageUser } from '../base/users.ts'

/** Upstream's homes can be written by everybody, so that `--user` with any number, whose HOME they become, has one. */
export const homeMode = 0o777

/** Lays what makes a base have the user: lines in its files of users and groups, and a home. */
export function writeUser(layer: Overlay, base: BaseFiles, user: ImageUser): void {
  const { formerly } = user
  if (user.exists) {
    // One that is elsewhere is a service's, and may be missing for a reason.
    if (!base.get(user.home) && user.home.startsWith('/home/')) writeHome(layer, base, user)
    return
  }
  if (formerly) renameUser(layer, base, formerly, user)
  else addUser(layer, base, user)
  if (formerly && formerly.home === user.home) ownHome(layer, base, user)
  else if (formerly) leaveHome(layer, base, formerly)
  writeHome(layer, base, user)
}

function addUser(layer: Overlay, base: BaseFiles, user: ImageUser): void {
  const { name, uid, gid, home } = user
  // Where there is no file, root has no name either.
  const shell = hasBash(base) ? '/bin/bash' : '/sbin/nologin'
  const root = { name: 'root', uid: 0, gid: 0, comment: 'root', home: '/root', shell, members: [] }
  const passwd = base.text('etc/passwd') ?? (uid === 0 ? '' : `${formatUser(root)}\n`)
  layer.edit('etc/passwd', appendLine(passwd, formatUser({ name, uid, gid, comment: '', home, shell })))
  if (base.get('etc/shadow')) edit('etc/shadow', formatLockedShadow(name))
  const group = base.text('etc/group') ?? `${formatGroup(root)}\n`
  if (parseGroup(group).some((one) => one.gid === gid)) {
    layer.edit('etc/group', group)
    return
  }
  layer.edit('etc/group', appendLine(group, formatGroup({ name, gid, members: [] })))
  if (base.get('etc/gshadow')) edit('etc/gshadow', formatLockedGroupShadow(name))

  function edit(path: string, line: string): void {
    layer.edit(path, appendLine(base.text(path) ?? '', line))
  }
}

/** As usermod --login --uid --gid and groupmod --new-name --gid do. */
function renameUser(layer: Overlay, base: BaseFiles, old: User, user: ImageUser): void {
  const { name, uid, gid, home } = user
  const renamed = (other: string | undefined) => (other === old.name ? name : (other ?? ''))
  const members = (list = '') => list.split(',').map(renamed).join(',')

  const groups = groupsOf(base)
  const rest = groups.filter((group) => !isOwnGroup(group, old))
  const isTaken = rest.some((group) => group.name === name || group.gid === gid)
  const group = isTaken ? undefined : groups.find((group) => isOwnGroup(group, old))
  const groupName = (other = '') => (group && other === group.name ? name : other)
  const isNew = !group && !rest.some((other) => other.gid === gid)

  const edit = (path: string, change: (fields: readonly string[]) => readonly string[], more = '') => {
    const text = base.text(path)
    if (text === undefined) return
    const edited = editLines(text, change)
    layer.edit(path, more === '' ? edited : appendLine(edited, more))
  }
  edit('etc/passwd', (fields) => {
    const [first, password = '', , , comment = '', , shell = ''] = fields
    return first === old.name ? [name, password, `${uid}`, `${gid}`, comment, home, shell] : fields
  })
  edit('etc/shadow', ([first, ...others]) => [renamed(first), ...others])
  edit(
    'etc/group',
    (fields) => {
      const [first, password = '', id = '', list] = fields
      if (fields.length !== 4) return fields
      return [groupName(first), password, first === group?.name ? `${gid}` : id, members(list)]
    },
    isNew ? formatGroup({ name, gid, members: [] }) : '',
  )
  edit(
    'etc/gshadow',
    (fields) => {
      const [first, password = '', administrators, list] = fields
      if (fields.length !== 4) return fields
      return [groupName(first), password, members(administrators), members(list)]
    },
    isNew ? formatLockedGroupShadow(name) : '',
  )
}

function groupsOf(base: BaseFiles) {
  return parseGroup(base.text('etc/group') ?? '')
}

/** Gives the user what is in a home that stays; only of files that were not read the owner cannot be changed. */
function ownHome(layer: Overlay, base: BaseFiles, user: ImageUser): void {
  const { home } = user
  const present = base.get(home)
  if (present) layer.own(home, present, user)
  for (const [name, file] of base.below(home)) {
    const content = name === '.bashrc' && file.content && Buffer.from(activating(file.content.toString()))
    layer.own(`${home}/${name}`, content ? { ...file, content } : file, user)
  }
}

/**
 * Takes away a home that nobody has any more, if it holds nothing but what a new one has too. Anything else in it stays where it is:
 * it could not be moved without its content, which was not read.
 */
function leaveHome(layer: Overlay, base: BaseFiles, { name, home }: User): void {
  const isShared = parsePasswd(base.text('etc/passwd') ?? '').some(
    (other) => other.name !== name && (other.home === home || other.home.startsWith(`${home}/`)),
  )
  const isOwn = posix.dirname(home) === '/home' && base.get(home)?.type === 'directory'
  if (!isOwn || isShared) return
  const isSkeleton = base.below(home).every(([path, file]) => isSame(file, base.get(`${skeleton}/${path}`)))
  if (isSkeleton) layer.remove(home)
}

function isSame(file: BaseFile, model: BaseFile | undefined): boolean {
  if (file.type !== model?.type) return false
  if (file.type === 'directory') return true
  return file.content !== undefined && model.content?.equals(file.content) === true
}

/** A home as useradd makes it, of what is in /etc/skel. */
function writeHome(layer: Overlay, base: BaseFiles, { home, uid, gid }: ImageUser): void {
  const owner = { uid, gid }
  layer.directory(home, { mode: uid === 0 ? 0o700 : homeMode, ...owner })
  for (const [name, { type, mode, target, content }] of base.below(skeleton)) {
    const path = `${home.slice(1)}/${name}`
    if (base.get(path)) continue
    if (type === 'directory') layer.directory(path, { mode, ...owner })
    else if (type === 'symlink') layer.symlink(path, target ?? '', owner)
    else if (content)
      layer.file(path, name === '.bashrc' && hasBash(base) ? activating(content.toString()) : content, {
        mode,
        ...owner,
      })
  }
}
