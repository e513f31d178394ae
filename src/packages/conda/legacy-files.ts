import { safePath } from '../archive-path.ts'
import { malformed } from './json.ts'
import type { PackageFile, Placeholder } from './paths-json.ts'

/** What a file with a prefix and no word about it was built with (conda's `PREFIX_PLACEHOLDER`). */
const oldestPlaceholder = '/opt/anaconda1anaconda2anaconda3'

/**
 * The files of a package from before info/paths.json: `info/files`, `info/has_prefix`, `info/no_link` and
 * `info/no_softlink`. Whether a path is a file or a link only the archive tells, and there are no hashes.
 * @param texts those files' content, by name
 */
export function parseLegacyFiles(
  texts: { get(file: 'files' | 'has_prefix' | 'no_link' | 'no_softlink'): string | undefined },
  dist: string,
): PackageFile[] {
  const text = texts.get('files')
  if (text === undefined) throw malformed(dist, 'it has neither info/paths.json nor info/files')
  const paths = new Set(linesOf(text).map((line) => safePath(line, dist, 'info/files')))
  const placeholders = parseHasPrefix(texts.get('has_prefix') ?? '', paths, dist)
  const noLink = new Set([...linesOf(texts.get('no_link') ?? ''), ...linesOf(texts.get('no_softlink') ?? '')])
  return [...paths].map((path) => {
    const placeholder = placeholders.get(path)
    return { path, size: 0, noLink: noLink.has(path), ...(placeholder && { placeholder }) }
  })
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/**
 * Reads info/has_prefix: a line is `placeholder mode path`, each in quotes where it needs them, or only a path. Unlike
 * micromamba this understands quotes, and paths with spaces that have none.
 */
export function parseHasPrefix(
  text: string,
  files: ReadonlySet<string>,
  dist: string,
): Map<string, Placeholder> {
  const placeholders = new Map<string, Placeholder>()
  for (const line of linesOf(text)) {
    if (files.has(line)) {
      placeholders.set(line, { prefix: oldestPlaceholder, mode: 'text' })
      continue
    }
    const match = /^("[^"]+"|'[^']+'|\S+)\s+(text|binary)\s+(.+)$/.exec(line)
    const [prefix = '', mode, path] = match?.slice(1).map(unquote) ?? ['', 'text', unquote(line)]
    if (path === undefined || !files.has(path)) {
      throw malformed(dist, `info/has_prefix has the line '${line}', which is about no file of the package`)
    }
    placeholders.set(path, {
      prefix: prefix || oldestPlaceholder,
      mode: mode === 'binary' ? 'binary' : 'text',
    })
  }
  return placeholders
}

function unquote(token: string): string {
  return /^(["']).*\1$/.test(token) ? token.slice(1, -1) : token
}
