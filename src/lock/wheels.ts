import type { UserError } from '../common/errors.ts'
import { isRecord } from '../common/json.ts'
import type { Subdir } from '../common/platform.ts'
import type { Comment, WheelMarks } from './header.ts'
import { LineProblem } from './line-problem.ts'
import type { BuildSettings, LockedWheel } from './types.ts'
import { parseWheelLine } from './wheel-line.ts'

/**
 * Reads the lines of wheels.
 * @param marks what a header of ours says of them. What others lock is installed by address, all of it asked for: that is what
 *   conda-lock and micromamba do with their own lockfiles.
 * @throws UserError with the line of the first thing that is wrong
 */
export function readWheels(
  lines: readonly Comment[],
  platform: Subdir,
  marks: WheelMarks | undefined,
  refuse: (line: number, what: string, advice?: string) => UserError,
): LockedWheel[] {
  const [requested, direct] = [marks?.requested, marks?.direct].map(
    (of) => of && new Set(of.map(({ text }) => text)),
  )
  const settings = readSettings(marks?.settings ?? [], refuse)
  const wheels = lines.map(({ text, line }): LockedWheel => {
    try {
      const flags = (name: string) => ({
        requested: requested?.has(name) ?? true,
        direct: direct?.has(name) ?? true,
      })
      const wheel = parseWheelLine(text, platform, flags)
      const own = settings.get(wheel.name)
      return { ...wheel, ...(own && { settings: own.settings }), line }
    } catch (error) {
      if (!(error instanceof LineProblem)) throw error
      throw refuse(line, error.message, error.advice)
    }
  })
  const byName = uniqueByName(wheels, refuse)
  for (const { text, line } of [...(marks?.requested ?? []), ...(marks?.direct ?? [])]) {
    if (!byName.has(text)) throw refuse(line, `there is no wheel of '${text}' in it`)
  }
  for (const [name, { line }] of settings) {
    if (!byName.has(name)) throw refuse(line, `there is no wheel of '${name}' in it`)
  }
  return marks ? wheels : inOrderOfInstalling(wheels)
}

function readSettings(
  lines: readonly Comment[],
  refuse: (line: number, what: string) => UserError,
): Map<string, { readonly settings: BuildSettings; readonly line: number }> {
  return new Map(
    lines.map(({ text, line }) => {
      const [, name = '', json = ''] = /^(\S+) (.*)$/.exec(text) ?? []
      const settings = parseSettings(json)
      if (!settings) throw refuse(line, `'${text}' cannot be 'pip-config-settings'`)
      return [name, { settings, line }]
    }),
  )
}

function parseSettings(text: string): BuildSettings | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) && Object.values(value).every(isSetting) ? (value as BuildSettings) : undefined // as just seen
  } catch {
    return undefined
  }
}

function isSetting(value: unknown): boolean {
  const isText = (one: unknown) => typeof one === 'string'
  return isText(value) || (Array.isArray(value) && value.every(isText))
}

/** @throws UserError when two are of one name */
export function uniqueByName(
  wheels: readonly LockedWheel[],
  refuse: (line: number, what: string) => UserError,
): Map<string, LockedWheel> {
  const byName = new Map<string, LockedWheel>()
  for (const wheel of wheels) {
    const { name, line } = wheel
    const twin = byName.get(name)
    if (twin) throw refuse(line, `${name} stands here for the second time, after line ${twin.line}`)
    byName.set(name, wheel)
  }
  return byName
}

/** pip's, of packages whose dependencies it is not to look at: backwards (resolver.py, `get_installation_order`). */
export function inOrderOfInstalling<T extends { readonly name: string }>(wheels: readonly T[]): T[] {
  return [...wheels].sort((a, b) => (a.name < b.name ? 1 : a.name > b.name ? -1 : 0))
}
