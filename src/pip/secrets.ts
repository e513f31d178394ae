import { keepSecret } from '../common/secrets.ts'
import { secretsIn, type Environment } from '../environment/read.ts'
import type { PipIndexes } from './settings.ts'

/**
 * The passwords that pip gets to see in addresses: of inputs, of the user's variables, and of the lines, in which `${NAME}` stands for a
 * variable. The log masks them from here on.
 * @returns every form of each
 */
export function secretsOf(
  { pip }: Pick<Environment, 'pip'>,
  { index = '', extra = [] }: PipIndexes,
  variables: Readonly<NodeJS.ProcessEnv>,
): string[] {
  const written = [pip, ...(pip?.files ?? [])].flatMap((list) => list?.lines ?? [])
  const lines = written.map(({ text }) =>
    text.replace(/\$\{([A-Z0-9_]+)\}/g, (whole, name: string) => variables[name] ?? whole),
  )
  const named = ['PIP_INDEX_URL', 'PIP_EXTRA_INDEX_URL', 'PIP_FIND_LINKS', 'PIP_PROXY']
  const texts = [index, ...extra, ...named.map((name) => variables[name] ?? ''), ...lines]
  return [...new Set(texts.flatMap(secretsIn).flatMap(keepSecret))]
}
