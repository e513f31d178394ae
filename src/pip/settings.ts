/** Which settings of the user's are pip's here, be they variables or in its configuration files. */

/**
 * What says where packages come from, and how they are fetched. Settings that change what is installed (`constraint`, `pre`, `no-deps`…) or
 * where to (`target`, `user`…) are not taken over: the lock is to follow from the environment file alone.
 */
export const settings = [
  'index-url',
  'extra-index-url',
  'find-links',
  'no-index',
  'trusted-host',
  'cert',
  'client-cert',
  'proxy',
  'timeout',
  'retries',
  'resume-retries',
  'keyring-provider',
  'use-feature',
  'use-deprecated',
] as const

const kept = new Set(['PIP_CONFIG_FILE', ...settings.map(variableOf)])

/** `PIP_INDEX_URL` of `index-url`. */
export function variableOf(setting: string): string {
  return `PIP_${setting.toUpperCase().replaceAll('-', '_')}`
}

/** Where packages come from by inputs of ours, which go before the user's variables and configuration. Addresses may have logins. */
export interface PipIndexes {
  readonly index?: string
  readonly extra?: readonly string[]
}

/**
 * The variables of a run: the user's, with nothing in them that would lead pip, or its python, elsewhere. A login is in the variables,
 * which only the same user can read, and not in an argument.
 * @param folder for temporary files
 * @param certificates a file of those to trust, unless the user has named one
 */
export function variablesFor(
  user: Readonly<NodeJS.ProcessEnv>,
  { index, extra }: PipIndexes,
  folder: string,
  certificates?: string,
): NodeJS.ProcessEnv {
  const own = Object.entries(user).filter(
    ([name]) =>
      !/^(_?CONDA|_?MAMBA|PYTHON)|^PIPX?_|^VIRTUAL_ENV$/i.test(name) || kept.has(name.toUpperCase()),
  )
  return {
    ...(certificates !== undefined && { PIP_CERT: certificates }),
    ...Object.fromEntries(own),
    ...(index !== undefined && { PIP_INDEX_URL: index }),
    ...(extra !== undefined && extra.length > 0 && { PIP_EXTRA_INDEX_URL: extra.join(' ') }),
    TMPDIR: folder,
    LC_ALL: 'C.UTF-8',
    GIT_TERMINAL_PROMPT: '0',
  }
}
