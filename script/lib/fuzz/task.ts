import type { NotedModules } from './coverage.ts'

/** What the thread of a reader is started with. */
export interface Task {
  /** The reader's name. */
  readonly target: string
  readonly seed: number
  readonly inputs: number
  /** By what they reach of these, inputs are chosen that others are made of. */
  readonly noted: NotedModules
  /** Where the input that is being read stands, so that it is known when the reader does not come back. */
  readonly shared: SharedArrayBuffer
}

/** Bytes in front of that input: how many inputs were begun, how long this one is, and whether it is text. */
export const headLength = 12
