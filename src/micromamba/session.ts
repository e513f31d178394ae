/** What the solves of a run share. */
export interface SolveSession {
  /** For this run alone, readable by its owner; removed with it. */
  readonly folder: string
  /** Variables for micromamba besides those of a solve. */
  readonly variables?: Readonly<Record<string, string>>
}
