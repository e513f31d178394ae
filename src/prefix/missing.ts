/** What a failed program says to be missing. */
export interface Missing {
  /** Whether it is a file, by its path relative to the prefix, or holds it. */
  readonly is: (path: string) => boolean
  /** Whether nothing but its being missing is what the program says. */
  readonly isSure: boolean
  /** The file itself, relative to the prefix, where its whole path is said. */
  readonly path?: string
}

/**
 * Finds what is missing by what a program wrote: errors of python's imports and files, of R's libraries, of the loader and of shells. Of
 * several the last one comes first, for that is what the program ended with.
 * @param prefix the environment's, absolute
 */
export function missingIn(lines: readonly string[], prefix: string): Missing[] {
  return lines
    .flatMap((line) =>
      sayings.flatMap(({ says, of, isSure = true }) =>
        Array.from(line.matchAll(says), ([, ...groups]): Missing => ({ isSure, ...of(groups, prefix) })),
      ),
    )
    .reverse()
}

interface Saying {
  readonly says: RegExp
  readonly of: (groups: readonly string[], prefix: string) => Pick<Missing, 'is' | 'path'>
  readonly isSure?: boolean
}

const sayings: readonly Saying[] = [
  { says: /No module named '?([^\s';]+)/g, of: ([name = '']) => ({ is: isModule(name) }) },
  {
    // Where there is an attribute of the name in other versions, it may be missing for other reasons.
    says: /cannot import name '([^']+)' from (?:partially initialized module )?'([^']+)'/g,
    of: ([name = '', from = '']) => isPart(name, from),
    isSure: false,
  },
  {
    says: /module '([^']+)' has no attribute '([^']+)'/g,
    of: ([from = '', name = '']) => isPart(name, from),
    isSure: false,
  },
  {
    says: /([^\s/:'"]+\.so(?:\.[\w.]+)?)['"]?: cannot open shared object file/g,
    of: ([name = '']) => ({ is: isLibrary(name) }),
  },
  {
    says: /No such file or directory: b?['"]([^'"]+)['"]/g,
    of: ([path = ''], prefix) => isFile(path, prefix),
  },
  {
    says: /cannot open (?:compressed )?file '([^']+)'/g,
    of: ([path = ''], prefix) => isFile(path, prefix),
  },
  { says: /(\/[^\s:]+): No such file or directory/g, of: ([path = ''], prefix) => isFile(path, prefix) },
  {
    says: /there is no package called [‘'"]([^’'"]+)[’'"]/g,
    of: ([name = '']) => ({ is: (path) => path.startsWith(`lib/R/library/${name}/`) }),
  },
]

/** Without what the python of an environment looks for modules in. */
const roots = /^lib\/python[^/]*\/(?:(?:site-packages|lib-dynload)\/)?/

function isModule(name: string): Missing['is'] {
  const place = name.replaceAll('.', '/')
  return (path) => {
    const inside = path.replace(roots, '')
    if (inside === path || !inside.startsWith(place)) return false
    return /^(?:\/|\.py$|(?:\.[\w-]+)?\.so$)/.test(inside.slice(place.length))
  }
}

/** A link may be there, and what it leads to, of the same name and a longer version, not. */
function isLibrary(name: string): Missing['is'] {
  const stem = stemOf(name)
  return (path) => stemOf(path.slice(path.lastIndexOf('/') + 1)) === stem
}

function stemOf(name: string): string {
  return name.replace(/(\.so)\..*$/, '$1')
}

function isFile(named: string, prefix: string): Pick<Missing, 'is' | 'path'> {
  if (!named.startsWith(`${prefix}/`)) return { is: () => false }
  const path = named.slice(prefix.length + 1)
  return { path, is: (other) => other === path || other.startsWith(`${path}/`) }
}

/** Something of a module, which may be a module itself. */
function isPart(name: string, from: string): Pick<Missing, 'is'> {
  const [part, whole] = [isModule(`${from}.${name}`), isModule(`${from}.__init__`)]
  return { is: (path) => part(path) || whole(path) }
}
