import { continuousIntegration } from './contract-ci.ts'
import { platforms } from './contract-platforms.ts'
import type { Row, Subject } from './contract-subject.ts'

/** Those who start images in ways of their own, by name, each with rows that start one as it does. */
export const consumers: Readonly<Record<string, (subject: Subject) => Row[]>> = {
  ...platforms,
  ...continuousIntegration,
}
