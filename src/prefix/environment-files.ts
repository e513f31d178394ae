import type { LockedPackage } from '../lock/types.ts'
import { formatHistory } from './history.ts'
import { formatState } from './state.ts'
import type { PrefixEntry } from './types.ts'

/**
 * The files of an environment that belong to none of its packages: its history, which makes it an environment, and
 * the variables that its activation sets.
 * @param options.time when the history says that everything was linked
 */
export function environmentFiles(
  packages: readonly LockedPackage[],
  options: {
    readonly time: Date
    readonly specs?: readonly string[]
    readonly variables: Readonly<Record<string, string>>
  },
): PrefixEntry[] {
  const files = [textFile('conda-meta/history', formatHistory(packages, options))]
  if (Object.keys(options.variables).length > 0) {
    files.push(textFile('conda-meta/state', formatState(options.variables)))
  }
  return files
}

function textFile(path: string, text: string): PrefixEntry {
  const bytes = Buffer.from(text)
  // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for, but readers await
  const content = async function* () {
    yield bytes
  }
  return { type: 'file', path, mode: 0o644, size: bytes.length, content: content() }
}
