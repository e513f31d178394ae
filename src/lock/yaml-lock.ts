import { isMap, isScalar, isSeq, LineCounter, parseDocument, type YAMLMap } from 'yaml'
import { UserError } from '../common/errors.ts'
import type { Subdir } from '../common/platform.ts'
import { canonicalName } from '../environment/read.ts'
import { sortTopologically } from '../micromamba/solve.ts'
import { LineProblem } from './line-problem.ts'
import { parsePackageLine } from './package-line.ts'
import type { Lock, LockedPackage, LockedWheel } from './types.ts'
import { parseWheel } from './wheel-line.ts'
import { inOrderOfInstalling, uniqueByName } from './wheels.ts'

/** What the lockfiles that are YAML, conda-lock's and pixi's, have in common. */

/** A lockfile as it is read, with where things stand in it. */
export interface YamlLock {
  readonly file: string
  readonly top: YAMLMap
  /** @returns an error at the line of the node */
  refuse(node: unknown, what: string, advice?: string): UserError
  line(node: unknown): number
}

/** A package of such a lockfile. */
export interface YamlPackage {
  readonly node: YAMLMap
  readonly url: string
  readonly sha256?: string
  readonly md5?: string
  /** MatchSpecs, or names. */
  readonly depends: readonly string[]
}

/** A wheel of such a lockfile, or what one is to be built from. */
export interface YamlWheel {
  readonly node: YAMLMap
  readonly name: string
  /** As a line of an explicit file has it, with its hash. */
  readonly address: string
  readonly requested: boolean
  readonly direct: boolean
}

/** @throws UserError when it is not YAML, or no map */
export function openYaml(text: string, file: string): YamlLock {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [error] = document.errors
  if (error) {
    throw new UserError(`it is not YAML: ${error.message}`, {
      at: { file, line: lines.linePos(error.pos[0]).line },
    })
  }
  const line = (node: unknown) => {
    const range = (node as { range?: readonly number[] | null } | undefined)?.range // of any node of the parser's
    return range?.[0] === undefined ? 1 : lines.linePos(range[0]).line
  }
  const { contents } = document
  if (!isMap(contents)) throw new UserError('it is not a lockfile', { at: { file, line: 1 } })
  return {
    file,
    top: contents,
    line,
    refuse: (node, what, advice) => new UserError(what, { at: { file, line: line(node) }, advice }),
  }
}

export function textOf(map: YAMLMap, key: string): string | undefined {
  const node = map.get(key, true)
  return isScalar(node) && node.value !== null ? node.source : undefined
}

/** The address of an archive with its hash, once. */
export function withHash(address: string, sha256: string): string {
  const [url = '', fragment = ''] = address.split('#')
  const rest = fragment.split('&').filter((part) => part !== '' && !part.startsWith('sha256='))
  return `${url}#${[`sha256=${sha256}`, ...rest].join('&')}`
}

/** The maps of a list; none when there is no list. */
export function mapsIn(list: unknown): YAMLMap[] {
  return isSeq(list) ? list.items.filter((item) => isMap(item)) : []
}

export function textsIn(list: unknown): string[] {
  return isSeq(list) ? list.items.flatMap((item) => (isScalar(item) ? [String(item.value)] : [])) : []
}

/**
 * The lock of some packages, each after those it depends on: neither format keeps such an order, both are sorted by name or address.
 * Packages are held to the rules of explicit files; of two hashes the sha256 counts.
 * @throws UserError
 */
export function lockOf(
  lock: YamlLock,
  packages: readonly YamlPackage[],
  wheels: readonly YamlWheel[],
  platform: Subdir,
): Lock {
  const byName = new Map<string, LockedPackage>()
  const read = packages.map((one) => {
    const locked = readPackage(lock, one)
    const { name, subdir, url } = locked
    const twin = byName.get(name)
    if (twin) throw lock.refuse(one.node, `${name} stands here for the second time, after line ${twin.line}`)
    if (subdir !== platform && subdir !== 'noarch') {
      throw lock.refuse(one.node, `${url.href} is not for ${platform}`)
    }
    byName.set(name, locked)
    return { name, depends: one.depends, locked }
  })
  return {
    packages: sortTopologically(read).map(({ locked }) => locked),
    wheels: readWheels(lock, wheels, platform),
  }
}

function readWheels(lock: YamlLock, wheels: readonly YamlWheel[], platform: Subdir): LockedWheel[] {
  const read = wheels.map(({ node, name, ...wheel }): LockedWheel => {
    try {
      return { ...parseWheel({ ...wheel, name: canonicalName(name) }, platform), line: lock.line(node) }
    } catch (error) {
      if (!(error instanceof LineProblem)) throw error
      throw lock.refuse(node, error.message, error.advice)
    }
  })
  uniqueByName(read, (line, what) => new UserError(what, { at: { file: lock.file, line } }))
  return inOrderOfInstalling(read)
}

function readPackage(lock: YamlLock, { node, url, sha256, md5 }: YamlPackage): LockedPackage {
  try {
    return { ...parsePackageLine(`${url}#${sha256 ?? md5 ?? ''}`, false), line: lock.line(node) }
  } catch (error) {
    if (!(error instanceof LineProblem)) throw error
    throw lock.refuse(node, error.message, error.advice)
  }
}
