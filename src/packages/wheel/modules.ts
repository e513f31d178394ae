/** What lies there by mistake, or is not for programs (setuptools, discovery.py, `FlatLayoutPackageFinder`). */
const noProgram =
  /^(?:tests?|unit_tests?|examples?|docs?|documentation|benchmarks?|scripts|tools|build|__pycache__)$/

const moduleFile = /^([\p{L}_][\p{L}\p{N}_]*)(?:\.py|(?:\.[\w-]+)?\.so)$/u
const packageName = /^[\p{L}_][\p{L}\p{N}_]*$/u

/**
 * The modules that a wheel brings, by where its files lie: those on top of site-packages, and in namespaces, which are directories
 * without an `__init__`, those on top there. Private ones are left out where there are others.
 * @param files relative to site-packages, as RECORD has them; what lies elsewhere is no module
 */
export function modulesOf(files: readonly string[]): string[] {
  const paths = files
    .map((file) => file.split('/'))
    .filter(([top = '']) => !noProgram.test(moduleFile.exec(top)?.[1] ?? top))
  const found = topOf(paths)
  const open = found.filter((name) => !name.split('.').some((part) => part.startsWith('_')))
  return (open.length > 0 ? open : found).sort()
}

/** @param paths of what lies in one directory, split */
function topOf(paths: readonly (readonly string[])[]): string[] {
  const modules = paths.flatMap(([name = '', ...rest]) =>
    rest.length === 0 ? (moduleFile.exec(name)?.[1] ?? []) : [],
  )
  const below = Map.groupBy(
    paths.filter(([name = '', ...rest]) => rest.length > 0 && packageName.test(name)),
    ([name = '']) => name,
  )
  const packages = [...below].flatMap(([name, inside]) => {
    const own = inside.map(([, ...rest]) => rest)
    const isPackage = own.some(([file = '', ...rest]) => rest.length === 0 && /^__init__\./.test(file))
    return isPackage ? [name] : topOf(own).map((module) => `${name}.${module}`)
  })
  return [...new Set([...modules, ...packages])]
}
