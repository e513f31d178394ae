import type { Digest } from '../common/digest.ts'
import type { Subdir } from '../common/platform.ts'

/** One package line of a lockfile, taken apart. */
export interface LockedPackage {
  /** Where the archive is, without credentials. */
  readonly url: URL
  /** The channel's address, `url` less subdir and file name, without a trailing slash. */
  readonly channel: string
  /** The channel's part of the address, `linux-64` or `noarch`; what it says, not what we can build for. */
  readonly subdir: string
  readonly fileName: string
  readonly format: 'conda' | 'tar.bz2'
  readonly name: string
  readonly version: string
  readonly build: string
  /** What the archive's bytes must hash to: sha256 in locks of ours, md5 in some that others wrote. */
  readonly checksum: { readonly algorithm: 'sha256' | 'md5'; readonly hex: string }
  /** The line's number in the lockfile, from 1. */
  readonly line: number
}

/** What a lock is asked for, in its one normal form: equal questions are equal data. */
export interface Asked {
  readonly platform: Subdir
  /** The base image by the name that was asked for: `docker.io/library/debian:13`. */
  readonly baseImage: string
  /** Virtual packages as the user wants them: `__glibc=2.28`, or `__cuda=` for none. Sorted. */
  readonly overrides: readonly string[]
  /** In their order, without credentials; `nodefaults` last if it was there. */
  readonly channels: readonly string[]
  /** Normalised, sorted. */
  readonly specs: readonly string[]
  /** Lines of the `pip:` section, in their order, without credentials. */
  readonly pip: readonly string[]
  /** What these lines have pip read, with the hash of what it asks; absent when they name no file. */
  readonly pipFiles?: readonly PipFilePin[]
  /** The hash of the condarc, less credentials. */
  readonly condarc?: Digest
}

export interface PipFilePin {
  /** Relative to the folder of the environment file. */
  readonly path: string
  readonly digest: Digest
}

/** What a lockfile of ours says of itself in its comment header: what was asked, and what came of it. */
export interface LockHeader extends Asked {
  /** The hash of what was asked. */
  readonly inputHash: Digest
  /** The base image pinned: `name:tag@sha256:…`. */
  readonly baseImage: string
  readonly micromambaVersion: string
  /** All that the solve went by, `__glibc=2.36` and the like, sorted: overrides, else the base's, else defaults. */
  readonly virtualPackages: readonly string[]
  /**
   * Names of the packages big enough for a layer of their own; kept from lock to lock, so that layers stay put. That of one that
   * is gone holds its place.
   */
  readonly ownLayer: readonly string[]
}

/** A lockfile's content. Packages stand in the order in which they are linked. */
export interface Lock {
  /** Absent in `@EXPLICIT` files that others wrote. */
  readonly header?: LockHeader
  readonly packages: readonly LockedPackage[]
}

/**
 * - `auto`: use the lockfile when it answers what is asked, else solve and write it
 * - `locked`: fail when it does not
 * - `frozen`: use it as it is
 * - `update`: always solve
 */
export type LockMode = 'auto' | 'locked' | 'frozen' | 'update'
