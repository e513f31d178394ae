import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'

/** An input as action.yml declares it. */
export interface ActionInput {
  readonly description: string
  /** Without expressions, which only a runner can evaluate. */
  readonly default: string
}

/** The inputs of an action by name, in the order of the file. */
export async function readInputs(actionFile: string | URL): Promise<Map<string, ActionInput>> {
  const { inputs = {} } = parse(await readFile(actionFile, 'utf8')) as {
    inputs?: Record<string, { description?: string; default?: string } | null>
  } // action.yml is ours, and its defaults are quoted
  return new Map(
    Object.entries(inputs).map(([name, input]) => [
      name,
      {
        description: input?.description ?? '',
        default: (input?.default ?? '').replace(/\$\{\{.*?\}\}/gs, ''),
      },
    ]),
  )
}

/** The programs that an action's steps run, relative to its action.yml. */
export async function readPrograms(actionFile: string | URL): Promise<{ main: string; post?: string }> {
  const { runs } = parse(await readFile(actionFile, 'utf8')) as { runs: { main: string; post?: string } } // ours
  return runs
}

/**
 * The variables that carry inputs to an action, defaults included.
 * @throws Error when a name is not in action.yml, with the one that may have been meant
 */
export function inputVariables(
  declared: ReadonlyMap<string, ActionInput>,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  for (const name of Object.keys(given)) {
    if (!declared.has(name)) {
      throw new Error(
        `action.yml has no input '${name}'; did you mean '${nearest(name, [...declared.keys()])}'?`,
      )
    }
  }
  return Object.fromEntries(
    [...declared].map(([name, input]) => [
      // As the runner writes them: spaces become underscores, hyphens stay.
      `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
      given[name] ?? input.default,
    ]),
  )
}

/** The candidate with the fewest edits from `word`; of several the first. */
export function nearest(word: string, candidates: readonly string[]): string {
  const distances = candidates.map((candidate) => editDistance(word, candidate))
  return candidates[distances.indexOf(Math.min(...distances))] ?? ''
}

/** Insertions, deletions and replacements of characters that make `b` of `a` (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let index = 0; index < a.length; index++) {
    const next = [index + 1]
    for (let column = 1; column <= b.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (b[column - 1] === a[index] ? 0 : 1)
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
