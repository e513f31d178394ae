/** What a package or a wheel weighs in an image or a lock. */
export interface PackageFigure {
  /** Of a wheel with `pip:` before it. */
  readonly name: string
  readonly version?: string
  /** Bytes of its files; absent where nobody has unpacked it. */
  readonly size?: number
  /** Its part of the compressed bytes; of a lock, its archive. */
  readonly compressed: number
  /** Whether that is measured: it is estimated where packages share a layer. */
  readonly exact: boolean
  /**
   * What asked for it, by the shortest way: a package that a spec names, what that needs, and so on to the package itself. Absent where
   * nothing that was asked for needs it.
   */
  readonly chain?: readonly string[]
}

export interface EnvironmentFigure {
  /** `base`, or its name. */
  readonly name: string
  /** The biggest first. */
  readonly packages: readonly PackageFigure[]
  /** Whether nobody knows what was asked for: packages that no other needs stand for that. */
  readonly isGuessed: boolean
}

/** Something of an image that is no package. */
export interface OtherFigure {
  readonly name: string
  readonly size?: number
  readonly compressed: number
}

/** Where the bytes of an image, or of a lock's archives, are. */
export interface Figures {
  /** All layers. */
  readonly compressed: number
  readonly size?: number
  /** What of the base's layers belongs to no package; absent for a lock. */
  readonly base?: OtherFigure & { readonly layers: number }
  readonly environments: readonly EnvironmentFigure[]
  /** The biggest first. */
  readonly others: readonly OtherFigure[]
}
