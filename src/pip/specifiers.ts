import { orderOf, parsePythonVersion, type PythonVersion } from '../lock/diff/python-versions.ts'

/** Whether a version is one of those that are meant, of the specification "Version specifiers" (PEP 440). */
export type Specifier = (version: PythonVersion) => boolean

const form = /^\s*(===|~=|==|!=|<=|>=|<|>)\s*([^\s,;()]+)\s*$/

/** Reads one of them, such as `>=3.9` or `== 3.12.*`. @returns undefined for anything else */
export function parseSpecifier(text: string): Specifier | undefined {
  const [, operator = '', operand = ''] = form.exec(text) ?? []
  const [, prefix] = /^(.*)\.\*$/.exec(operand) ?? []
  const version = parsePythonVersion(prefix ?? operand)
  if (!version || (version.local.length > 0 && !['==', '!=', '==='].includes(operator))) return undefined
  if (prefix !== undefined) {
    // What stands before it are the numbers of a release.
    if (!['==', '!='].includes(operator) || !/^v?(\d+!)?[\d.]+$/i.test(prefix)) return undefined
    return (other) => beginsWith(other, version) === (operator === '==')
  }
  switch (operator) {
    case '===': // the same as text
      return (other) => orderOf(other, version) === 0 && other.release.length === version.release.length
    case '~=':
      if (version.release.length < 2) return undefined
      return (other) =>
        orderOf(withoutLocal(other), version) >= 0 &&
        beginsWith(other, { ...version, release: version.release.slice(0, -1) })
    case '==':
      return (other) => isSame(other, version)
    case '!=':
      return (other) => !isSame(other, version)
    case '<=':
      return (other) => orderOf(withoutLocal(other), version) <= 0
    case '>=':
      return (other) => orderOf(withoutLocal(other), version) >= 0
    case '<':
      return (other) =>
        orderOf(other, version) < 0 &&
        !(other.isPrerelease && !version.isPrerelease && hasSameRelease(other, version))
    case '>':
      return (other) =>
        orderOf(other, version) > 0 &&
        !(
          ((other.isPostrelease && !version.isPostrelease) || other.local.length > 0) &&
          hasSameRelease(other, version)
        )
    default:
      return undefined
  }
}

/**
 * Reads what `Requires-Python` has: specifiers with commas between them, all of which have to hold; of none, any version.
 * @returns undefined where one of them is no specifier
 */
export function parseSpecifiers(text: string): Specifier | undefined {
  const all = text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(parseSpecifier)
  const known = all.filter((specifier) => specifier !== undefined)
  if (known.length < all.length) return undefined
  return (version) => known.every((specifier) => specifier(version))
}

function isSame(version: PythonVersion, wanted: PythonVersion): boolean {
  return orderOf(wanted.local.length === 0 ? withoutLocal(version) : version, wanted) === 0
}

function withoutLocal(version: PythonVersion): PythonVersion {
  return { ...version, local: [], key: [...version.key.slice(0, -1), []] }
}

/** Numbers that are not written are zeros. */
function beginsWith(
  { epoch, release }: PythonVersion,
  prefix: Pick<PythonVersion, 'epoch' | 'release'>,
): boolean {
  return epoch === prefix.epoch && prefix.release.every((number, index) => number === (release[index] ?? 0))
}

function hasSameRelease(a: PythonVersion, b: PythonVersion): boolean {
  return a.key.slice(0, 2).join() === b.key.slice(0, 2).join()
}
