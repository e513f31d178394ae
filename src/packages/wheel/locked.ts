/** A wheel of a lock: what decides, with its bytes and the environment's python, what it becomes once it is linked. */
export interface LockedWheel {
  /**
   * The project's, as it was asked for: pip names the directory of a wheel's headers by that spelling. All spellings that are the same
   * for PEP 503 are the same project.
   */
  readonly name: string
  readonly version: string
  /** Where the wheel is, without credentials. */
  readonly url: URL
  /** What its bytes must hash to. Hex digits. */
  readonly sha256: string
  /** Whether the user named it; the others came as what it depends on. */
  readonly requested: boolean
  /** Where it came from, if it was asked for by an address or a path instead of from an index (PEP 610). */
  readonly directUrl?: DirectUrl
}

/** A direct URL reference (PEP 610). `url` is absolute. Credentials in it are not written anywhere. */
export type DirectUrl = { readonly url: string; readonly subdirectory?: string } & (
  | {
      readonly archive: {
        /** `algorithm=hex`. pip older than 25 leaves `hashes` out where the address had no hash. */
        readonly hash?: string
        readonly hashes?: Readonly<Record<string, string>>
      }
    }
  | {
      readonly vcs: {
        readonly vcs: string
        readonly commitId: string
        readonly requestedRevision?: string
      }
    }
  | { readonly directory: { readonly editable?: boolean } }
)
