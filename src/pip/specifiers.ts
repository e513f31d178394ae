import { orderOf, parsePythonVersion, type PythonVersion } from '../lock/diff/python-versions.ts'

/** Whether a version is one of those that are meant, of the specification "Version specifiers" (PEP 440), as pip 26 reads it. */
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
    case '<': // none of its own pre-releases, unless it is one
      return (other) =>
        orderOf(other, version) < 0 &&
        !(other.isPrerelease && !version.isPrerelease && orderOf(other, firstPrerelease(version)) >= 0)
    case '>': // none of its own post-releases, unless it is one, nor itself with a local part
      return (other) =>
        orderOf(other, version) > 0 &&
        !(other.isPostrelease && !version.isPostrelease && orderOf(withoutPost(other), version) === 0) &&
        orderOf(withoutLocal(other), version) !== 0
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
  const [epoch, release, pre, post, dev] = version.key
  return { ...version, local: [], key: [epoch, release, pre, post, dev, []] }
}

/** What it is a post-release of. */
function withoutPost(version: PythonVersion): PythonVersion {
  const [epoch, release, pre] = version.key
  return { ...version, key: [epoch, release, pre, [-Infinity], [Infinity], []] }
}

/** `1.2.dev0` of 1.2, `1.2.post1.dev0` of `1.2.post1`. */
function firstPrerelease(version: PythonVersion): PythonVersion {
  const [epoch, release, pre, post] = version.key
  return { ...version, key: [epoch, release, version.isPostrelease ? pre : [-Infinity], post, [0], []] }
}

/** Numbers that are not written are zeros. */
function beginsWith(
  { epoch, release }: PythonVersion,
  prefix: Pick<PythonVersion, 'epoch' | 'release'>,
): boolean {
  return epoch === prefix.epoch && prefix.release.every((number, index) => number === (release[index] ?? 0))
}
