import type { Item } from './items.ts'

/** What a lockfile does not say of its packages, as far as somebody knows it; after a solve that is micromamba. */
export interface PackageFacts {
  /** Bytes of the archive. */
  readonly size?: number
  readonly license?: string
  /** MatchSpecs; of a wheel, requirements of pip's. */
  readonly depends?: readonly string[]
}

/** What is known beyond two lockfiles. */
export interface Known {
  /** By the address of the archive, as the lock has it. */
  readonly facts?: ReadonlyMap<string, PackageFacts>
  /** Which packages share a layer, and which wheels, by their positions in the lock; wheels stand behind all packages. */
  readonly groups?: (names: {
    readonly packages: readonly string[]
    readonly wheels: readonly string[]
    readonly ownLayer: readonly string[] | undefined
  }) => readonly { readonly packages: readonly number[] }[]
  /** Packages that were to stay as they were and could not. */
  readonly couldNotStay?: readonly string[]
}

/**
 * - `upgraded`, `downgraded`: another version, by conda's ordering, of a wheel by python's
 * - `rebuilt`: another build of the version
 * - `moved`: the same version and build from another channel
 * - `replaced`: other bytes under the same name, or a version that cannot be compared
 */
export type ChangeKind = 'added' | 'removed' | 'upgraded' | 'downgraded' | 'rebuilt' | 'moved' | 'replaced'

/** One of the two sides of a change. */
export type ChangedPackage = Pick<Item, 'version' | 'build' | 'channel' | 'hex'> &
  Pick<PackageFacts, 'size' | 'license'>

export interface PackageChange {
  readonly name: string
  /** What pip would install, not micromamba. */
  readonly isWheel?: boolean
  readonly kind: ChangeKind
  readonly before?: ChangedPackage
  readonly after?: ChangedPackage
  /** The first number of the version is another one. */
  readonly major: boolean
  /** The package is named by a spec of its own. */
  readonly asked: boolean
  /** The packages asked for that need it, sorted; undefined when that is not known. */
  readonly askedBy?: readonly string[]
}

/** What changed from one lock to another; empty lists and absent values for what did not. */
export interface LockDiff {
  /** Major ones first, then those that are asked for, then by kind and name. */
  readonly packages: readonly PackageChange[]
  /** The base image, pinned. */
  readonly base?: { readonly before: string; readonly after: string }
  /** By how many bytes all archives together grew; undefined when the size of one that changed is not known. */
  readonly size?: number
  /** The layers that an image of the old lock does not have, about as many bytes as the archives in them. */
  readonly pull?: { readonly layers: number; readonly of: number; readonly bytes: number }
  readonly couldNotStay?: readonly string[]
}

/** The difference of one environment's locks for one platform. */
export interface LockChange {
  /** As people know it: its file. */
  readonly environment: string
  /** `linux-64` */
  readonly platform: string
  readonly diff: LockDiff
}
