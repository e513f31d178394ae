/**
 * Something that linking a package puts in the prefix. Parent directories are implied, not listed; a directory is
 * listed only when the package names it, which it does for empty ones.
 * `path` is relative to the prefix, with `/`, never absolute and never with `..`.
 */
export type PrefixEntry =
  | {
      readonly type: 'file'
      readonly path: string
      /** Permission bits, `0o755`. */
      readonly mode: number
      /**
       * The archive's time of the file, in seconds since 1970; absent for what the archive does not have. Bytecode in packages
       * is valid for a source of that time only.
       */
      readonly mtime?: number
      /** Bytes of `content`. */
      readonly size: number
      /** To be read to its end before the next entry is asked for. */
      readonly content: AsyncIterable<Uint8Array>
    }
  | { readonly type: 'directory'; readonly path: string; readonly mode: number }
  | { readonly type: 'symlink'; readonly path: string; readonly target: string }
  /** The same inode as `target`, a path relative to the prefix that the same package put there before. */
  | { readonly type: 'hardlink'; readonly path: string; readonly target: string }
