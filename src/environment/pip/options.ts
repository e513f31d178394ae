import { RequirementProblem } from './problem.ts'

/** The options of a line, by their long names, with their values; a flag's is empty. */
export type Options = ReadonlyMap<string, readonly string[]>

/** pip's req_file.py, `SUPPORTED_OPTIONS` and `SUPPORTED_OPTIONS_REQ`, those that take a value by `true`. */
const known: Readonly<Record<string, boolean>> = {
  '--index-url': true,
  '--pypi-url': true,
  '--extra-index-url': true,
  '--no-index': false,
  '--find-links': true,
  '--requirement': true,
  '--constraint': true,
  '--editable': true,
  '--no-binary': true,
  '--only-binary': true,
  '--prefer-binary': false,
  '--require-hashes': false,
  '--pre': false,
  '--all-releases': true,
  '--only-final': true,
  '--trusted-host': true,
  '--use-feature': true,
  '--hash': true,
  '--global-option': true,
  '--config-settings': true,
  '--config-setting': true,
}

const short: Readonly<Record<string, string>> = {
  '-i': '--index-url',
  '-f': '--find-links',
  '-r': '--requirement',
  '-c': '--constraint',
  '-e': '--editable',
  '-C': '--config-settings',
}

/** Those that people copy from a command; pip takes them there alone. Others that are not known here are for pip to judge. */
const ofCommand =
  /^(-[UtIqvh]|--(upgrade(-strategy)?|no-deps|user|target|prefix|root|force-reinstall|ignore-(installed|requires-python)|no-cache-dir|cache-dir|no-build-isolation|quiet|verbose|break-system-packages|dry-run|report|proxy|timeout|retries|cert|client-cert|no-input|(no-)?compile|src|python-version|platform|abi|implementation|exists-action|isolated|progress-bar|(no-)?use-pep517))(=|$)/

/** @throws RequirementProblem for what a list cannot have */
export function readOptions(text: string): Options {
  const words = splitWords(text)
  const found = new Map<string, string[]>()
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const { name, value } = readOption(word)
    const takesValue = known[name]
    const given = takesValue === true ? (value ?? words.shift()) : (value ?? '')
    if (given === undefined) {
      const isFile = name === '--requirement' || name === '--constraint'
      throw new RequirementProblem(`'${word}' names ${isFile ? 'no file' : 'nothing'}`)
    }
    found.set(name, [...(found.get(name) ?? []), given])
    // Whether the rest belongs to an option that is not known here is not known either.
    if (takesValue === undefined) break
  }
  return found
}

function readOption(word: string): { name: string; value?: string } {
  const [, start = '', rest = ''] = /^(-[a-zA-Z])(.*)$/s.exec(word) ?? []
  const name = short[start]
  if (name !== undefined) return { name, ...(rest !== '' && { value: rest }) }
  if (ofCommand.test(word)) {
    throw new RequirementProblem(
      `'${word}' is no option of a list, only of a command`,
      'Leave it out: packages are resolved for the image, and linked into it as pip would install them.',
    )
  }
  const [, long = word, , value] = /^(--[\w-]+)(=(.*))?$/s.exec(word) ?? []
  // As python's optparse does, by the beginning of a name that no other has.
  const meant = long in known ? [long] : Object.keys(known).filter((option) => option.startsWith(long))
  return { name: meant.length === 1 ? (meant[0] ?? long) : long, ...(value !== undefined && { value }) }
}

/** As a shell splits words, without its variables (python's shlex). */
function splitWords(text: string): string[] {
  const words = text.match(/(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+/g) ?? []
  return words.map((word) =>
    word.replace(
      /"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g,
      (_, double?: string, single?: string, escaped?: string) =>
        double?.replace(/\\(["\\])/g, '$1') ?? single ?? escaped ?? '',
    ),
  )
}
