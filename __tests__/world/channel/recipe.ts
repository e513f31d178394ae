/** What a conda package is made from: enough to write its archive and its record in repodata.json. */
export interface Recipe {
  readonly name: string
  readonly version: string
  /** The build string, its number last, as in `h0_1` or `pyhd8ed1ab_0`. */
  readonly build: string
  readonly subdir: ChannelSubdir
  readonly noarch?: 'python' | 'generic'
  readonly depends?: readonly string[]
  readonly constrains?: readonly string[]
  /** `command = module:function`, of `noarch: python`. */
  readonly entryPoints?: readonly string[]
  /** Only on pythons. */
  readonly pythonSitePackagesPath?: string
  readonly license?: string
  /**
   * - `conda`: the format of today, the default
   * - `tar.bz2`: the older one, with all of today's metadata
   * - `old tar.bz2`: as made before there was paths.json
   */
  readonly format?: 'conda' | 'tar.bz2' | 'old tar.bz2'
  /** More files of `info/`, by their paths below it. */
  readonly info?: Readonly<Record<string, string>>
  readonly files: readonly PackageFile[]
}

export type ChannelSubdir = 'linux-64' | 'linux-aarch64' | 'noarch'

/** `path` is relative to the prefix. */
export type PackageFile =
  | {
      readonly type: 'file'
      readonly path: string
      readonly content: Uint8Array
      /** Default 0o644. */
      readonly mode?: number
      /** How the build prefix in the content is to be replaced; without it, it is not. */
      readonly placeholder?: 'text' | 'binary'
    }
  | { readonly type: 'symlink'; readonly path: string; readonly target: string }
  /** In the archive the same inode as `target`, another file of the package. */
  | { readonly type: 'hardlink'; readonly path: string; readonly target: string }
  /** Empty, and in the archive only: metadata has no word for it. */
  | { readonly type: 'directory'; readonly path: string }

/** A file with text. */
export function text(
  path: string,
  content: string,
  options: { mode?: number; placeholder?: 'text' | 'binary' } = {},
): PackageFile {
  return { type: 'file', path, content: Buffer.from(content), ...options }
}

/** A file that can be run; with a placeholder if its text has one. */
export function script(path: string, content: string): PackageFile {
  const placeholder = content.includes(buildPrefix) ? ('text' as const) : undefined
  return text(path, content, { mode: 0o755, ...(placeholder && { placeholder }) })
}

/** The prefix that packages are built at, as long as conda-build makes it: 255 bytes. */
export const buildPrefix = '/home/conda/feedstock_root/build_artifacts/world/_h_env'.padEnd(255, '_placehold')

/** The end of the build string. */
export function buildNumber(recipe: Recipe): number {
  return Number(/\d+/.exec(recipe.build.split('_').findLast((part) => /^\d+$/.test(part)) ?? '0')?.[0])
}

/** `<name>-<version>-<build>` */
export function distOf(recipe: Recipe): string {
  return `${recipe.name}-${recipe.version}-${recipe.build}`
}

export function fileNameOf(recipe: Recipe): string {
  return `${distOf(recipe)}.${(recipe.format ?? 'conda') === 'conda' ? 'conda' : 'tar.bz2'}`
}

/** 2023-11-14: when everything was made. */
export const timestamp = 1_700_000_000_000
