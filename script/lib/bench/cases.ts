import type { BenchPackage } from './locks.ts'

/** What can be measured, by the names that `--cases` takes. */
export const caseTitles = {
  cold: 'cold',
  cached: 'cold, the archives in the cache',
  unchanged: 'nothing changed',
  leaf: 'one leaf package bumped',
  python: 'python bumped',
  ten: 'ten packages bumped',
  second: 'a second environment that shares most packages',
  scripts: 'cold, with graphviz and gtk3, whose link scripts run',
  'scripts-leaf': 'one leaf package bumped there',
  wheels: 'cold, 100 wheels',
  'wheels-bump': 'one wheel bumped there',
  big: 'cold, a single package of 2 GB',
  'big-wheels': 'cold, wheels of 2.5 GB',
  pull: 'pull after the leaf’s bump',
  entrypoint: 'container start to the command’s first instruction',
} as const

export type CaseName = keyof typeof caseTitles

export const caseNames = Object.keys(caseTitles) as CaseName[] // of an object that has no others

/** Cases with a workload of their own, which can be run without the reference workload. */
const ownWorkload: ReadonlySet<CaseName> = new Set([
  ...(['scripts', 'scripts-leaf', 'wheels', 'wheels-bump', 'big', 'big-wheels'] as const),
])

export function needReference(chosen: Iterable<CaseName>): boolean {
  return [...chosen].some((name) => !ownWorkload.has(name))
}

/** Which packages change in the cases, one after the other; a bump stays. */
export interface Edits {
  /** Nothing depends on it. */
  readonly leaf: readonly string[]
  /** python, its library and its modules: what a new patch version changes. */
  readonly python: readonly string[]
  /** Spread over the lock. */
  readonly ten: readonly string[]
}

export function chooseEdits(packages: readonly BenchPackage[]): Edits {
  const names = packages.map(({ name }) => name)
  const leaf: string[] = names.filter((name) => name === 'bcftools')
  const python = names.filter((name) => /^(lib)?python3\.\d+(-|$)/.test(name))
  if (leaf.length === 0 || python.length === 0) throw new Error('the workload has other packages')
  const others = names.filter((name) => !leaf.includes(name) && !python.includes(name))
  const step = Math.floor(others.length / 10)
  return { leaf, python, ten: others.filter((_, index) => index % step === step - 1).slice(0, 10) }
}

/** The packages of the second environment: nine of ten. */
export function mostOf(packages: readonly BenchPackage[]): BenchPackage[] {
  return packages.filter((_, index) => index % 10 !== 0)
}
