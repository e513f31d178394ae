import { fileURLToPath } from 'node:url'
import { decoded } from '../credentials.ts'
import type { PipLineKind } from '../types.ts'
import { meant } from './meant.ts'
import { canonicalName, isArchiveName, wheelParts } from './name.ts'
import { readOptions, type Options } from './options.ts'
import { RequirementProblem } from './problem.ts'

export { RequirementProblem } from './problem.ts'

/** What a line says, as far as it has to be known before pip reads it. */
export interface Requirement {
  readonly kind: PipLineKind
  /** The distribution's, canonical, where the line has it. */
  readonly name?: string
  /** The folder or archive on this machine that it is about, as written. */
  readonly path?: string
  /** The file that `-r` or `-c` names, as written: a path or an address. */
  readonly requirements?: string
  readonly constraints?: string
}

const name = String.raw`[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?`
const extras = String.raw`(?:\s*\[[\s\w.,-]*\])?`
const version = String.raw`(?:===\s*[^\s;)]+(?![^\s;)])|(?:==|~=|!=|<=|>=|<|>)\s*[^\s,;()<>=~]+)`
const versions = String.raw`${version}(?:\s*,\s*${version})*\s*,?`
const specifier = new RegExp(`^(${name})${extras}\\s*(?:${versions}|\\(\\s*${versions}\\s*\\))?$`)
const named = new RegExp(`^(${name})${extras}\\s*@\\s*(.*)$`, 's')

/** Characters of a requirement without its options, of which an address has the most. */
const longest = 4096

/**
 * Takes a line apart as pip does (req_file.py, `parse_line`, and constructors.py): options, else a requirement with options behind it.
 * What is left to pip is whether there are such packages and versions.
 * @param text a logical line, with `${VAR}` filled in
 * @throws RequirementProblem for what no pip can read
 */
export function readRequirement(text: string): Requirement {
  const words = text.split(' ')
  const end = words.findIndex((word) => word.startsWith('-'))
  const given = (end < 0 ? text : words.slice(0, end).join(' ')).trim()
  if (given.length > longest) throw new RequirementProblem(`it has ${given.length} characters`)
  if (given !== '') {
    if (end >= 0) refuseOld(readOptions(words.slice(end).join(' ')))
    return readGiven(given)
  }
  const editable = /^(?:-e|--editable)[\s=]\s*([^\s'"]+\s*@\s*[^\s'"]+)$/.exec(text)?.[1]
  return editable === undefined ? readOptionLine(readOptions(text)) : readEditable(editable)
}

/** pip has them for `setup.py bdist_wheel`, and passes over them in silence where it asks a project's backend (PEP 517), as it does here. */
function refuseOld(options: Options): void {
  const old = ['--global-option', '--build-option', '--install-option'].find((option) => options.has(option))
  if (old === undefined) return
  throw new RequirementProblem(
    `'${old}' is of no use: a wheel is built by the project's backend, which is not told of it`,
    `Of setuptools ask --config-settings="${old === '--global-option' ? old : '--build-option'}=…".`,
  )
}

function readOptionLine(options: Options): Requirement {
  const [editable] = only(options, '--editable')
  if (editable !== undefined) {
    refuseOld(options)
    return readEditable(editable)
  }
  const stray = ['--hash', '--global-option', '--config-settings'].find((option) => options.has(option))
  if (stray !== undefined) {
    throw new RequirementProblem(`'${stray}' belongs to a requirement, on the same line`)
  }
  const [requirements] = only(options, '--requirement')
  if (requirements !== undefined) return { kind: 'option', requirements: included(requirements) }
  const [constraints] = only(options, '--constraint')
  return { kind: 'option', ...(constraints !== undefined && { constraints: included(constraints) }) }
}

function included(file: string): string {
  return /^file:/i.test(file) ? pathOf(file) : file
}

/** pip passes over all but the first of them in silence. */
function only(options: Options, option: string): readonly string[] {
  const values = options.get(option) ?? []
  if (values.length < 2) return values
  throw new RequirementProblem(`of several ${option} pip reads the first`, 'Write each on a line of its own.')
}

function readEditable(text: string): Requirement {
  const [, of, address] = named.exec(text) ?? []
  const { kind, path, name: known } = readGivenAddress(address ?? asVcs(text)) ?? { kind: 'path', path: text }
  if (kind === 'url') {
    throw new RequirementProblem(
      `'${text}' cannot be installed as editable`,
      'Name a folder, or a repository: -e git+https://….',
    )
  }
  const its = of === undefined ? known : canonicalName(of)
  return {
    kind: 'editable',
    ...(its !== undefined && { name: its }),
    ...(path !== undefined && { path: withoutExtras(path) }),
  }
}

/** `git:https://…` counts as `git+https://…` behind `-e`. */
function asVcs(text: string): string {
  return text.replace(/^(git|hg|svn|bzr):(?!\/\/)/i, '$1+')
}

function readGiven(text: string): Requirement {
  const whole = withoutMarker(text)
  const address = readGivenAddress(whole)
  if (address) return address
  const [, of, target] = named.exec(whole) ?? []
  if (of !== undefined && target !== undefined) {
    const found = readGivenAddress(target)
    if (found) return { ...found, name: canonicalName(of) }
    throw new RequirementProblem(
      `'${target}' is no address`,
      isPathLike(target) ? `Write ${target} alone, or ${of} @ file:${target}.` : undefined,
    )
  }
  const [, plain] = specifier.exec(whole) ?? []
  const wheel = wheelParts(whole.replace(/^.*\//, ''))
  if (!whole.includes('://') && !/^git\+/.test(whole) && (isPathLike(whole) || isArchiveName(whole))) {
    return { kind: 'path', ...(wheel && { name: wheel.name }), path: withoutExtras(whole) }
  }
  if (plain !== undefined) return { kind: 'index', name: canonicalName(plain) }
  throw meant(whole)
}

/** Behind an address a `;` of its own belongs to it. */
function withoutMarker(text: string): string {
  const isAddress = /^[a-z][a-z0-9+.-]*:/i.test(text) || named.test(text)
  const at = isAddress ? text.search(/\s;|;\s|;$/) : text.indexOf(';')
  return at < 0 ? text : text.slice(0, at).trim()
}

function readGivenAddress(text: string): Requirement | undefined {
  const [, scheme = ''] = /^([a-z][a-z0-9+.-]*):/i.exec(text) ?? []
  const its = nameInAddress(text)
  const name = its === undefined ? {} : { name: its }
  if (/^(git|hg|svn|bzr)\+(https?|ssh|git|svn|file|lp|ftp|sftp|static-http)$/i.test(scheme)) {
    return { kind: 'vcs', ...name }
  }
  switch (scheme.toLowerCase()) {
    case 'http':
    case 'https':
    case 'ftp':
      if (!/\.git(@[^/]*)?(#.*)?$/.test(text)) return { kind: 'url', ...name }
      throw new RequirementProblem(`a repository's address begins with git+`, `Write git+${text}.`)
    case 'file':
      return { kind: 'path', ...name, path: pathOf(text) }
    default:
      return undefined
  }
}

/** Of `file:///srv/app` and of `file:./app`, which pip takes as relative to where it runs. */
function pathOf(address: string): string {
  const bare = address.replace(/[?#].*$/s, '')
  if (!/^file:\/\//i.test(bare)) return decoded(bare.slice('file:'.length))
  try {
    return fileURLToPath(bare)
  } catch {
    throw new RequirementProblem(`'${bare}' is no file of this machine`, 'Write file:///path, or a path.')
  }
}

function nameInAddress(text: string): string | undefined {
  const [, egg] = new RegExp(`[#&]egg=(${name})`).exec(text) ?? []
  if (egg !== undefined) return canonicalName(egg)
  const file = text.replace(/[?#].*$/s, '').replace(/^.*\//, '')
  return wheelParts(decoded(file))?.name
}

function isPathLike(text: string): boolean {
  return text.includes('/') || text.startsWith('.')
}

function withoutExtras(path: string): string {
  return path.replace(/\[[^\]]*\]$/, '')
}
