import { safePath } from '../packages/archive-path.ts'

/** The python of an environment, as linking noarch packages needs it. Paths are relative to the prefix. */
export interface Python {
  /** `3.12` */
  readonly version: string
  /** `bin/python3.12` */
  readonly executable: string
  /** `lib/python3.12/site-packages` */
  readonly sitePackages: string
}

/**
 * Where a python package keeps itself and its modules (libmamba 2.8, transaction_context.cpp): its own
 * `python_site_packages_path`, else by its version, and by its build for free-threaded ones (`…_cp313t`), whose
 * directory and executable have a `t`.
 * @param python the version and build of the python package, and what its info/index.json says, where that was read
 */
export function pythonOf(python: {
  version: string
  build: string
  pythonSitePackagesPath?: string
}): Python {
  const version = python.version.split('.').slice(0, 2).join('.')
  const usual = `lib/python${version}/site-packages`
  const freeThreaded = python.build.includes(`cp${version.replace('.', '')}t`)
  const declared = python.pythonSitePackagesPath
  const sitePackages =
    freeThreaded && (declared === undefined || declared === usual)
      ? `lib/python${version}t/site-packages`
      : safePath(declared ?? usual, `python-${python.version}-${python.build}`, 'python_site_packages_path')
  const suffix = sitePackages.includes(`python${version}t`) ? 't' : ''
  return { version, executable: `bin/python${version}${suffix}`, sitePackages }
}

/** Whether a python is one that a package of that version and build can bring: it may itself say where its modules go. */
export function isPythonOf(
  locked: { version: string; build: string },
  { version, executable, sitePackages }: Python,
): boolean {
  try {
    const own = pythonOf({ ...locked, pythonSitePackagesPath: sitePackages })
    return own.version === version && own.executable === executable && own.sitePackages === sitePackages
  } catch {
    return false
  }
}

/** Where python keeps the bytecode of a source file (PEP 3147; python 2 keeps it beside the source). */
export function bytecodePath(source: string, version: string): string {
  if (version.startsWith('2')) return `${source}c`
  const slash = source.lastIndexOf('/')
  const name = source.slice(slash + 1)
  const stem = name === '.py' ? name : name.replace(/\.py$/, '')
  return `${source.slice(0, slash + 1)}__pycache__/${stem}.cpython-${version.replaceAll('.', '')}.pyc`
}
