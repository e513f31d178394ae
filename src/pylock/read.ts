import * as core from '@actions/core'
import { foreignText } from '../common/foreign.ts'
import type { Subdir } from '../common/platform.ts'
import { canonicalName } from '../environment/read.ts'
import { parsePythonVersion, type PythonVersion } from '../lock/diff/python-versions.ts'
import { LineProblem } from '../lock/line-problem.ts'
import type { Lock, LockedWheel } from '../lock/types.ts'
import { parseWheel } from '../lock/wheel-line.ts'
import { MarkerProblem, markerHolds, type MarkerValues } from '../pip/marker-expression.ts'
import { markersOf } from '../pip/markers.ts'
import { parseSpecifiers } from '../pip/specifiers.ts'
import { sourceOf, type SourceContext } from './source.ts'
import { openToml, type Table } from './table.ts'

/** The door of this folder: a pylock.toml (PEP 751) beside the lock of conda packages. */

export interface PylockRequest {
  readonly text: string
  /** Absolute: its own paths are relative to its folder. */
  readonly path: string
  /** How it is called in errors. */
  readonly file: string
  /** Absolute, that paths in the lock of the conda packages are relative to. */
  readonly folder: string
  readonly subdir: Subdir
  /** The lock of the conda packages, which has the python. */
  readonly lock: Pick<Lock, 'packages'>
  /** The version of the target's C library: `2.28`. Asked only where the choice of a wheel depends on it. */
  readonly glibc: () => Promise<string>
}

/**
 * The wheels that a pylock.toml has for a platform and a python, as the specification's "Installation" says it: the default set, without
 * extras. All of them count as asked for, as they do to `pip install -r pylock.toml`.
 * @returns in no order of installing
 * @throws UserError with the line of what is malformed, does not fit, or cannot be had
 */
export async function readPylock(request: PylockRequest): Promise<LockedWheel[]> {
  const top = openToml(request.text, request.file, 'packages')
  checkVersion(top, request.file)
  top.required('created-by')
  if (!top.has('packages')) throw top.refuse(`there is no 'packages'`)
  const packages = top.tables('packages')
  if (packages.length === 0) return []
  const python = pythonOf(top, request)
  const values = {
    markers: markersOf({ version: python.version, subdir: request.subdir }),
    extras: new Set<string>(),
    dependencyGroups: new Set(top.texts('default-groups')),
  }
  checkTarget(top, python, values, request)
  sayLeftOut(top, request.file)
  const chosen = new Map<string, Table>()
  for (const table of packages) {
    const name = nameOf(table)
    const marker = table.text('marker')
    if (marker !== undefined && !holds(table, marker, values)) continue
    const wanted = table.text('requires-python')
    if (wanted !== undefined && !allows(table, wanted, python)) {
      throw table.refuse(
        `${name} is for python ${foreignText(wanted)}, and the lockfile has ${python.version}`,
        lockAnew,
      )
    }
    const twin = chosen.get(name)
    if (twin) {
      throw table.refuse(
        `${name} is to be installed, and so is another one of line ${twin.line}`,
        'The markers of one package must not hold at the same time. Have the file written anew.',
      )
    }
    chosen.set(name, table)
  }
  const context = { ...request, python: { ...python, subdir: request.subdir } }
  return Promise.all([...chosen].map(([name, table]) => wheelOf(name, table, context)))
}

const lockAnew = 'Lock for the python and the platform of the conda packages.'

/** Of the same major version, newer ones may have more keys. */
function checkVersion(top: Table, file: string): void {
  const version = top.required('lock-version')
  const [, major, minor] = /^(\d+)\.(\d+)$/.exec(version) ?? []
  if (major !== '1') {
    throw top.refuse(
      `version ${foreignText(version)} of pylock.toml is not known here, only 1.0`,
      undefined,
      'lock-version',
    )
  }
  if (minor === '0') return
  core.warning(`it is of version ${version}, newer than 1.0: what only newer ones say is passed over`, {
    file,
  })
}

interface Python {
  readonly version: string
  readonly parsed: PythonVersion
  readonly freeThreaded: boolean
}

/** Builds without the global lock are told by their name: `python-3.13.1-h9a34b6e_5_cp313t.conda`. */
function pythonOf(top: Table, { lock }: PylockRequest): Python {
  const python = lock.packages.find(({ name }) => name === 'python')
  const parsed = python && parsePythonVersion(python.version)
  if (!python || !parsed) {
    throw top.refuse(
      'it has packages for python, and there is no python in the lockfile of the conda packages',
      'Add python to the environment, and have its lockfile written anew.',
    )
  }
  return { version: python.version, parsed, freeThreaded: /_cp\d+t$/.test(python.build) }
}

function checkTarget(top: Table, python: Python, values: MarkerValues, { subdir }: PylockRequest): void {
  const wanted = top.text('requires-python')
  if (wanted !== undefined && !allows(top, wanted, python)) {
    throw top.refuse(
      `it is for python ${foreignText(wanted)}, and the lockfile has ${python.version}`,
      lockAnew,
      'requires-python',
    )
  }
  const environments = top.texts('environments')
  if (environments.length === 0 || environments.some((marker) => holds(top, marker, values))) return
  throw top.refuse(
    `none of its environments is that of python ${python.version} on ${subdir}`,
    lockAnew,
    'environments',
  )
}

function sayLeftOut(top: Table, file: string): void {
  const byDefault = new Set(top.texts('default-groups').map(canonicalName))
  const left = [
    ...top.texts('extras').map((name) => `the extra ${name}`),
    ...top
      .texts('dependency-groups')
      .filter((name) => !byDefault.has(canonicalName(name)))
      .map((name) => `the group ${name}`),
  ]
  if (left.length > 0) core.info(`${file}: left out are ${foreignText(left.join(', '))}`)
}

function nameOf(table: Table): string {
  const name = table.required('name')
  if (/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i.test(name)) return canonicalName(name)
  throw table.refuse(`'${foreignText(name)}' is not the name of a package`)
}

function holds(table: Table, marker: string, values: MarkerValues): boolean {
  try {
    return markerHolds(marker, values)
  } catch (error) {
    if (!(error instanceof MarkerProblem)) throw error
    throw table.refuse(
      `'${foreignText(marker)}' is no marker: ${foreignText(error.message)}`,
      undefined,
      marker,
    )
  }
}

function allows(table: Table, wanted: string, { parsed }: Python): boolean {
  const specifiers = parseSpecifiers(wanted)
  if (specifiers) return specifiers(parsed)
  throw table.refuse(`'${foreignText(wanted)}' says of no python whether it will do`, undefined, wanted)
}

async function wheelOf(name: string, table: Table, context: SourceContext): Promise<LockedWheel> {
  const { address, direct, at } = await sourceOf(name, table, context)
  const line = table.lineOf(at)
  try {
    const wheel = parseWheel({ name, address, requested: true, direct }, context.subdir)
    checkSameVersion(table, wheel.version)
    return { ...wheel, line, lockFile: context.file }
  } catch (error) {
    if (!(error instanceof LineProblem)) throw error
    throw table.refuse(error.message, error.advice, at)
  }
}

function checkSameVersion(table: Table, found: string | undefined): void {
  const said = table.text('version')
  if (said === undefined || found === undefined) return
  const [one, other] = [parsePythonVersion(said), parsePythonVersion(found)]
  if (!one) throw table.refuse(`'${foreignText(said)}' is not a version of a python package`, undefined, said)
  if (!other || one.key.join(' ') === other.key.join(' ')) return
  throw table.refuse(`its version is ${foreignText(said)}, and its file is of ${foreignText(found)}`)
}
