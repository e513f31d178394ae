import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { makeWheel as packWheel, type WheelItem } from '../../packages/make-wheel.ts'

/** A file that an index serves, and what it says of it. */
export interface PythonFile {
  readonly project: string
  readonly fileName: string
  readonly content: Buffer
  /** METADATA of a wheel. */
  readonly metadata?: string
  readonly requiresPython?: string
  /** The reason, which may be empty. */
  readonly yanked?: string
}

export interface WheelRecipe {
  readonly name: string
  readonly version: string
  /** Default: `py3-none-any`. */
  readonly tag?: string
  /** Requires-Dist. */
  readonly requires?: readonly string[]
  readonly extras?: readonly string[]
  readonly requiresPython?: string
  readonly yanked?: string
  /** Path to content; default: one module. */
  readonly files?: Readonly<Record<string, string>>
  /** Those of `files` that are executable. */
  readonly executables?: readonly string[]
  /** entry_points.txt */
  readonly entryPoints?: string
}

/** A wheel: the same bytes for the same recipe, whenever and wherever. */
export function makeWheel(recipe: WheelRecipe): PythonFile {
  const { name, version, tag = 'py3-none-any', executables = [], entryPoints, requires } = recipe
  const files = recipe.files ?? { [`${underscored(name)}.py`]: `version = '${version}'\n` }
  const items = Object.entries(files).map(([path, content]) => [
    path,
    executables.includes(path) ? { content, mode: 0o100755 } : content,
  ])
  const metadata = metadataOf(recipe)
  const { fileName, bytes } = packWheel({
    ...{ name, version, tag, entryPoints, requires },
    files: Object.fromEntries(items) as Record<string, WheelItem>,
    info: { METADATA: metadata, WHEEL: wheelText(tag) },
  })
  return { ...published(recipe), fileName, content: bytes, metadata }
}

export interface SdistRecipe extends Pick<
  WheelRecipe,
  'name' | 'version' | 'requires' | 'requiresPython' | 'yanked'
> {
  readonly files: Readonly<Record<string, string>>
  /** What PKG-INFO says of its format; from 2.2 on it is final. Default: 2.1. */
  readonly metadataVersion?: string
}

/** A source distribution, a `.tar.gz`. */
export async function makeSdist(recipe: SdistRecipe): Promise<PythonFile> {
  const stem = `${underscored(recipe.name)}-${recipe.version}`
  const tar = pack()
  const files = { 'PKG-INFO': metadataOf(recipe, recipe.metadataVersion), ...recipe.files }
  for (const [path, content] of Object.entries(files)) {
    tar.entry({ name: `${stem}/${path}`, mode: 0o644, mtime: new Date(0) }, content)
  }
  tar.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of tar as AsyncIterable<Buffer>) chunks.push(chunk)
  return { ...published(recipe), fileName: `${stem}.tar.gz`, content: gzipSync(Buffer.concat(chunks)) }
}

function published({
  name,
  requiresPython,
  yanked,
}: WheelRecipe | SdistRecipe): Omit<PythonFile, 'fileName' | 'content'> {
  return {
    project: name,
    ...(requiresPython !== undefined && { requiresPython }),
    ...(yanked !== undefined && { yanked }),
  }
}

/** METADATA, or PKG-INFO. */
export function metadataOf(
  recipe: Pick<WheelRecipe, 'name' | 'version' | 'requires' | 'extras' | 'requiresPython'>,
  format = '2.1',
): string {
  const { name, version, requires = [], extras = [], requiresPython } = recipe
  const fields = [
    ['Metadata-Version', format],
    ['Name', name],
    ['Version', version],
    ...(requiresPython === undefined ? [] : [['Requires-Python', requiresPython]]),
    ...extras.map((extra) => ['Provides-Extra', extra]),
    ...requires.map((requirement) => ['Requires-Dist', requirement]),
  ]
  return fields.map((field) => `${field.join(': ')}\n`).join('')
}

function wheelText(tag: string): string {
  const [pythons = '', abis = '', platforms = ''] = tag.split('-')
  const tags = pythons
    .split('.')
    .flatMap((python) =>
      abis.split('.').flatMap((abi) => platforms.split('.').map((on) => `${python}-${abi}-${on}`)),
    )
  const purelib = platforms === 'any' ? 'true' : 'false'
  return [
    'Wheel-Version: 1.0',
    'Generator: test world',
    `Root-Is-Purelib: ${purelib}`,
    ...tags.map((one) => `Tag: ${one}`),
    '',
  ].join('\n')
}

function underscored(name: string): string {
  return name.replace(/[-_.]+/g, '_')
}
