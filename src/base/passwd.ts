/** A line of /etc/passwd, passwd(5). */
export interface User {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly comment: string
  readonly home: string
  readonly shell: string
}

/** A line of /etc/group, group(5). */
export interface Group {
  readonly name: string
  readonly gid: number
  readonly members: readonly string[]
}

/** The users of a passwd file; lines that are none (comments, NIS) are left out. */
export function parsePasswd(text: string): User[] {
  return fieldsOf(text, 7).map(([name = '', , uid, gid, comment = '', home = '', shell = '']) => ({
    name,
    uid: Number(uid),
    gid: Number(gid),
    comment,
    home,
    shell,
  }))
}

export function formatUser({ name, uid, gid, comment, home, shell }: User): string {
  return [name, 'x', uid, gid, comment, home, shell].join(':')
}

/** The groups of a group file, as `parsePasswd`. */
export function parseGroup(text: string): Group[] {
  return fieldsOf(text, 4).map(([name = '', , gid, members = '']) => ({
    name,
    gid: Number(gid),
    members: members === '' ? [] : members.split(','),
  }))
}

export function formatGroup({ name, gid, members }: Group): string {
  return [name, 'x', gid, members.join(',')].join(':')
}

/** A line of /etc/shadow for a user whose password is locked and never ages, shadow(5). */
export function formatLockedShadow(name: string): string {
  return `${name}:!:1::::::`
}

/** A line of /etc/gshadow for a group that nobody can join with a password, gshadow(5). */
export function formatLockedGroupShadow(name: string): string {
  return `${name}:!::`
}

/** A file with a line more; every other byte stays. */
export function appendLine(text: string, line: string): string {
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`
}

/**
 * A file with some of its lines changed; every other byte stays.
 * @param edit gets the fields of each line, and gives those that shall stand there
 */
export function editLines(text: string, edit: (fields: readonly string[]) => readonly string[]): string {
  return text
    .split('\n')
    .map((line) => edit(line.split(':')).join(':'))
    .join('\n')
}

function fieldsOf(text: string, count: number): string[][] {
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length === count && /^\d+$/.test(fields[2] ?? ''))
}
