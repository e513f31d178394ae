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

/** What a line for a wheel says, `# pip NAME @ URL#sha256=HEX`, and the header of its name. */
export interface WheelPin {
  /** Canonical (PEP 503). */
  readonly name: string
  /**
   * Where it comes from, without credentials and fragment: the address of an archive, a repository's with the commit behind it,
   * `git+https://host/repository@<commit>`, or `file:` and a path, which is relative to the folder of the environment file; of a
   * lockfile of another tool's, to its own.
   */
  readonly url: string
  /** 64 hex digits; of a repository's content the commit tells. */
  readonly sha256?: string
  /** The branch or tag that was asked for, of a repository. */
  readonly revision?: string
  /** Where the project lies in it. */
  readonly subdirectory?: string
  /** Asked for by a line, not by another package: it gets a file REQUESTED. */
  readonly requested: boolean
  /** Asked for by its address, not by its name: it gets a direct_url.json (PEP 610). */
  readonly direct: boolean
  /** For the backend that builds it, of what is not a wheel. */
  readonly settings?: BuildSettings
}

/** `--config-settings` of a requirement, by their keys; several of one key are a list. */
export type BuildSettings = Readonly<Record<string, string | readonly string[]>>

/**
 * What an address stands for, taken apart:
 * - `wheel`: to be linked as it is
 * - `sdist`: an archive that a wheel is to be built from
 * - `vcs`: a repository at a commit, the same
 * - `directory`: a folder, the same; without a hash it is taken as it is at the time
 */
export type WheelSource =
  | {
      readonly kind: 'wheel'
      readonly fileName: string
      readonly version: string
      /** What the file name says of builds and platforms: `cp312-cp312-manylinux_2_17_x86_64`. */
      readonly build: string
      readonly sha256: string
    }
  | {
      readonly kind: 'sdist'
      readonly fileName: string
      /** Where the file name has it. */
      readonly version?: string
      readonly sha256: string
    }
  | {
      readonly kind: 'vcs'
      readonly version?: undefined
      /** The scheme of pip's that stands before the `+`. */
      readonly vcs: string
      /** The repository's address. */
      readonly repository: string
      readonly commit: string
    }
  | { readonly kind: 'directory'; readonly version?: undefined }

/** One line for a wheel, taken apart. */
export type LockedWheel = WheelPin &
  WheelSource & {
    /** Its number in the lockfile, from 1. */
    readonly line: number
    /** The file of that line, relative to the workspace, where it is not the lockfile itself but its companion. */
    readonly lockFile?: string
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
  /** Of the pip that chose the wheels; absent when there are none. */
  readonly pipVersion?: string
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
  /** In the order in which pip would install them, after all packages. */
  readonly wheels: readonly LockedWheel[]
}

/**
 * - `auto`: use the lockfile when it answers what is asked, else solve and write it
 * - `locked`: fail when it does not
 * - `frozen`: use it as it is
 * - `update`: always solve
 */
export type LockMode = 'auto' | 'locked' | 'frozen' | 'update'
