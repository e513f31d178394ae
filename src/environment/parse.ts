import { basename, extname } from 'node:path'
import { isMap } from 'yaml'
import { canonicalChannel, ChannelProblem, expandVariables } from './channel.ts'
import { secretsIn, withoutCredentials } from './credentials.ts'
import { advice as asUtf8, isUndecoded } from './decode.ts'
import { isEmpty, openDocument, textOf, writtenText, type Field, type Source } from './document.ts'
import { foreignByKeys } from './foreign.ts'
import { readList, type ReadLine } from './pip/list.ts'
import { physicalLines } from './pip/logical-lines.ts'
import { packageOfSpec } from './spec.ts'
import { selectors, type Channel, type Environment, type Selector, type Spec } from './types.ts'

/** Something odd that does not keep the file from being used. */
export interface Warning {
  readonly message: string
  readonly line: number
}

/**
 * Reads the text of an environment file the way micromamba does (libmamba's install.cpp, `read_yaml_file`), but
 * refuses what micromamba would pass over in silence.
 * @param file the path for errors; its stem is the name of an environment that has none
 * @param variables what `$NAME` in channels stands for, and `${NAME}` in lines for pip
 * @returns also the lines for pip, of whose files nothing is read yet
 * @throws UserError with the line of the first thing that is wrong
 */
export function parseEnvironment(
  text: string,
  file: string,
  variables: NodeJS.ProcessEnv,
): { environment: Environment; warnings: Warning[]; pip: ReadLine[] } {
  const source = openDocument(text, file)
  const fields = source.fields()
  refuseStrayPip(source, fields.get('pip'))
  const unknown = [...fields]
    .filter(([key]) => !known.has(key))
    .map(([key, { line }]) => ({ message: `'${key}' means nothing here and is left out`, line }))
  const set = readVariables(source, fields.get('variables'))
  const { channels, noDefaults, secrets } = readChannels(source, fields.get('channels'), variables)
  const { specs, pip, warnings } = readDependencies(source, fields, file, variables)
  const inSpecs = specs.flatMap(({ text: spec }) => secretsIn(spec))
  return {
    environment: {
      file,
      ...readName(source, fields.get('name'), file),
      channels,
      noDefaults,
      specs,
      ...(pip.length > 0 && { pip: { lines: pip.map(({ line }) => line), files: [] } }),
      variables: set.variables,
      secrets: [...new Set([...secrets, ...inSpecs, ...pip.flatMap((line) => line.secrets)])],
    },
    warnings: [...unknown, ...warnings, ...set.warnings],
    pip,
  }
}

/** `prefix` is where the environment was when conda exported it, which says nothing of the image. */
const known = new Set(['name', 'channels', 'dependencies', 'variables', 'prefix'])

/** Whether it is a name that can be used is for those to say who use it: the only environment of an image does not. */
function readName(
  source: Source,
  field: Field | undefined,
  file: string,
): Pick<Environment, 'name' | 'nameLine'> {
  const stem = basename(file, extname(file))
  if (field === undefined || isEmpty(field.value)) return { name: stem }
  const name = writtenText(field.value)?.trim()
  if (name === undefined) throw source.refuse(field.line, `'name' is not a name for an environment`)
  return { name: name || stem, nameLine: field.line }
}

/** @throws UserError for text that was not decoded */
function decoded(source: Source, text: string, line: number): string {
  if (isUndecoded(text)) throw source.refuse(line, 'it holds bytes that are not UTF-8', asUtf8)
  return text
}

function readChannels(source: Source, field: Field | undefined, variables: NodeJS.ProcessEnv) {
  const written = field === undefined ? [] : source.items(field, 'channels')
  const secrets: string[] = []
  const channels = written.map(({ value, line }): Channel => {
    const text = textOf(value)
    if (!text) throw source.refuse(line, 'a channel is a name or an address')
    try {
      const expanded = expandVariables(decoded(source, text, line), variables)
      secrets.push(...expanded.secrets, ...secretsIn(expanded.text))
      return { source: expanded.text, canonical: canonicalChannel(expanded.text), line }
    } catch (error) {
      if (!(error instanceof ChannelProblem)) throw error
      throw source.refuse(line, `the channel '${withoutCredentials(text)}' cannot be used: ${error.message}`)
    }
  })
  return {
    channels: channels.filter(({ canonical }) => canonical !== 'nodefaults'),
    noDefaults: channels.some(({ canonical }) => canonical === 'nodefaults'),
    secrets,
  }
}

/** Beside `dependencies` neither conda nor micromamba look at it. */
function refuseStrayPip(source: Source, field: Field | undefined): void {
  if (field === undefined || isEmpty(field.value)) return
  throw source.refuse(
    field.line,
    "'pip:' stands beside 'dependencies', where conda and micromamba pass over it",
    "Put it into the list: below 'dependencies:', - pip: with the lines for pip below that.",
  )
}

function readDependencies(
  source: Source,
  fields: ReadonlyMap<string, Field>,
  file: string,
  variables: NodeJS.ProcessEnv,
) {
  const field = fields.get('dependencies')
  if (field === undefined) {
    const foreign = foreignByKeys(fields)
    if (foreign) throw source.refuse(1, foreign.what, foreign.advice)
    throw source.refuse(
      1,
      "there is no 'dependencies'",
      'Write `dependencies: []` for an environment without packages.',
    )
  }
  const specs: Spec[] = []
  const pip: ReadLine[] = []
  const warnings: Warning[] = []
  let forPip: Field | undefined
  const refuse = (...of: Parameters<Source['refuse']>) => source.refuse(...of)
  for (const item of source.items(field, 'dependencies')) {
    if (!isMap(item.value)) {
      specs.push(readSpec(source, item))
      continue
    }
    for (const [key, entry] of source.fields(item.value)) {
      const selector = selectorOf(key)
      if (key === 'pip') {
        const lines = source.items(entry, 'pip').flatMap((line) => textForPip(source, line))
        pip.push(...readList(lines, file, variables, refuse))
        forPip ??= entry
        if (lines.length === 0) warnings.push({ message: emptyPip, line: entry.line })
      } else if (selector) specs.push({ ...readSpec(source, entry), selector })
      else {
        throw source.refuse(
          entry.line,
          `'${key}:' is no kind of dependency`,
          `There are 'pip:' and ${selectors.map((name) => `'sel(${name}):'`).join(', ')}; a version follows = or a space.`,
        )
      }
    }
  }
  // As micromamba does (install.cpp, `read_yaml_file`); with pip the solver brings a python.
  const isAsked = specs.some((spec) => spec.selector === undefined && packageOfSpec(spec.text) === 'pip')
  if (forPip && pip.length > 0 && !isAsked) specs.push({ text: 'pip', line: forPip.line })
  return { specs, pip, warnings }
}

/** micromamba fails on one, "bad conversion"; conda does not, and there is but one thing that it can mean. */
const emptyPip = "'pip:' is empty, so nothing is installed by pip; micromamba would refuse the file"

/** A text of several lines is several lines to pip. */
function textForPip(source: Source, { value, line }: Field) {
  const text = textOf(value)
  if (text === undefined) {
    throw source.refuse(
      line,
      isEmpty(value) ? "a line of 'pip:' is empty" : "a line of 'pip:' is not text",
      "Write a package and its version, 'flask==3.0', or an option, '--index-url https://…'; in quotes, where it has ': '.",
    )
  }
  return physicalLines(text).map((part) => ({ text: part.text, line }))
}

function readSpec(source: Source, { value, line }: Field): { text: string; line: number } {
  const text = textOf(value)
  if (text === '' || isEmpty(value)) throw source.refuse(line, 'a dependency is empty')
  if (text === undefined) {
    throw source.refuse(line, 'a dependency is not text', 'Write a package and its version: - python=3.12')
  }
  if (/\p{Cc}/u.test(text)) throw source.refuse(line, 'a dependency goes over several lines')
  return { text: decoded(source, text, line), line }
}

function selectorOf(key: string): Selector | undefined {
  return selectors.find((name) => key === `sel(${name})`)
}

/**
 * As micromamba reads them. Activation makes their names upper case, and leaves out those that a shell can have no variable of;
 * that much is warned of.
 */
function readVariables(source: Source, field: Field | undefined) {
  const variables: Record<string, string> = {}
  const warnings: Warning[] = []
  if (field === undefined || isEmpty(field.value)) return { variables, warnings }
  if (!isMap(field.value))
    throw source.refuse(field.line, "'variables' is not a map", 'Write each as NAME: value.')
  const lines = new Map<string, number>()
  for (const [name, { value, line }] of source.fields(field.value)) {
    const text = writtenText(value)
    if (text === undefined)
      throw source.refuse(line, `the variable '${name}' has no value`, `Write "" for none.`)
    if (text.includes('\0')) throw source.refuse(line, `the variable '${name}' holds a NUL`)
    variables[decoded(source, name, line)] = decoded(source, text, line)
    const problem = nameProblem(name, lines)
    if (problem !== undefined) warnings.push({ message: `${problem}. ${asTheyAre}`, line })
    lines.set(name.toUpperCase(), line)
  }
  return { variables, warnings }
}

const asTheyAre = "The input 'env' sets variables by the very names that are given."

/** @param before the names that there are, in upper case, with their lines */
function nameProblem(name: string, before: ReadonlyMap<string, number>): string | undefined {
  const exported = name.toUpperCase()
  const twin = before.get(exported)
  if (!/^[A-Z_][A-Z0-9_]*$/.test(exported)) {
    return `No shell can export a variable '${name}', so activation leaves it out`
  }
  if (twin !== undefined)
    return `'${name}' is ${exported} once activated, as the one in line ${twin} is, and counts`
  return name === exported ? undefined : `'${name}' is ${exported} once the environment is activated`
}
