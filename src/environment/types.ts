/** What an environment file asks for. */
export interface Environment {
  /** The path it was read from; line numbers below are in this file, 0 for what was given without a file. */
  readonly file: string
  /** As the file says, else its stem. It may be a path, or have spaces. */
  readonly name: string
  /** Where the file says it. */
  readonly nameLine?: number
  readonly channels: readonly Channel[]
  /** The list of channels held `nodefaults`: those of a condarc are left out. */
  readonly noDefaults: boolean
  readonly specs: readonly Spec[]
  readonly pip: readonly PipRequirement[]
  /** Environment variables, name to value, as written. */
  readonly variables: Readonly<Record<string, string>>
  /** Passwords and tokens that stood in channels and specs; each is known to the log's masking. */
  readonly secrets: readonly string[]
}

export interface Channel {
  /** What the solver is given: a name or an address, variables filled in, with credentials. A secret. */
  readonly source: string
  /** The same without credentials, for the lock and for messages. */
  readonly canonical: string
  readonly line: number
}

/** A MatchSpec, as written. */
export interface Spec {
  readonly text: string
  /** `linux` of a `sel(linux): text` entry, which micromamba evaluates for the platform. */
  readonly selector?: Selector
  readonly line: number
}

/** libmamba's install.cpp, `truthy_values`. */
export const selectors = ['linux', 'unix', 'osx', 'win'] as const
export type Selector = (typeof selectors)[number]

/** An entry of the `pip:` section. */
export interface PipRequirement {
  readonly text: string
  readonly line: number
}
