import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { UserError } from './errors.ts'
import { formatBytes } from './format.ts'

/** What is known of a file besides what the system says of it. */
export interface FileUnderWay {
  readonly file?: string
  /** Bytes that it will have, or about. */
  readonly needed?: number
}

/** Where a job's files are, by the variables that name the places. */
const places = ['RUNNER_TEMP', 'RUNNER_TOOL_CACHE', 'GITHUB_WORKSPACE'] as const

/**
 * What is wrong with a disk, where a file system refused something because of its state or of who asks.
 * @returns undefined for every other error
 */
export function describeDiskError(
  error: unknown,
  { file, needed }: FileUnderWay = {},
): { what: string; advice: string } | undefined {
  if (!isSystemError(error)) return undefined
  const path = file ?? error.dest ?? error.path
  const place = path === undefined ? 'a file' : nameOf(path)
  if (error.code === 'ENOSPC') {
    const full = path ?? fullestPlace()
    const where = path === undefined && full !== undefined ? `${place} in ${nameOf(full)}` : place
    return { what: `there is no room left for ${where}${roomAt(full, needed)}`, advice: moreRoom }
  }
  if (error.code === 'EDQUOT') {
    return { what: `the quota of this user is used up at ${place}${wanted(needed)}`, advice: moreRoom }
  }
  if (error.code === 'EROFS') return { what: `${place} is on a disk that is read-only`, advice: otherPlace }
  // Programs and sockets are refused so too.
  const isOfFile = path !== undefined && !/^(spawn|connect|bind|listen)/.test(error.syscall ?? '')
  if (!isOfFile || (error.code !== 'EACCES' && error.code !== 'EPERM')) return undefined
  return { what: `this user may not do that to ${place}: ${error.message}`, advice: otherPlace }
}

/** The user's error for what `describeDiskError` describes. */
export function diskError(error: unknown, about?: FileUnderWay): UserError | undefined {
  const described = describeDiskError(error, about)
  return described && new UserError(described.what, { advice: described.advice, cause: error })
}

const moreRoom =
  'Free some of it, for instance by removing what the runner has preinstalled, or use a runner with a larger disk.'
const otherPlace = 'Make it writable for the user of the job, or name another place.'

function isSystemError(error: unknown): error is NodeJS.ErrnoException & { readonly dest?: string } {
  return typeof error === 'object' && error !== null && 'code' in error && 'syscall' in error
}

function nameOf(path: string): string {
  const variable = places.find((name) => path.startsWith(process.env[name] ?? '\0'))
  return `'${path}'${variable === undefined ? '' : ` (in ${variable})`}`
}

/** Where a write found no room that the system does not name the file of: it does so for what is open already. */
function fullestPlace(): string | undefined {
  const rooms = places.flatMap((name) => {
    const path = process.env[name]
    try {
      if (!path) return []
      const { bavail, bsize } = statfsSync(path)
      return [{ path, room: bavail * bsize }]
    } catch {
      return []
    }
  })
  return rooms.sort((a, b) => a.room - b.room)[0]?.path
}

function roomAt(path: string | undefined, needed: number | undefined): string {
  for (let above = path; above !== undefined; above = dirname(above) === above ? undefined : dirname(above)) {
    try {
      const { bavail, blocks, bsize } = statfsSync(above)
      return `: ${formatBytes(bavail * bsize)} of ${formatBytes(blocks * bsize)} are free${wanted(needed)}`
    } catch {
      // It is not there; what is above it may be.
    }
  }
  return wanted(needed)
}

function wanted(needed: number | undefined): string {
  return needed === undefined ? '' : `, and it takes about ${formatBytes(needed)}`
}
