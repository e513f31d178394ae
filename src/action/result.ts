import type { LockChange } from '../lock/diff/diff.ts'
import { topOf, type Artifact } from '../outputs/outputs.ts'
import { formatReference, type ImageReference } from '../registry/reference.ts'

/** What a run made: everything that outputs and summary tell of. */
export interface Result {
  readonly artifact: Artifact
  /** The base images pinned, `name:tag@sha256:…`. */
  readonly bases: readonly string[]
  readonly tags: readonly ImageReference[]
  readonly pushed: boolean
  /** The OCI layout, as the input named it. */
  readonly output?: string
  /** One for each environment and platform. */
  readonly locks: readonly LockResult[]
  readonly cache: CacheResult
  /** Whether all of it was in the registry already, as an earlier run had made it. */
  readonly reused: boolean
  /** To all registries: layers, configs, manifests. */
  readonly bytesPushed: number
  /** That the run took until all of it was there. */
  readonly seconds: number
}

export interface LockResult {
  /** The environment's name. */
  readonly environment: string
  /** What was asked for: names of packages, and of wheels with `pip:` before them; empty where the lock does not say. */
  readonly asked: readonly string[]
  /** Relative to the workspace. */
  readonly file: string
  /** The pylock.toml of its wheels, the same. */
  readonly companion?: string
  readonly hash: string
  readonly changed: boolean
  /** Against the lock that was there before; absent when there was none or it was not solved again. */
  readonly change?: LockChange
  readonly packages: number
  /** Absent when there are none. */
  readonly wheels?: number
  /** The version that solved the lock, in this run or an earlier one. */
  readonly micromambaVersion?: string
  /** Only when this run needed it. */
  readonly micromambaPath?: string
}

export interface CacheResult {
  readonly hit: boolean
  readonly primaryKey: string
  readonly matchedKey?: string
}

/** `name@sha256:…` after the first tag. */
export function digestedName(result: Pick<Result, 'tags' | 'artifact'>): string | undefined {
  const [first] = result.tags
  return (
    first &&
    formatReference({
      registry: first.registry,
      repository: first.repository,
      digest: topOf(result.artifact).descriptor.digest,
    })
  )
}

/** What changed in all locks that were solved again. */
export function lockChanges(locks: Result['locks']): LockChange[] {
  return locks.flatMap(({ change }) => change ?? [])
}
