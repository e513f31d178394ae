import { parse, TomlError } from 'smol-toml'
import { UserError } from '../common/errors.ts'
import { foreignText } from '../common/foreign.ts'

/** A table of a TOML file whose keys are asked for by their types. What is not asked for may be there. */
export interface Table {
  /** Where it begins, as far as that is known. */
  readonly line: number
  has(key: string): boolean
  /** @throws UserError when it is there and is no text; so do the others for what they ask for */
  text(key: string): string | undefined
  required(key: string): string
  texts(key: string): string[]
  table(key: string): Table | undefined
  tables(key: string): Table[]
  /** The keys whose values are texts, with these. */
  entries(): [key: string, value: string][]
  /** Where a text stands in it, as far as that is known. */
  lineOf(text?: string): number
  /** @returns an error at the line of the table, or of a text in it */
  refuse(what: string, advice?: string, text?: string): UserError
}

/** What nests deeper is made to do harm. */
const maxDepth = 50

/**
 * Opens a TOML file.
 * @param array the name of a list of tables at the top, whose lines are to be known
 * @throws UserError with the line of what is not TOML
 */
export function openToml(text: string, file: string, array: string): Table {
  const lines = text.split('\n')
  const header = new RegExp(`^\\s*\\[\\[\\s*(["']?)${array}\\1\\s*\\]\\]`)
  const headers = lines.flatMap((line, index) => (header.test(line) ? [index + 1] : []))
  const values = parsed(text, file)
  // The parser does not say where values stand. Where a text has lines like headers, no line is better than a wrong one.
  const items: unknown = values[array]
  const known = Array.isArray(items) && items.length === headers.length ? headers : []
  return tableOf(values, '', 1)

  function tableOf(content: Readonly<Record<string, unknown>>, path: string, line: number): Table {
    const value = (key: string): unknown => (Object.hasOwn(content, key) ? content[key] : undefined)
    const refuse = (what: string, advice?: string, near?: string) =>
      new UserError(what, { at: { file, line: lineOf(line, near) }, advice })
    const wrong = (key: string, what: string) =>
      refuse(`'${foreignText(path + key)}' is not ${what}`, undefined, key)
    const text = (key: string) => {
      const found = value(key)
      if (found === undefined || typeof found === 'string') return found
      throw wrong(key, 'a text')
    }
    return {
      line,
      has: (key) => value(key) !== undefined,
      text,
      required(key) {
        const found = text(key)
        if (found !== undefined) return found
        throw refuse(`there is no '${path}${key}'`)
      },
      texts(key) {
        const found = value(key) ?? []
        if (Array.isArray(found) && found.every((one) => typeof one === 'string')) return found
        throw wrong(key, 'a list of texts')
      },
      table(key) {
        const found = value(key)
        if (found === undefined) return undefined
        if (isTable(found)) return tableOf(found, `${path}${key}.`, line)
        throw wrong(key, 'a table')
      },
      tables(key) {
        const found = value(key) ?? []
        if (!Array.isArray(found) || !found.every(isTable)) throw wrong(key, 'a list of tables')
        return found.map((one, index) =>
          tableOf(one, `${path}${key}.`, (path === '' && key === array ? known[index] : undefined) ?? line),
        )
      },
      entries: () =>
        Object.entries(content).flatMap(([key, one]): [string, string][] =>
          typeof one === 'string' ? [[key, one]] : [],
        ),
      lineOf: (near) => lineOf(line, near),
      refuse,
    }
  }

  /** Of the first line with the text as a key, a value, or the end of an address, up to the next table. */
  function lineOf(from: number, near: string | undefined): number {
    if (near === undefined || near === '') return from
    const end = known.find((line) => line > from) ?? lines.length + 1
    const whole = new RegExp(`(?:^|[\\s'"/\\\\])${RegExp.escape(near)}(?:$|[\\s'"#?=])`)
    const index = lines.slice(from - 1, end - 1).findIndex((line) => whole.test(line))
    return from + Math.max(index, 0)
  }
}

function parsed(text: string, file: string): Record<string, unknown> {
  try {
    return parse(text, { maxDepth, integersAsBigInt: 'asNeeded' })
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const [what = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n')
    throw new UserError(`it is not TOML: ${foreignText(what)}`, { at: { file, line: error.line } })
  }
}

/** Dates are objects too. */
function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}
