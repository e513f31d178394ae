import { parsePythonVersion } from '../lock/diff/python-versions.ts'
import { canonicalName } from '../environment/read.ts'
import type { Markers } from './markers.ts'
import { parseSpecifier } from './specifiers.ts'

/** What markers of a lockfile are evaluated against: those of any requirement, and what is to be installed of it. */
export interface MarkerValues {
  readonly markers: Markers
  readonly extras: ReadonlySet<string>
  readonly dependencyGroups: ReadonlySet<string>
}

/** What is wrong with a marker. */
export class MarkerProblem extends Error {}

/** A word of a marker: a variable by its name, a text in quotes, an operator, a bracket. */
interface Token {
  readonly kind: 'variable' | 'text' | 'operator' | 'joint' | 'open' | 'close'
  readonly value: string
}

const tokens = new RegExp(
  [
    String.raw`(?<text>'[^']*'|"[^"]*")`,
    String.raw`(?<operator>===|==|~=|!=|<=|>=|<|>|not[ \t]+in\b|in\b)`,
    String.raw`(?<joint>and\b|or\b)`,
    String.raw`(?<variable>[a-z][\w.]*)`,
    String.raw`(?<open>\()`,
    String.raw`(?<close>\))`,
  ].join('|'),
  'y',
)

/** Names from before PEP 508, which packaging still takes. */
const older = new Map([
  ['os.name', 'os_name'],
  ['sys.platform', 'sys_platform'],
  ['platform.version', 'platform_version'],
  ['platform.machine', 'platform_machine'],
  ['platform.python_implementation', 'platform_python_implementation'],
  ['python_implementation', 'platform_python_implementation'],
])

/** Of brackets in brackets; nobody writes that many. */
const deepest = 50

/**
 * Evaluates an environment marker (the specification "Dependency specifiers", with the sets `extras` and `dependency_groups` that
 * lockfiles have): `python_version >= "3.9" and "dev" in dependency_groups`.
 * @throws MarkerProblem for what is no marker, or compares what cannot be compared
 */
export function markerHolds(text: string, values: MarkerValues): boolean {
  const words = tokensOf(text)
  const next = (kind: Token['kind']) => (words[0]?.kind === kind ? words.shift()?.value : undefined)
  const holds = either(0)
  if (words[0]) throw new MarkerProblem(`'${words[0].value}' is not expected there`)
  return holds

  function either(depth: number): boolean {
    let holds = both(depth)
    while (words[0]?.kind === 'joint' && words[0].value === 'or') {
      words.shift()
      holds = both(depth) || holds
    }
    return holds
  }

  function both(depth: number): boolean {
    let holds = atom(depth)
    while (words[0]?.kind === 'joint' && words[0].value === 'and') {
      words.shift()
      holds = atom(depth) && holds
    }
    return holds
  }

  function atom(depth: number): boolean {
    if (next('open') !== undefined) {
      if (depth === deepest) throw new MarkerProblem('there are too many brackets in it')
      const holds = either(depth + 1)
      if (next('close') === undefined) throw new MarkerProblem('a bracket is not closed')
      return holds
    }
    const left = operand()
    const operator = next('operator')
    if (operator === undefined) throw new MarkerProblem(`nothing is asked of '${left.value}'`)
    return compare(left, operator, operand(), values)
  }

  function operand(): Token {
    const [word] = words
    if (word?.kind !== 'variable' && word?.kind !== 'text') {
      throw new MarkerProblem(word ? `'${word.value}' stands in the place of a value` : 'it ends too early')
    }
    words.shift()
    return word
  }
}

function tokensOf(text: string): Token[] {
  const found: Token[] = []
  tokens.lastIndex = 0
  for (let at = blanks(text, 0); at < text.length; at = blanks(text, tokens.lastIndex)) {
    tokens.lastIndex = at
    const groups: Readonly<Record<string, string | undefined>> = tokens.exec(text)?.groups ?? {}
    const [[kind, word] = []] = Object.entries(groups).filter(([, value]) => value !== undefined)
    if (kind === undefined || word === undefined) {
      throw new MarkerProblem(`'${text.slice(at, at + 20)}' is nothing that a marker has`)
    }
    const value =
      kind === 'text' ? word.slice(1, -1) : kind === 'operator' && word.startsWith('not') ? 'not in' : word
    found.push({ kind: kind as Token['kind'], value }) // the groups' names
  }
  return found
}

function blanks(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\t') at++
  return at
}

/** One of the two is a variable; a set stands on the right. */
function compare(left: Token, operator: string, right: Token, values: MarkerValues): boolean {
  if (left.kind === right.kind) {
    throw new MarkerProblem(
      `'${left.value} ${operator} ${right.value}' does not compare a variable with a text`,
    )
  }
  const set = right.kind === 'variable' ? setOf(right.value, values) : undefined
  if (set) {
    if (operator !== 'in' && operator !== 'not in') {
      throw new MarkerProblem(`'${right.value}' is a set, of which 'in' and 'not in' can be asked`)
    }
    const names = new Set([...set].map(canonicalName))
    return names.has(canonicalName(left.value)) === (operator === 'in')
  }
  return compareTexts(valueOf(left, values), operator, valueOf(right, values))
}

function setOf(name: string, { extras, dependencyGroups }: MarkerValues): ReadonlySet<string> | undefined {
  return name === 'extras' ? extras : name === 'dependency_groups' ? dependencyGroups : undefined
}

function valueOf({ kind, value }: Token, { markers }: MarkerValues): string {
  if (kind === 'text') return value
  const name = older.get(value) ?? value
  const known = Object.entries(markers).find(([key]) => key === name)
  if (known) return known[1]
  throw new MarkerProblem(`'${value}' is no variable that has a value in a lockfile`)
}

/** Versions are compared as such where both are; everything else is text, which has no order, as packaging has it (markers.py, `_operators`). */
function compareTexts(left: string, operator: string, right: string): boolean {
  const specifier = parseSpecifier(`${operator}${right}`)
  const version = parsePythonVersion(left)
  if (specifier && version) return specifier(version)
  switch (operator) {
    case 'in':
      return right.includes(left)
    case 'not in':
      return !right.includes(left)
    case '==':
    case '===':
    case '<=':
    case '>=':
      return left === right
    case '!=':
      return left !== right
    case '<':
    case '>':
      return false
    default:
      throw new MarkerProblem(`'${left}' and '${right}' are not versions, which '${operator}' compares`)
  }
}
