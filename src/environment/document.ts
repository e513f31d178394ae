import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type ParsedNode,
} from 'yaml'
import { UserError } from '../common/errors.ts'

export type Node = ParsedNode | null

export interface Field {
  readonly value: Node
  readonly line: number
}

/** A YAML document whose nodes know their lines. */
export interface Source {
  /** The entries of a map, in the file's order; what its `<<` merges comes before its own. */
  fields(map?: Node): Map<string, Field>
  /** The items of a sequence; `what` is its name in the error. */
  items(field: Field, what: string): Field[]
  refuse(line: number | undefined, what: string, advice?: string): UserError
}

/** @throws UserError with the line of what is not YAML */
export function openDocument(text: string, file: string): Source {
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

  const targets = targetsIn(document)
  const resolved = (node: Node): Node => {
    if (!isAlias(node)) return node
    const target = targets.get(node)
    if (target === undefined) throw refuse(lineOf(node), `not YAML: nothing is called &${node.source}`)
    return target
  }

  /** Each map once: what is merged into two, and these into two others, would take for ever. */
  const known = new Map<Node, Map<string, Field>>()

  /** @param around the maps that are being merged, which cannot be merged into themselves */
  const fields = (map: Node, around: readonly Node[]): Map<string, Field> => {
    const node = resolved(map)
    const found = known.get(node)
    if (found) return found
    if (!isMap(node)) throw refuse(lineOf(map), "an environment file is a map with 'dependencies'")
    const merged = new Map<string, Field>()
    const own = new Map<string, Field>()
    for (const { key, value } of node.items) {
      if (!isScalar(key)) throw refuse(lineOf(key), 'a key is a piece of text')
      const field = { value: resolved(value), line: lineOf(key) }
      const name = writtenText(key) ?? ''
      const parts = name === '<<' && key.type === 'PLAIN' ? mergedMaps(field.value) : []
      if (parts.length === 0) own.set(name, field)
      for (const part of parts) {
        if (around.includes(part) || part === node) throw refuse(field.line, 'it merges a map into itself')
        for (const [inner, its] of fields(part, [...around, node])) {
          // YAML's merge type: of several maps, the earlier one counts.
          if (!merged.has(inner)) merged.set(inner, its)
        }
      }
    }
    const all = new Map([...merged, ...own])
    known.set(node, all)
    return all
  }

  const mergedMaps = (node: Node): Node[] => {
    const parts = isSeq(node) ? new Set(node.items.map(resolved)) : [node]
    return [...parts].every(isMap) ? [...parts] : []
  }

  return {
    refuse,
    fields: (map = document.contents) => fields(map, []),
    items({ value, line }, what) {
      // `channels:` with nothing after it is an empty list to conda and micromamba.
      if (value === null || isEmpty(value)) return []
      if (!isSeq(value)) throw refuse(line, `'${what}' is not a list`, `Write each on a line of its own: - …`)
      return value.items.map((item) => ({ value: resolved(item), line: lineOf(item) }))
    },
  }
}

/** What aliases stand for: the last node before them that is called so. The library looks through all of the document for each. */
function targetsIn(document: Document.Parsed): ReadonlyMap<ParsedNode, ParsedNode | undefined> {
  const named = new Map<string, ParsedNode>()
  const targets = new Map<ParsedNode, ParsedNode | undefined>()
  visit(document, {
    Node(_key, node) {
      // All nodes of a parsed document are parsed.
      if (isAlias(node)) targets.set(node as ParsedNode, named.get(node.source))
      else if (node.anchor !== undefined) named.set(node.anchor, node as ParsedNode)
    },
  })
  return targets
}

function lineText(text: string, position: number): string {
  const [line = ''] = text.slice(position).split('\n', 1)
  return line.split(':', 1)[0]?.trim() ?? line
}

/** A key with nothing after it. */
export function isEmpty(node: Node): boolean {
  return node === null || (isScalar(node) && node.value === null)
}

/** A string, trimmed; nothing else counts as one. */
export function textOf(node: Node): string | undefined {
  return isScalar(node) && typeof node.value === 'string' ? node.value.trim() : undefined
}

/** The text of any scalar as the file has it, `1.10` and `true` too: what yaml-cpp makes of one. */
export function writtenText(node: Node): string | undefined {
  if (!isScalar(node) || isEmpty(node)) return undefined
  return typeof node.value === 'string' ? node.value : node.source
}
