import { SolveError } from './failure.ts'
import type { SolvedPackage } from './solved.ts'

/** A package that is to stay as it is. */
export interface Held {
  readonly name: string
  readonly version: string
  readonly build: string
}

/** Solves under pins. @throws SolveError */
export type SolvePinned = (pins: readonly string[]) => Promise<SolvedPackage[]>

/** How often pins that stand in the way are looked for one conflict at a time, before all of them go. */
const conflictsLookedAt = 12

/** How many solves may be spent on keeping more of them. */
const triesToKeep = 16

/**
 * Solves so that packages stay as they are, as far as that can be. micromamba names the pins of one conflict; those go, and the next
 * conflict is looked at. What went together is then put back as far as it can be, in halves, for not all of it was in the way.
 * @returns the packages, and the names of those that are there and could not stay
 * @throws SolveError when it cannot be solved even if nothing stays
 */
export async function solveHolding(
  held: readonly Held[],
  solve: SolvePinned,
): Promise<{ packages: SolvedPackage[]; couldNotStay: string[] }> {
  let pinned = held
  let packages: SolvedPackage[] | undefined
  for (let conflict = 1; packages === undefined; conflict++) {
    const answer = await trySolve(solve, pinned)
    if (Array.isArray(answer)) packages = answer
    else if (pinned.length === 0) throw answer
    else pinned = conflict < conflictsLookedAt ? without(pinned, pinsInTheWay(answer, pinned)) : []
  }

  let tries = triesToKeep
  const keep = async (group: readonly Held[]): Promise<void> => {
    if (group.length === 0 || tries-- <= 0) return
    const answer = await trySolve(solve, [...pinned, ...group])
    if (Array.isArray(answer)) {
      packages = answer
      pinned = [...pinned, ...group]
    } else {
      await keepHalves(group)
    }
  }
  const keepHalves = async (group: readonly Held[]): Promise<void> => {
    if (group.length < 2) return
    const middle = Math.ceil(group.length / 2)
    await keep(group.slice(0, middle))
    await keep(group.slice(middle))
  }
  await keepHalves(moved(held, packages))
  return { packages, couldNotStay: moved(held, packages).map(({ name }) => name) }
}

/** The packages, or why there are none. @throws Error for anything else than that it cannot be solved */
async function trySolve(solve: SolvePinned, held: readonly Held[]): Promise<SolvedPackage[] | SolveError> {
  try {
    return await solve(held.map(({ name, version, build }) => `${name} ${version} ${build}`))
  } catch (error) {
    if (error instanceof SolveError && error.kind === 'unsolvable') return error
    throw error
  }
}

/**
 * The pins that micromamba's explanation names (libmamba, solver/libsolv/unsolvable.cpp: `pin on <name>`), else the packages that it
 * names; all of them when it names none, so that there is an end.
 */
function pinsInTheWay({ message }: SolveError, pinned: readonly Held[]): readonly Held[] {
  const pins = new Set([...message.matchAll(/\bpin on ([\w.-]+)/g)].map(([, name]) => name))
  const words = new Set(message.match(/[\w.-]+/g))
  const named = pinned.filter(({ name }) => pins.has(name))
  const mentioned = pinned.filter(({ name }) => words.has(name))
  return named.length > 0 ? named : mentioned.length > 0 ? mentioned : pinned
}

function without(held: readonly Held[], others: readonly Held[]): Held[] {
  return held.filter((one) => !others.includes(one))
}

/** Those that are there as something else. One that is gone is not needed any more. */
function moved(held: readonly Held[], packages: readonly SolvedPackage[]): Held[] {
  const now = new Map(packages.map((item) => [item.name, item]))
  return held.filter(({ name, version, build }) => {
    const item = now.get(name)
    return item !== undefined && (item.version !== version || item.build !== build)
  })
}
