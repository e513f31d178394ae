/** What activating an environment sets. */
export interface ActivatedEnvironment {
  /** `base` for the root prefix. */
  readonly name: string
  /** Absolute. */
  readonly prefix: string
  /** From etc/conda/env_vars.d/*.json in the order of their names, then conda-meta/state. */
  readonly variables: Readonly<Record<string, string>>
}

/**
 * The script that activates an environment, for bash to source: what `micromamba shell activate` would print but for
 * activate.d, whose scripts are looked for when the container starts (libmamba, activation.cpp).
 */
export function formatActivation({ name, prefix, variables }: ActivatedEnvironment): string {
  const set = {
    CONDA_PREFIX: prefix,
    CONDA_DEFAULT_ENV: name,
    CONDA_SHLVL: '1',
    CONDA_PROMPT_MODIFIER: `(${name}) `,
    ...variables,
  }
  return [
    `# The environment ${name} as it was when the image was made.`,
    `export PATH=${quoted(`${prefix}/bin:`)}"\${PATH-}"`,
    ...Object.entries(set).map(([variable, value]) => `export ${variable}=${quoted(value)}`),
    '',
  ].join('\n')
}

/** A word for the shell that means the text and nothing else. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
