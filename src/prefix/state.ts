import { formatJson } from './conda-meta.ts'

/**
 * conda-meta/state: the variables that activation sets, from env.yaml's `variables:`. Names in upper case, as
 * `micromamba env config vars set` writes them; of names that differ in case only, the last wins.
 */
export function formatState(variables: Readonly<Record<string, string>>): string {
  const upper = Object.entries(variables).map(([name, value]) => [name.toUpperCase(), value] as const)
  return formatJson({ env_vars: Object.fromEntries(upper) })
}
