import { splitLines } from './csv.ts'
import { refusal } from './refusal.ts'

/** The entry points for which an installer makes scripts: what is to be called, by the script's name, as both are written. */
export interface ScriptEntryPoints {
  readonly console: ReadonlyMap<string, string>
  readonly gui: ReadonlyMap<string, string>
}

/** Characters of a line: more than any name and what it calls have. */
const longest = 4096

/**
 * Reads an entry_points.txt as importlib.metadata does, and with it pip: names keep their case, `#` begins a comment and `;` none, of
 * one name the last counts.
 * @param wheel for errors
 * @throws UserError for a line in a section that is no `name = value`
 */
export function parseEntryPoints(text: string, wheel: string): ScriptEntryPoints {
  const console = new Map<string, string>()
  const gui = new Map<string, string>()
  let section: string | undefined
  for (const line of splitLines(text).map((whole) => whole.trim())) {
    if (line === '' || line.startsWith('#')) continue
    if (line.startsWith('[') && line.endsWith(']')) {
      section = line.replace(/^[[\]]+|[[\]]+$/g, '')
      continue
    }
    if (section === undefined) continue
    const equals = line.indexOf('=')
    if (equals < 0 || line.length > longest) {
      throw refusal(wheel, `its entry_points.txt has the line ${JSON.stringify(line)}`)
    }
    const scripts = section === 'console_scripts' ? console : section === 'gui_scripts' ? gui : undefined
    scripts?.set(line.slice(0, equals).trim(), line.slice(equals + 1).trim())
  }
  return { console, gui }
}
