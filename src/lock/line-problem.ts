/** What is wrong with a line, and what to do about it. */
export class LineProblem extends Error {
  readonly advice?: string

  constructor(what: string, advice?: string) {
    super(what)
    this.advice = advice
  }
}
