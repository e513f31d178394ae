import type fc from 'fast-check'

export type Input = string | Buffer

/** A reader of what comes from elsewhere, and what it is given. */
export interface FuzzTarget<I extends Input = Input> {
  readonly name: string
  /** How many of all inputs are for this reader, in hundredths, more or less: fast ones get more, and none less than one. */
  readonly share: number
  /** Good inputs, that others are made of by changes. */
  readonly corpus: () => Promise<readonly I[]>
  /** Inputs that are right in most places. */
  readonly made: fc.Arbitrary<I>
  /** What an input of this kind may have in it. */
  readonly tokens: readonly string[]
  /** Puts checksums right, so that a change is not noticed there already. */
  readonly mended?: (input: I, random: () => number) => I
  /**
   * Reads an input.
   * @returns whether it was taken; a refusal is as good
   * @throws what no input may bring about
   */
  readonly run: (input: I) => boolean | Promise<boolean>
}

type Refusal = abstract new (...args: never[]) => Error

/** Does what may be refused, with one of those errors. @returns whether it was not */
export function accepts(work: () => unknown, ...refusals: readonly Refusal[]): boolean {
  try {
    work()
    return true
  } catch (error) {
    return refused(error, refusals)
  }
}

/** The same where it takes a while. */
export async function acceptsLater(
  work: () => Promise<unknown>,
  ...refusals: readonly Refusal[]
): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    return refused(error, refusals)
  }
}

function refused(error: unknown, refusals: readonly Refusal[]): false {
  if (refusals.some((refusal) => error instanceof refusal)) return false
  throw error
}

/** @throws Error when a reader gives something that is not as it says of itself */
export function holds(isRight: boolean, what: string): void {
  if (!isRight) throw new Error(`${what} does not hold`)
}
