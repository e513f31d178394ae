import { parse } from 'yaml'
import { isRecord } from '../../common/json.ts'

/** What a package can be tried by: names that python imports, and libraries of R. */
export interface Imports {
  readonly python: readonly string[]
  readonly r: readonly string[]
}

/** The files of `info/` that say what is imported to test a package. */
export const testFiles = [
  'test/run_test.py',
  'test/run_test.r',
  'test/run_test.sh',
  'tests/tests.yaml',
] as const

export type TestFile = (typeof testFiles)[number]

const moduleName = /^[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*$/u
const libraryName = /^[A-Za-z][A-Za-z0-9.]*$/

/** How recipes of conda-forge and bioconda import a library of R: `$R -e "library('dplyr')"`. */
const rCommand =
  /^\s*(?:\$R|R|Rscript)(?: --\S+)* -e (["'])library\((?:\\?["'])?([\w.]+)(?:\\?["'])?\)\1\s*$/gm

/**
 * Reads what the tests of a package import, and nothing else of them: the line that conda-build writes for each of a recipe's imports
 * (create_test.py, `create_py_files` and `create_r_files`), the lists `imports` and `libraries` of rattler-build's tests, and commands
 * that have R import a library and do nothing else.
 * Modules called `tests` are for test runners, and may need those.
 * @param texts the content of `testFiles` that are there; what cannot be read says nothing
 * @returns each name once
 */
export function importsOf(texts: ReadonlyMap<TestFile, string>): Imports {
  const listed = parseTests(texts.get('tests/tests.yaml') ?? '')
  const written = (file: TestFile, line: RegExp) =>
    Array.from((texts.get(file) ?? '').matchAll(line), ([, name = '']) => name)
  const commands = [texts.get('test/run_test.sh') ?? '', ...listed.flatMap((test) => strings(test['script']))]
  return {
    python: distinct([
      ...written('test/run_test.py', /^print\("import: u?'([^']+)'"\)$/gm),
      ...listed.flatMap((test) => namesIn(test['python'], 'imports')),
    ]).filter((name) => moduleName.test(name) && !name.split('.').includes('tests')),
    r: distinct([
      ...written('test/run_test.r', /^print\("library\(u?'([^']+)'\)"\)$/gm),
      ...listed.flatMap((test) => namesIn(test['r'], 'libraries')),
      ...commands.flatMap((text) => Array.from(text.matchAll(rCommand), ([, , name = '']) => name)),
    ]).filter((name) => libraryName.test(name)),
  }
}

function parseTests(text: string): Record<string, unknown>[] {
  try {
    const value: unknown = parse(text, { maxAliasCount: 0 })
    return Array.isArray(value) ? value.filter(isRecord) : []
  } catch {
    return []
  }
}

function namesIn(test: unknown, key: string): string[] {
  return isRecord(test) ? strings(test[key]) : []
}

/** Of a list, or of one that is none. */
function strings(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string')
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)]
}
