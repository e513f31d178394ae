import { canonicalName, packageOfSpec } from '../environment/read.ts'
import { inputHash } from './asked.ts'
import type { Asked, LockHeader, PipFilePin } from './types.ts'

/** One thing that is asked now and was not when the lock was written, or the other way round. */
export interface Difference {
  /** In words. */
  readonly text: string
  /** The item of the environment file that it is about, in its normal form; absent when nothing there is. */
  readonly item?: { readonly kind: ItemKind; readonly value: string }
}

type ItemKind = 'spec' | 'channel' | 'pip requirement' | 'file for pip'

/** What is asked now that was not when the lock was written, and the other way round. Empty when the lock answers what is asked. */
export function compareAsked(header: LockHeader, asked: Asked): Difference[] {
  if (header.inputHash === inputHash(asked)) return []
  const differences = [
    ...compareValue('the platform', header.platform, asked.platform),
    ...compareBase(header.baseImage, asked.baseImage),
    ...compareVirtualPackages(header.overrides, asked.overrides),
    ...compareOrdered('channel', header.channels, asked.channels),
    ...compareSpecs(header.specs, asked.specs),
    ...comparePip(header.pip, asked.pip),
    ...compareFiles(header.pipFiles ?? [], asked.pipFiles ?? []),
    ...(header.condarc === asked.condarc ? [] : [{ text: 'the condarc is another one' }]),
  ]
  return differences.length > 0 ? differences : [{ text: 'its header was changed by hand' }]
}

function compareValue(what: string, before: string, now: string): Difference[] {
  return before === now ? [] : [{ text: `${what} is ${now}, and was ${before}` }]
}

/** The lock has the name that was asked for, and the digest that it had then. */
function compareBase(pinned: string, asked: string): Difference[] {
  if (pinned === asked || pinned.startsWith(`${asked}@`)) return []
  return compareValue('the base image', pinned.replace(/@[^@]*$/, ''), asked)
}

/** What the user says of virtual packages, `__glibc=2.28`; each is there once. */
function compareVirtualPackages(before: readonly string[], now: readonly string[]): Difference[] {
  const pairs = pairByName(before, now, (item) => item.split('=', 1)[0] ?? '')
  return pairs.map(([was, is]) => ({ text: inWords('virtual package', was, is) }))
}

/** A line is about the package that it begins with the name of. */
function comparePip(before: readonly string[], now: readonly string[]): Difference[] {
  const nameOf = (line: string) => canonicalName(/^[\w.-]+/.exec(line)?.[0] ?? line)
  const differences = pairByName(before, now, nameOf).map(([was, is]) => ({
    text: inWords('pip requirement', was, is),
    ...(is !== undefined && { item: { kind: 'pip requirement', value: is } as const }),
  }))
  return differences.length > 0 ? differences : compareOrdered('pip requirement', before, now)
}

/** What pip reads besides the environment file. */
function compareFiles(before: readonly PipFilePin[], now: readonly PipFilePin[]): Difference[] {
  const digests = (pins: readonly PipFilePin[]) => new Map(pins.map(({ path, digest }) => [path, digest]))
  const [old, is] = [digests(before), digests(now)]
  return [...new Set([...is.keys(), ...old.keys()])]
    .filter((path) => old.get(path) !== is.get(path))
    .map((path) => ({
      text: `'${path}', which pip reads, ${!is.has(path) ? 'is gone' : old.has(path) ? 'has changed' : 'is new'}`,
      ...(is.has(path) && { item: { kind: 'file for pip', value: path } as const }),
    }))
}

function compareSpecs(before: readonly string[], now: readonly string[]): Difference[] {
  return pairByName(before, now, packageOfSpec).map(([was, is]) => ({
    text: inWords('spec', was, is),
    ...(is !== undefined && { item: { kind: 'spec', value: is } as const }),
  }))
}

function inWords(what: string, was: string | undefined, is: string | undefined): string {
  if (was === undefined) return `the ${what} '${is ?? ''}' is new`
  if (is === undefined) return `the ${what} '${was}' is gone`
  return `the ${what} '${is}' was '${was}'`
}

/** What is new beside what is gone, where one of each is about the same; what is there on both sides is left out. */
function pairByName(
  before: readonly string[],
  now: readonly string[],
  nameOf: (item: string) => string,
): [was: string | undefined, is: string | undefined][] {
  const gone = before.filter((item) => !now.includes(item))
  const added = now.filter((item) => !before.includes(item))
  const pairs = added.map((is): [string | undefined, string] => {
    const index = gone.findIndex((was) => nameOf(was) === nameOf(is))
    return [index < 0 ? undefined : gone.splice(index, 1)[0], is]
  })
  return [...pairs, ...gone.map((was): [string, undefined] => [was, undefined])]
}

function compareOrdered(kind: ItemKind, before: readonly string[], now: readonly string[]): Difference[] {
  const differences = [
    ...now
      .filter((item) => !before.includes(item))
      .map((value) => ({ text: `the ${kind} '${value}' is new`, item: { kind, value } })),
    ...before
      .filter((item) => !now.includes(item))
      .map((item) => ({ text: `the ${kind} '${item}' is gone` })),
  ]
  const [value = ''] = now
  if (differences.length > 0 || before.join('\n') === now.join('\n')) return differences
  return [{ text: `the ${kind}s are in another order: ${now.join(', ')}`, item: { kind, value } }]
}
