import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { formatCsvRow } from '../../packages/wheel/csv.ts'
import type { RecordRow } from '../../packages/wheel/archive.ts'

/** The hash and the size of a file that is not as the wheel has it, as RECORD has them. */
export type RecordedContent = readonly [hash: string, size: string]

export function recordedContent(bytes: Uint8Array): RecordedContent {
  return [`sha256=${createHash('sha256').update(bytes).digest('base64url')}`, String(bytes.length)]
}

/** What was installed, with paths relative to the prefix. */
export interface Installed {
  /** The RECORD of the wheel. */
  readonly rows: readonly RecordRow[]
  /** Where each file of the wheel went, by its name there; without those that were left out. */
  readonly places: ReadonlyMap<string, string>
  /** Files of the wheel that were changed. */
  readonly changed: ReadonlyMap<string, RecordedContent>
  /** What the wheel does not have: scripts, INSTALLER and the like; one path may come twice. */
  readonly generated: readonly { readonly path: string; readonly bytes: Uint8Array }[]
  readonly bytecode: readonly string[]
}

/**
 * The RECORD of an installed wheel, as pip writes it (operations/install/wheel.py: `get_csv_rows_for_installed`). The wheel's rows stay, with the
 * paths that became of theirs; rows of files that were left out stay as they are. What the wheel's RECORD does not list, and
 * bytecode, has no hash.
 * @param directory that paths are relative to: site-packages
 */
export function formatInstalledRecord(
  { rows, places, changed, generated, bytecode }: Installed,
  directory: string,
): string {
  const relative = (path: string) => posix.relative(`/${directory}`, `/${path}`)
  const final = new Map([
    ...changed,
    ...generated.map(({ path, bytes }) => [path, recordedContent(bytes)] as const),
  ])
  const unlisted = new Map(places)
  const installed: string[][] = rows.map(([name, hash = '', size = '']) => {
    const path = unlisted.get(name)
    unlisted.delete(name)
    if (path === undefined) return [name, hash, size]
    const content = changed.has(path) ? final.get(path) : undefined
    return [relative(path), ...(content ?? [hash, size])]
  })
  for (const { path } of generated) installed.push([relative(path), ...(final.get(path) ?? [])])
  for (const path of [...unlisted.values(), ...bytecode]) installed.push([relative(path), '', ''])
  return installed.sort(compareRows).map(formatCsvRow).join('')
}

/** As python sorts tuples of strings: by code points, which UTF-8 keeps the order of. */
function compareRows(one: readonly string[], other: readonly string[]): number {
  for (const [position, field] of one.entries()) {
    const order = compareStrings(field, other[position] ?? '')
    if (order !== 0) return order
  }
  return 0
}

function compareStrings(one: string, other: string): number {
  return one === other ? 0 : Buffer.compare(Buffer.from(one), Buffer.from(other))
}
