import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { foreignText } from '../common/foreign.ts'
import type { Subdir } from '../common/platform.ts'
import { isArchiveName, decoded, wheelParts } from '../environment/read.ts'
import { withHash } from '../lock/yaml-lock.ts'
import type { Table } from './table.ts'
import { chooseWheel, fitsSomeGlibc, type Python } from './wheel-choice.ts'

export interface SourceContext {
  readonly path: string
  readonly file: string
  readonly folder: string
  readonly subdir: Subdir
  readonly python: Python
  readonly glibc: () => Promise<string>
}

/** Where a package comes from, as a line of a lock has it. */
export interface Source {
  /** With its hash, or the commit. */
  readonly address: string
  /** By its address, not from an index: it gets a direct_url.json. */
  readonly direct: boolean
  /** A text that stands where the file says so. */
  readonly at?: string
}

const kinds = ['vcs', 'directory', 'archive'] as const

/**
 * Chooses what a package is installed from: the best of its wheels, else its sdist; or the one other source that it has.
 * @throws UserError when there is none, or more than the specification allows
 */
export async function sourceOf(name: string, table: Table, context: SourceContext): Promise<Source> {
  const wheels = table.tables('wheels')
  const sdist = table.table('sdist')
  const direct = kinds.filter((kind) => table.has(kind))
  const isOfIndex = wheels.length > 0 || sdist !== undefined
  const [kind] = direct
  if (direct.length > 1 || (isOfIndex && kind)) {
    const found = [...direct, ...(wheels.length > 0 ? ['wheels'] : []), ...(sdist ? ['sdist'] : [])]
    throw table.refuse(`${name} has several sources, and must have one: ${found.join(', ')}`)
  }
  const other = kind && table.table(kind)
  if (kind && other) {
    if (kind === 'vcs') return readRepository(name, other)
    return kind === 'directory' ? readDirectory(other, context) : readArchive(name, other, context)
  }
  const wheel = await bestWheel(name, wheels, context)
  if (wheel) return { ...readFile(name, wheel, context), direct: false }
  if (sdist) return { ...readFile(name, sdist, context), direct: false }
  if (wheels.length === 0) throw table.refuse(`${name} has neither wheels nor another source`)
  throw await nothingFits(name, table, wheels.map(fileNameOf), context)
}

async function bestWheel(
  name: string,
  wheels: readonly Table[],
  { python, glibc }: SourceContext,
): Promise<Table | undefined> {
  const byFile = new Map(wheels.map((wheel) => [fileNameOf(wheel), wheel]))
  for (const [file, wheel] of byFile) {
    if (!wheelParts(file)) throw wheel.refuse(`'${foreignText(file)}' of ${name} is not the name of a wheel`)
  }
  const chosen = await chooseWheel([...byFile.keys()], python, glibc)
  return chosen === undefined ? undefined : byFile.get(chosen)
}

async function nothingFits(
  name: string,
  table: Table,
  files: readonly string[],
  { python, glibc }: SourceContext,
): Promise<Error> {
  const isTooNew = fitsSomeGlibc(files, python)
  const target = `python ${python.version} on ${python.subdir}${isTooNew ? ` with glibc ${await glibc()}` : ''}`
  const [first = ''] = files
  const what =
    files.length === 1 ? `its wheel ${foreignText(first)} is not` : `none of its ${files.length} wheels is`
  return table.refuse(
    `${name} cannot be installed: ${what} for ${target}`,
    isTooNew
      ? "Choose a base with a newer C library, or lock a version with wheels for this one. What the base has is asked of it, or said by 'virtual-packages'."
      : 'Lock for the python and the platform of the conda packages, or a version that has such wheels.',
  )
}

/** A wheel or an sdist: its name may differ from what its address ends with, and then nothing here could tell what it is. */
function readFile(name: string, table: Table, context: SourceContext): Omit<Source, 'direct'> {
  const [place, end] = placeOf(table)
  const file = fileNameOf(table)
  if (end !== file) {
    throw table.refuse(
      `'${foreignText(file)}' of ${name} goes by another name at its address: ${foreignText(end)}`,
      'Files are known by the ends of their addresses here. Lock it from an index whose addresses have the names of files.',
      end,
    )
  }
  return { address: withHash(addressOf(place, context), hashOf(name, table)), at: end }
}

async function readArchive(name: string, table: Table, context: SourceContext): Promise<Source> {
  const [place, end] = placeOf(table)
  if (!isArchiveName(end)) {
    throw table.refuse(
      `'${foreignText(end)}' of ${name} has not the name of an archive`,
      'It has to end with .whl, .tar.gz, .zip or the like.',
      end,
    )
  }
  if (/\.whl$/i.test(end) && wheelParts(end) && !(await chooseWheel([end], context.python, context.glibc))) {
    throw await nothingFits(name, table, [end], context)
  }
  const address = withHash(addressOf(place, context), hashOf(name, table))
  return { address: withFragment(address, { subdirectory: subdirectoryOf(table) }), direct: true, at: end }
}

function readRepository(name: string, table: Table): Source {
  const [type, commit] = [table.required('type'), table.required('commit-id')]
  const url = table.text('url')
  if (url === undefined) {
    throw table.refuse(
      `the repository of ${name} lies on a machine: ${foreignText(table.required('path'))}`,
      "Lock it by its address, or as a 'directory' of the workspace.",
    )
  }
  if (!/^(git|hg|svn|bzr)$/.test(type)) {
    throw table.refuse(`'${foreignText(type)}' of ${name} is no version control that is known here`)
  }
  const address = withFragment(`${type}+${url}@${commit}`, {
    revision: table.text('requested-revision'),
    subdirectory: subdirectoryOf(table),
  })
  return { address, direct: true, at: url }
}

/** An image has what is built of it: what is `editable` is installed as any other. */
function readDirectory(table: Table, context: SourceContext): Source {
  const path = table.required('path')
  const address = addressOf({ path }, context)
  return { address: withFragment(address, { subdirectory: subdirectoryOf(table) }), direct: true, at: path }
}

type Place = { readonly path: string } | { readonly url: string }

/** A path counts before an address. @returns it with the name of the file that it ends with */
function placeOf(table: Table): [Place, end: string] {
  const path = table.text('path')
  if (path !== undefined) return [{ path }, path.replace(/^.*[/\\]/, '')]
  const url = table.required('url')
  return [{ url }, decoded(url.replace(/[?#].*$/s, '').replace(/^.*\//, ''))]
}

function fileNameOf(table: Table): string {
  return table.text('name') ?? placeOf(table)[1]
}

/** Paths begin at the folder of the file; those of a lock, at its own. */
function addressOf(place: Place, { path: file, folder }: SourceContext): string {
  if ('url' in place) return place.url
  const path = place.path.replaceAll('\\', '/').toWellFormed()
  if (isAbsolute(path)) return pathToFileURL(path).href
  const below = relative(folder, resolve(dirname(file), path))
  return `file:${below.split(sep).map(encodeURIComponent).join('/') || '.'}`
}

function hashOf(name: string, table: Table): string {
  const hashes = table.table('hashes')?.entries() ?? []
  const sha256 = hashes.find(([algorithm]) => algorithm.toLowerCase() === 'sha256')?.[1]
  if (sha256 !== undefined) return sha256
  const found = hashes.map(([algorithm]) => foreignText(algorithm)).join(', ')
  throw table.refuse(
    `'${foreignText(fileNameOf(table))}' of ${name} has no sha256${found === '' ? '' : `, only ${found}`}`,
    'Have it locked with its sha256.',
    fileNameOf(table),
  )
}

function subdirectoryOf(table: Table): string | undefined {
  const path = table.text('subdirectory')?.replaceAll('\\', '/').toWellFormed()
  if (path === undefined || path === '' || path === '.') return undefined
  if (!isAbsolute(path) && !path.split('/').includes('..')) return path
  throw table.refuse(`'${foreignText(path)}' does not lie in the source`, undefined, path)
}

function withFragment(address: string, values: Readonly<Record<string, string | undefined>>): string {
  const parts = Object.entries(values).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [`${key}=${encodeURIComponent(value.toWellFormed())}`],
  )
  if (parts.length === 0) return address
  return `${address}${address.includes('#') ? '&' : '#'}${parts.join('&')}`
}
