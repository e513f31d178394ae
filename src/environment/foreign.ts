import { basename } from 'node:path'

/** A file of another tool's, with what to write instead. */
export interface ForeignFile {
  readonly what: string
  readonly advice: string
}

const pixiEnvironment = '`pixi workspace export conda-environment env.yaml`'
const frozen = "Give it as 'lock-file', with lock-mode: frozen."

const kinds = {
  pixi: {
    what: 'this is the manifest of a pixi workspace, not an environment file',
    advice: `Have pixi write one: ${pixiEnvironment}.`,
  },
  python: {
    what: 'this describes a python project, not an environment',
    advice: `Write what it needs into an env.yaml, by the names that conda's channels have for it; of a pixi workspace, ${pixiEnvironment} does.`,
  },
  pixiLock: {
    what: 'this is the lockfile of a pixi workspace',
    advice: frozen,
  },
  condaLock: {
    what: 'this is the lockfile of conda-lock for all platforms',
    advice: frozen,
  },
  pylock: {
    what: 'this is a lockfile of wheels alone, not an environment file',
    advice: "Give it in 'lock-file', below the lockfile of the conda packages, with lock-mode: frozen.",
  },
  pip: {
    what: "this is a list of pip's, not an environment file",
    advice: "Write the packages into an env.yaml, by the names that conda's channels have for them.",
  },
} as const satisfies Record<string, ForeignFile>

/** What goes by the name of another tool's file. */
export function foreignByName(file: string): ForeignFile | undefined {
  const name = basename(file).toLowerCase()
  if (name === 'pixi.toml') return kinds.pixi
  if (/^pylock(\.[^.]+)?\.toml$/.test(name)) return kinds.pylock
  if (name.endsWith('.toml')) return kinds.python
  if (name === 'pixi.lock') return kinds.pixiLock
  if (/(^|[.-])conda-lock\.ya?ml$/.test(name)) return kinds.condaLock
  if (/^(.*[-_.])?(requirements|constraints)([-_.].*)?\.(txt|in)$/.test(name)) return kinds.pip
  return undefined
}

/** What has the keys of another tool's file. */
export function foreignByKeys(keys: ReadonlyMap<string, unknown>): ForeignFile | undefined {
  if (keys.has('metadata') && keys.has('package')) return kinds.condaLock
  if (keys.has('environments') && keys.has('packages')) return kinds.pixiLock
  return undefined
}
