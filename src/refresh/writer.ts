/** A file as a commit is to have it. */
export interface NewFile {
  /** From the repository's top. */
  readonly path: string
  readonly text: string
}

export interface NewCommit {
  /** Where it goes. */
  readonly branch: string
  /** Where that branch has to be until then; undefined when there must be none. Whoever moved it meanwhile wins. */
  readonly expected?: string
  readonly parent: {
    readonly sha: string
    /** The branch whose tip that is. */
    readonly branch: string
  }
  readonly files: readonly NewFile[]
  /** The message. */
  readonly text: string
}

/** Writes branches of the repository, each move on condition that nobody else made one. */
export interface BranchWriter {
  /** @returns the commit's hash @throws Outrun */
  commit(commit: NewCommit): Promise<string>
  /** Deletes a branch. @param tip where it has to be @throws Outrun */
  remove(branch: string, tip: string): Promise<void>
}

/** Somebody else has moved the branch meanwhile: what was decided has to be decided anew. */
export class Outrun extends Error {
  readonly branch: string

  constructor(branch: string) {
    super(`${branch} was moved by somebody else`)
    this.name = 'Outrun'
    this.branch = branch
  }
}
