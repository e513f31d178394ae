import type { LoadedChannel } from './channels.ts'
import { Failure, logged } from './failure.ts'

/**
 * What an unsolvable environment ends with: the reasons as a tree on stderr without `--json`, and with it a list of
 * problems that says less.
 * @param reasons the solver's own words, a tree as well
 */
export function unsolvable(reasons: string, channels: readonly LoadedChannel[], json: boolean): Failure {
  const tree = reasons.replace(/^.*Cannot solve the request because of: /s, '').trimEnd()
  const [, missing] = /^No candidates were found for (.+)\.$/m.exec(tree) ?? []
  const summary = 'Could not solve for environment specs'
  const critical = logged('critical', summary)
  const problems = missing === undefined ? problemsIn(tree, channels) : []
  if (json) return new Failure(critical, problems.length > 0 ? problems : ['unsupported request'])
  return new Failure(logged('error', `${summary}\n${explanation(tree, missing)}`) + critical)
}

function explanation(tree: string, missing: string | undefined): string {
  const single = 'The following package could not be installed\n└─ '
  if (missing !== undefined) {
    return `${single}${matchSpec(missing)} does not exist (perhaps a typo or a missing channel).`
  }
  return libmambaWords(/^The following packages/.test(tree) ? tree : single + tree.replaceAll('\n', '\n   '))
}

/** The same tree in libmamba's words, which has a package and what it requires in one line less. */
function libmambaWords(tree: string): string {
  return tree
    .replace(
      / cannot be installed because there are no viable options:\n.* would require/g,
      ' is not installable because it requires',
    )
    .replace(
      / can be installed with any of the following options:\n.* would require/g,
      ' is installable and it requires',
    )
    .replace(
      /, which can be installed with any of the following options:\n.*$/gm,
      ', which can be installed;',
    )
    .replace(/(__\S+ [^,\n]+), for which no candidates were found\./g, '$1, which is missing on the system.')
    .replace(
      /, which cannot be installed because there are no viable options:(\n.*which conflicts with.*)+/g,
      ', which conflicts with any installable versions previously reported.',
    )
}

/** libsolv's sentences about the packages that were in the way. */
function problemsIn(tree: string, channels: readonly LoadedChannel[]): string[] {
  const lines = tree.split('\n')
  return lines.flatMap((line, index) => {
    const [, name = '', version = ''] = /(\S+) (\S+) would require$/.exec(line) ?? []
    const [, spec = '', why = ''] = /─ (.+?), (which cannot|for which no)/.exec(lines[index + 1] ?? '') ?? []
    if (spec === '') return []
    const dist = `${name}-${version}-${buildOf(name, version, channels)}`
    const asWritten = spec.replace(/ ==(?=\d)/, ' ')
    return why === 'for which no'
      ? [`nothing provides ${asWritten} needed by ${dist}`]
      : [`package ${dist} requires ${asWritten}, but none of the providers can be installed`]
  })
}

function buildOf(name: string, version: string, channels: readonly LoadedChannel[]): string {
  const records = channels.flatMap(({ subdirs }) =>
    Object.values(subdirs).flatMap((all) => Object.values(all)),
  )
  return records.find((record) => record.name === name && record.version === version)?.build ?? '0'
}

/** `name *` as libmamba has it: `name =* *` */
function matchSpec(spec: string): string {
  return spec.replace(/^(\S+) \*$/, '$1 =* *')
}
