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

/** What a lockfile of ours says of itself in its comment header. */
export interface LockHeader {
  /** Hash of what was asked: specs, channels, platform, virtual packages, pip lines, the base's name. */
  readonly inputHash: Digest
  readonly platform: Subdir
  /** `__glibc=2.28` and the like, as the solve saw them. */
  readonly virtualPackages: readonly string[]
  readonly micromambaVersion: string
  /** The base image pinned: `name:tag@sha256:…`. */
  readonly baseImage: string
  /** Names of the packages big enough for a layer of their own; kept from lock to lock, so that layers stay put. */
  readonly ownLayer: readonly string[]
}

/** A lockfile's content. Packages stand in the order in which they are linked. */
export interface Lock {
  /** Absent in `@EXPLICIT` files that others wrote. */
  readonly header?: LockHeader
  readonly packages: readonly LockedPackage[]
}
