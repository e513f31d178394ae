/** What activating an environment sets. */
export interface ActivatedEnvironment {
  /** `base` for the root prefix. */
  readonly name: string
  /** Absolute. */
  readonly prefix: string
  /** From etc/conda/env_vars.d/*.json in the order of their names, then conda-meta/state. */
  readonly variables: Readonly<Record<string, string>>
}

/** Where the system's programs are when nobody says it. */
export const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** libmamba's mark for a variable that activation leaves alone. */
const unset = '***unset***'

/**
 * The script that activates an environment in a shell that has none active, for `_activate_current_env.sh` to source. It does
 * what `micromamba shell activate` would print but for activate.d, whose scripts are looked for when the container starts
 * (libmamba, activation.cpp, `build_activate`): names of variables are in upper case, and the value that one had before is
 * kept for `micromamba deactivate` to restore.
 * @param rootPrefix absolute
 */
export function formatActivation(
  { name, prefix, variables }: ActivatedEnvironment,
  rootPrefix: string,
): string {
  const set = settable(variables)
  const own = ownVariables({ name, prefix })
  return [
    `# The environment ${name} as it was when the image was made.`,
    `[[ $__image_prefix == ${quoted(prefix)} ]] || return 1`,
    `export PATH=${quoted(`${prefix}/bin:${rootPrefix}/condabin`)}":\${PATH:-${usualPath}}"`,
    ...set.map(([variable]) => `[[ ! -v ${variable} ]] || export __CONDA_SHLVL_0_${variable}="$${variable}"`),
    ...[...set, ...Object.entries(own)].map(([variable, value]) => `export ${variable}=${quoted(value)}`),
    '',
  ].join('\n')
}

/**
 * What activation exports, before the scripts of activate.d, to a process that has `path` for its PATH: for an image's config.
 * An empty part of PATH, which is the working directory, is left out.
 * @param rootPrefix absolute
 */
export function activationVariables(
  environment: ActivatedEnvironment,
  rootPrefix: string,
  path: string,
): Record<string, string> {
  return {
    PATH: [`${environment.prefix}/bin`, `${rootPrefix}/condabin`, ...path.split(':')]
      .filter(Boolean)
      .join(':'),
    ...Object.fromEntries(settable(environment.variables)),
    ...ownVariables(environment),
  }
}

function ownVariables({
  name,
  prefix,
}: Pick<ActivatedEnvironment, 'name' | 'prefix'>): Record<string, string> {
  return {
    CONDA_PREFIX: prefix,
    CONDA_SHLVL: '1',
    CONDA_DEFAULT_ENV: name,
    CONDA_PROMPT_MODIFIER: `(${name}) `,
  }
}

/** What the image's ENV says of activation, for processes that have none of it. */
export interface ImageDefaults {
  /** The environment that is activated. */
  readonly environmentName: string
  /** Where micromamba is, absolute; absent where there is none. */
  readonly executable?: string
}

/** The file that `_activate_current_env.sh` sources for such a process. An ENV_NAME that is empty is one all the same. */
export function formatDefaults({ environmentName, executable }: ImageDefaults, rootPrefix: string): string {
  return [
    "# What the image's ENV says, for processes that start without it.",
    `[[ -n \${MAMBA_ROOT_PREFIX-} ]] || MAMBA_ROOT_PREFIX=${quoted(rootPrefix)}`,
    ...(executable === undefined ? [] : [`[[ -n \${MAMBA_EXE-} ]] || MAMBA_EXE=${quoted(executable)}`]),
    `[[ -v ENV_NAME ]] || ENV_NAME=${quoted(environmentName)}`,
    '',
  ].join('\n')
}

function settable(variables: ActivatedEnvironment['variables']): [string, string][] {
  return Object.entries(variables)
    .map(([variable, value]): [string, string] => [variable.toUpperCase(), value])
    .filter(([variable, value]) => isVariable(variable) && value !== unset)
}

/** A shell can have no others; micromamba would print an error for each, and go on. */
function isVariable(name: string): boolean {
  return /^[A-Z_][A-Z0-9_]*$/.test(name)
}

/** A word for the shell that means the text and nothing else. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
