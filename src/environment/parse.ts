import { basename, extname } from 'node:path'
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type ParsedNode,
} from 'yaml'
import { UserError } from '../common/errors.ts'
import { canonicalChannel, ChannelProblem, expandVariables } from './channel.ts'
import { secretsIn, withoutCredentials } from './credentials.ts'
import {
  selectors,
  type Channel,
  type Environment,
  type PipRequirement,
  type Selector,
  type Spec,
} from './types.ts'

/** Something odd that does not keep the file from being used. */
export interface Warning {
  readonly message: string
  readonly line: number
}

/**
 * Reads the text of an environment file the way micromamba does (libmamba's install.cpp, `read_yaml_file`), but
 * refuses what micromamba would pass over in silence.
 * @param file the path for errors; its stem is the name of an environment that has none
 * @param variables what `$NAME` in channels stands for
 * @throws UserError with the line of the first thing that is wrong
 */
export function parseEnvironment(
  text: string,
  file: string,
  variables: NodeJS.ProcessEnv,
): { environment: Environment; warnings: Warning[] } {
  const source = openDocument(text, file)
  const fields = source.fields()
  const warnings = [...fields]
    .filter(([key]) => !known.has(key))
    .map(([key, { line }]) => ({ message: `'${key}' means nothing here and is left out`, line }))
  const { channels, noDefaults, secrets } = readChannels(source, fields.get('channels'), variables)
  const { specs, pip } = readDependencies(source, fields.get('dependencies'))
  return {
    environment: {
      file,
      name: readName(source, fields.get('name')) ?? basename(file, extname(file)),
      channels,
      noDefaults,
      specs,
      pip,
      variables: readVariables(source, fields.get('variables')),
      secrets: [...new Set([...secrets, ...specs.flatMap(({ text: spec }) => secretsIn(spec))])],
    },
    warnings,
  }
}

/** `prefix` is where the environment was when conda exported it, which says nothing of the image. */
const known = new Set(['name', 'channels', 'dependencies', 'variables', 'prefix'])

type Node = ParsedNode | null
interface Field {
  readonly value: Node
  readonly line: number
}

/** A YAML document whose nodes know their lines. */
interface Source {
  /** The entries of a map, in the file's order. */
  fields(map?: Node): Map<string, Field>
  /** The items of a sequence; `what` is its name in the error. */
  items(field: Field, what: string): Field[]
  refuse(line: number | undefined, what: string, advice?: string): UserError
}

function openDocument(text: string, file: string): Source {
  const lines = new LineCounter()
  const document: Document.Parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const lineOf = (node: Node) => (node ? lines.linePos(node.range[0]).line : 1)
  const refuse = (line: number | undefined, what: string, advice?: string) =>
    new UserError(what, { at: { file, line }, advice })

  const [error] = document.errors
  if (error) {
    const { line } = lines.linePos(error.pos[0])
    if (/^\s*@EXPLICIT\s*$/m.test(text)) {
      throw refuse(
        line,
        'this is a lockfile, not an environment file',
        "Give it as 'lock-file', with lock-mode: frozen.",
      )
    }
    throw refuse(
      line,
      error.code === 'DUPLICATE_KEY'
        ? `the key '${lineText(text, error.pos[0])}' stands here for the second time`
        : `not YAML: ${error.message}`,
    )
  }

  const resolved = (node: Node): Node => {
    if (!isAlias(node)) return node
    // An alias in a parsed document stands for one of its parsed nodes.
    const target = node.resolve(document) as ParsedNode | undefined
    if (target === undefined) throw refuse(lineOf(node), `not YAML: nothing is called &${node.source}`)
    return target
  }
  return {
    refuse,
    fields(map = document.contents) {
      const node = resolved(map)
      if (!isMap(node)) throw refuse(lineOf(map), "an environment file is a map with 'dependencies'")
      return new Map(
        node.items.map(({ key, value }): [string, Field] => {
          if (!isScalar(key) || typeof key.value !== 'string') {
            throw refuse(lineOf(key), 'a key is a piece of text')
          }
          return [key.value, { value: resolved(value), line: lineOf(key) }]
        }),
      )
    },
    items({ value, line }, what) {
      // `channels:` with nothing after it is an empty list to conda and micromamba.
      if (value === null || isEmpty(value)) return []
      if (!isSeq(value)) throw refuse(line, `'${what}' is not a list`, `Write each on a line of its own: - …`)
      return value.items.map((item) => ({ value: resolved(item), line: lineOf(item) }))
    },
  }
}

function lineText(text: string, position: number): string {
  const [line = ''] = text.slice(position).split('\n', 1)
  return line.split(':', 1)[0]?.trim() ?? line
}

/** A key with nothing after it. */
function isEmpty(node: Node): boolean {
  return node === null || (isScalar(node) && node.value === null)
}

/** A string, trimmed; nothing else counts as one. */
function textOf(node: Node): string | undefined {
  return isScalar(node) && typeof node.value === 'string' ? node.value.trim() : undefined
}

/** The text of any scalar as the file has it, `1.10` and `true` too: what yaml-cpp makes of one. */
function writtenText(node: Node): string | undefined {
  if (!isScalar(node) || isEmpty(node)) return undefined
  return typeof node.value === 'string' ? node.value : node.source
}

function readName(source: Source, field: Field | undefined): string | undefined {
  if (field === undefined || isEmpty(field.value)) return undefined
  const name = writtenText(field.value)?.trim()
  if (name === undefined || !/^[^\s/\\:#]+$/.test(name) || /^\.+$/.test(name)) {
    throw source.refuse(
      field.line,
      `'name' is not a name for an environment`,
      'Use letters, digits, _, - and dots.',
    )
  }
  return name
}

function readChannels(source: Source, field: Field | undefined, variables: NodeJS.ProcessEnv) {
  const written = field === undefined ? [] : source.items(field, 'channels')
  const secrets: string[] = []
  const channels = written.map(({ value, line }): Channel => {
    const text = textOf(value)
    if (!text) throw source.refuse(line, 'a channel is a name or an address')
    try {
      const expanded = expandVariables(text, variables)
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

function readDependencies(source: Source, field: Field | undefined) {
  if (field === undefined) {
    throw source.refuse(
      1,
      "there is no 'dependencies'",
      'Write `dependencies: []` for an environment without packages.',
    )
  }
  const specs: Spec[] = []
  const pip: PipRequirement[] = []
  for (const item of source.items(field, 'dependencies')) {
    if (!isMap(item.value)) {
      specs.push(readSpec(source, item))
      continue
    }
    for (const [key, entry] of source.fields(item.value)) {
      const selector = selectorOf(key)
      if (key === 'pip') pip.push(...source.items(entry, 'pip').map((line) => readSpec(source, line)))
      else if (selector) specs.push({ ...readSpec(source, entry), selector })
      else {
        throw source.refuse(
          entry.line,
          `'${key}:' is no kind of dependency`,
          `There are 'pip:' and ${selectors.map((name) => `'sel(${name}):'`).join(', ')}; a version follows = or a space.`,
        )
      }
    }
  }
  return { specs, pip }
}

function readSpec(source: Source, { value, line }: Field): { text: string; line: number } {
  const text = textOf(value)
  if (text === '' || isEmpty(value)) throw source.refuse(line, 'a dependency is empty')
  if (text === undefined) {
    throw source.refuse(line, 'a dependency is not text', 'Write a package and its version: - python=3.12')
  }
  if (/\p{Cc}/u.test(text)) throw source.refuse(line, 'a dependency goes over several lines')
  return { text, line }
}

function selectorOf(key: string): Selector | undefined {
  return selectors.find((name) => key === `sel(${name})`)
}

function readVariables(source: Source, field: Field | undefined): Record<string, string> {
  if (field === undefined || isEmpty(field.value)) return {}
  if (!isMap(field.value))
    throw source.refuse(field.line, "'variables' is not a map", 'Write each as NAME: value.')
  const entries = [...source.fields(field.value)].map(([name, { value, line }]) => {
    if (!/^[A-Za-z_]\w*$/.test(name))
      throw source.refuse(line, `'${name}' cannot name an environment variable`)
    const text = writtenText(value)
    if (text === undefined)
      throw source.refuse(line, `the variable '${name}' has no value`, `Write "" for none.`)
    if (text.includes('\0')) throw source.refuse(line, `the variable '${name}' holds a NUL`)
    return [name, text] as const
  })
  return Object.fromEntries(entries)
}
