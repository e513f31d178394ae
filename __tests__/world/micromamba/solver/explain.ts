import type { LoadedChannel } from './channels.ts'
import { Failure, type Message } from './failure.ts'
import { withPinsNamed } from './pins.ts'
import { formatTree, parseTrees, type Tree } from './tree.ts'

/**
 * What an unsolvable environment ends with: the reasons as a tree in the log, and in the answer a list of problems that says
 * less. Where the log is not in the answer, there is no tree with `--json`.
 * @param reasons the solver's own words, a tree as well
 */
export function unsolvable(reasons: string, channels: readonly LoadedChannel[], withTree: boolean): Failure {
  const said = reasons.replace(/^.*Cannot solve the request because of: /s, '')
  const [, missing] = /^No candidates were found for (.+)\.$/m.exec(said) ?? []
  const summary = 'Could not solve for environment specs'
  const problems = parseTrees(said).flatMap((tree) => problemsIn(tree, channels))
  const explanation =
    missing === undefined
      ? inLibmambasWords(said)
      : onePackage({
          text: `${matchSpec(missing)} does not exist (perhaps a typo or a missing channel)`,
          children: [],
        })
  const tree: Message = {
    level: 'error',
    text: `${summary}\n${withPinsNamed(punctuated(formatTree(explanation)))}`,
  }
  return new Failure([...(withTree ? [tree] : []), { level: 'critical', text: summary }], {
    solver_problems: problems.length > 0 ? problems : ['unsupported request'],
    success: false,
  })
}

function inLibmambasWords(said: string): Tree {
  const [tree] = parseTrees(said)
  if (!tree) return { text: said, children: [] }
  return tree.text.startsWith('The following packages')
    ? { ...tree, children: tree.children.map(reworded) }
    : onePackage(reworded(tree))
}

function onePackage(child: Tree): Tree {
  return { text: 'The following package could not be installed', children: [child] }
}

/** Where a package has one candidate only, libmamba has the two and what is required in one line less. */
function reworded({ text, children }: Tree): Tree {
  const [only, ...others] = children
  const below = children.map(reworded)
  const requires = others.length === 0 && only?.text.endsWith(' would require')
  const [, spec = '', verdict = ''] = /^(.+?),? ((?:which |for which |can).*)$/.exec(text) ?? []
  const name = matchSpec(spec)
  switch (verdict) {
    case 'can be installed with any of the following options:':
      if (requires)
        return { text: `${name} is installable and it requires`, children: below[0]?.children ?? [] }
      break
    case 'cannot be installed because there are no viable options:':
      if (requires) {
        return { text: `${name} is not installable because it requires`, children: below[0]?.children ?? [] }
      }
      break
    case 'which can be installed with any of the following options:':
      return { text: `${name}, which can be installed`, children: [] }
    case 'which cannot be installed because there are no viable options:':
      if (children.every((child) => child.text.includes(', which conflicts with '))) {
        return {
          text: `${name}, which conflicts with any installable versions previously reported`,
          children: [],
        }
      }
      break
    case 'for which no candidates were found.':
      return spec.startsWith('__')
        ? { text: `${name}, which is missing on the system`, children: [] }
        : { text: `${name}, which does not exist (perhaps a missing channel)`, children: [] }
  }
  return { text, children: below }
}

/** The last line ends the sentence; other ends of branches are items of a list. */
function punctuated(tree: string): string {
  const lines = tree.split('\n').map((line) => line.replace(/\.$/, ''))
  const depth = (line = '') => line.search(/[^│├└─ ]/)
  return lines
    .map((line, index) => {
      if (index === lines.length - 1) return `${line}.`
      return index > 0 && depth(lines[index + 1]) <= depth(line) ? `${line};` : line
    })
    .join('\n')
}

/** libsolv's sentences about the packages that were in the way. */
function problemsIn({ text, children }: Tree, channels: readonly LoadedChannel[]): string[] {
  const [, name = '', version = ''] = /^(\S+) (\S+) would require$/.exec(text) ?? []
  const own = name === '' ? [] : children.flatMap((child) => problemOf(name, version, child.text, channels))
  return [...own, ...children.flatMap((child) => problemsIn(child, channels))]
}

function problemOf(
  name: string,
  version: string,
  needed: string,
  channels: readonly LoadedChannel[],
): string[] {
  const [, written = '', why] = /^(.+), (which cannot|for which no)/.exec(needed) ?? []
  const spec = written.replace(/ ==(?=\d)/, ' ')
  const dist = `${name}-${version}-${buildOf(name, version, channels)}`
  if (why === undefined) return []
  return why === 'for which no'
    ? [`nothing provides ${spec} needed by ${dist}`]
    : [`package ${dist} requires ${spec}, but none of the providers can be installed`]
}

function buildOf(name: string, version: string, channels: readonly LoadedChannel[]): string {
  const records = channels.flatMap(({ subdirs }) =>
    Object.values(subdirs).flatMap((all) => Object.values(all)),
  )
  return records.find((record) => record.name === name && record.version === version)?.build ?? '0'
}

/** `name version build` as libmamba writes it: `*` is `=*`, `3.12.*` is `=3.12`, and any build is `*`. */
function matchSpec(spec: string): string {
  const [name = '', version = '*', build = '*'] = spec.split(' ')
  return `${name} ${version === '*' ? '=*' : version.replace(/^([\d.]+)\.\*$/, '=$1')} ${build}`
}
