import type { Digest } from '../common/digest.ts'

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
  /** What pip is to install; absent when nothing is. */
  readonly pip?: PipSection
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

/**
 * The `pip:` lists of an environment file, as one: micromamba runs pip for each of them, one after the other, so that an option in one
 * has no bearing on the others; conda takes the last one alone.
 */
export interface PipSection {
  /** What the lists hold. */
  readonly lines: readonly PipLine[]
  /** What pip reads besides to know what it is asked: each once, in the order in which it comes to them. */
  readonly files: readonly PipFile[]
}

/**
 * - `index`: a package by name, from an index
 * - `url`: an archive by its address
 * - `vcs`: a repository
 * - `path`: a folder or archive on this machine
 * - `editable`: `-e`, of a folder or repository
 * - `option`: what is no requirement, `-r` and `-c` too
 */
export type PipLineKind = 'index' | 'url' | 'vcs' | 'path' | 'editable' | 'option'

/** A line as pip takes it: continued lines joined, without its comment. */
export interface PipLine {
  /** `${VAR}` as it stands there, for pip to fill in; it may hold credentials. */
  readonly text: string
  /** The same with variables filled in, but for secret ones, and without credentials: for the lock and for messages. */
  readonly canonical: string
  readonly kind: PipLineKind
  /** The distribution's name, canonical (PEP 503), where the line has it. */
  readonly name?: string
  /** The folder or archive that it is about, as written; relative to the folder of the environment file, where pip runs. */
  readonly path?: string
  readonly file: string
  readonly line: number
}

/**
 * - `requirements`, `constraints`: what `-r` and `-c` name
 * - `archive`: a package on this machine
 * - `project`: what says the dependencies of a folder, its pyproject.toml and the like
 */
export type PipFileKind = 'requirements' | 'constraints' | 'archive' | 'project'

export interface PipFile {
  /** Relative to the folder of the environment file, with `/`. */
  readonly path: string
  readonly kind: PipFileKind
  /** Of the content; of requirements without comments and credentials. */
  readonly digest: Digest
  /** Of requirements and constraints. */
  readonly lines: readonly PipLine[]
  /** The line that names it. */
  readonly named: { readonly file: string; readonly line: number }
}
