import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path/posix'
import { buildNumber, buildPrefix, text, timestamp, type PackageFile, type Recipe } from './recipe.ts'

/** The files below `info/` of a package, sorted (conda-build's `post.py` and `create_info_files`). */
export function metadataFiles(recipe: Recipe): PackageFile[] {
  const linked = recipe.files.filter(({ type }) => type !== 'directory')
  const paths = linked.map(({ path }) => path).sort(compare)
  const files = [
    json('info/about.json', {
      license: recipe.license ?? 'MIT',
      summary: `${recipe.name} of the test world`,
    }),
    text('info/files', paths.map((path) => `${path}\n`).join('')),
    json('info/index.json', indexRecord(recipe)),
  ]
  const prefixed = linked.flatMap((file) => (file.type === 'file' && file.placeholder ? [file] : []))
  if (prefixed.length > 0) {
    const quoted = (path: string) => (path.includes(' ') ? `"${path}"` : path)
    const lines = prefixed.map(
      ({ path, placeholder = '' }) => `${buildPrefix} ${placeholder} ${quoted(path)}\n`,
    )
    files.push(text('info/has_prefix', lines.sort(compare).join('')))
  }
  if (recipe.noarch === 'python') {
    const noarch = { type: 'python', ...(recipe.entryPoints && { entry_points: recipe.entryPoints }) }
    files.push(json('info/link.json', { noarch, package_metadata_version: 1 }))
  }
  if (recipe.format !== 'old tar.bz2') files.push(json('info/paths.json', pathsJson(recipe)))
  for (const [path, content] of Object.entries(recipe.info ?? {})) files.push(text(`info/${path}`, content))
  return files.sort((a, b) => compare(a.path, b.path))
}

/** info/index.json, the part of a repodata record that the package itself knows. */
export function indexRecord(recipe: Recipe): Record<string, unknown> {
  return {
    ...(recipe.noarch === undefined && archOf[recipe.subdir]),
    build: recipe.build,
    build_number: buildNumber(recipe),
    ...(recipe.constrains && { constrains: recipe.constrains }),
    depends: recipe.depends ?? [],
    license: recipe.license ?? 'MIT',
    name: recipe.name,
    ...(recipe.noarch && { noarch: recipe.noarch }),
    ...(recipe.pythonSitePackagesPath && { python_site_packages_path: recipe.pythonSitePackagesPath }),
    subdir: recipe.subdir,
    timestamp,
    version: recipe.version,
  }
}

const archOf: Readonly<Record<string, object>> = {
  'linux-64': { arch: 'x86_64', platform: 'linux' },
  'linux-aarch64': { arch: 'aarch64', platform: 'linux' },
}

function pathsJson({ files }: Recipe): object {
  const contents = new Map(files.map((file) => [file.path, file.type === 'file' ? file.content : nothing]))
  // A link's hash is that of what it leads to; of one that leads out of the package or to another link, that of nothing.
  const contentOf = (file: PackageFile) => {
    const path =
      file.type === 'symlink'
        ? join(dirname(file.path), file.target)
        : file.type === 'hardlink'
          ? file.target
          : file.path
    return contents.get(path) ?? nothing
  }
  const paths = files
    .filter(({ type }) => type !== 'directory')
    .map((file) => ({
      _path: file.path,
      ...(file.type === 'file' &&
        file.placeholder && { file_mode: file.placeholder, prefix_placeholder: buildPrefix }),
      path_type: file.type === 'symlink' ? 'softlink' : 'hardlink',
      sha256: createHash('sha256').update(contentOf(file)).digest('hex'),
      size_in_bytes: contentOf(file).length,
    }))
  return { paths: paths.sort((a, b) => compare(a._path, b._path)), paths_version: 1 }
}

const nothing = new Uint8Array()

function json(path: string, value: unknown): PackageFile {
  return text(path, `${JSON.stringify(value, null, 2)}\n`)
}

/** By code units: the same on every machine. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
