/** What is wrong with a line for pip, as a sentence, and what to do about it. */
export class RequirementProblem extends Error {
  readonly advice?: string

  constructor(what: string, advice?: string) {
    super(what)
    this.advice = advice
  }
}
