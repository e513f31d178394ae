import { inputHash } from './asked.ts'
import type { Asked, LockHeader } from './types.ts'

/**
 * What is asked now that was not when the lock was written, and the other way round, in words. Empty when the lock
 * answers what is asked.
 */
export function compareAsked(header: LockHeader, asked: Asked): string[] {
  if (header.inputHash === inputHash(asked)) return []
  const differences = [
    ...compareValue('the platform', header.platform, asked.platform),
    ...compareBase(header.baseImage, asked.baseImage),
    ...compareLists('override', header.overrides, asked.overrides),
    ...compareOrdered('channel', header.channels, asked.channels),
    ...compareLists('spec', header.specs, asked.specs),
    ...compareOrdered('pip requirement', header.pip, asked.pip),
    ...(header.condarc === asked.condarc ? [] : ['the condarc is another one']),
  ]
  return differences.length > 0 ? differences : ['its header was changed by hand']
}

function compareValue(what: string, before: string, now: string): string[] {
  return before === now ? [] : [`${what} is ${now}, and was ${before}`]
}

/** The lock has the name that was asked for, and the digest that it had then. */
function compareBase(pinned: string, asked: string): string[] {
  if (pinned === asked || pinned.startsWith(`${asked}@`)) return []
  return compareValue('the base image', pinned.replace(/@[^@]*$/, ''), asked)
}

function compareLists(what: string, before: readonly string[], now: readonly string[]): string[] {
  return [
    ...now.filter((item) => !before.includes(item)).map((item) => `the ${what} '${item}' is new`),
    ...before.filter((item) => !now.includes(item)).map((item) => `the ${what} '${item}' is gone`),
  ]
}

function compareOrdered(what: string, before: readonly string[], now: readonly string[]): string[] {
  const differences = compareLists(what, before, now)
  if (differences.length > 0 || before.join('\n') === now.join('\n')) return differences
  return [`the ${what}s are in another order: ${now.join(', ')}`]
}
