/** Files that many images do without, under one name. */
export interface ExcludeSet {
  /** As in a `.gitignore` at the prefix. */
  readonly patterns: readonly string[]
  /** What the files are, and why an image that runs programs does without them. */
  readonly safe: string
  /** Whose images it breaks. */
  readonly unsafe: string
}

/** The sets that `exclude` knows, by the name behind the `@`. What one of them leaves out, `!` takes back. */
export const excludeSets = {
  static: {
    patterns: ['*.a', '*.la'],
    safe: 'Archives of object code and the notes of libtool: linkers read them, the loader of programs never does.',
    unsafe:
      "Whoever links in a container: compilers (their own libgcc.a, python's and CUDA's libraries for devices), and what compiles when it runs, such as torch.compile, Cython, Rcpp or Stan.",
  },
  headers: {
    patterns: [
      '/include/',
      '/lib/R/include/',
      '/lib/R/library/*/include/',
      '/lib/python*/site-packages/**/include/**/*.h',
      '/lib/python*/site-packages/**/include/**/*.hh',
      '/lib/python*/site-packages/**/include/**/*.hpp',
      '/lib/python*/site-packages/**/include/**/*.cuh',
      '/lib/pkgconfig/',
      '/share/pkgconfig/',
      '/lib/cmake/',
      '/share/cmake/',
      '/share/aclocal/',
      '/lib/python*/config-*/',
    ],
    safe: "Headers, and what tells compilers of libraries (pkg-config, CMake, aclocal, python's config). In site-packages only headers in directories called include, of which modules may lie beside.",
    unsafe:
      'Whoever compiles in a container: sdists of pip, R packages from source, cffi, Cython, torch.compile, triton, cppyy, CMake itself, whose modules are in share/cmake.',
  },
  docs: {
    patterns: ['/man/', '/share/man/', '/info/', '/share/info/', '/doc/', '/share/doc/', '/share/gtk-doc/'],
    safe: 'Pages of man and info, documentation and API references, for people. Licences in them are kept.',
    unsafe:
      'People who ask man or --help that shows a page of man (git help), and the few programs that read templates or examples out of share/doc.',
  },
  tests: {
    patterns: [
      '/lib/python*/site-packages/**/tests/',
      '/lib/R/tests/',
      '/lib/R/library/*/tests/',
      '/lib/R/library/*/unitTests/',
    ],
    safe: 'Packages called tests inside of site-packages, and the tests of R and its libraries: imported by test runners. Directories called test or testing are kept, since those are interfaces (django.test, numpy.testing).',
    unsafe:
      "Whoever runs the tests of installed packages (numpy.test(), scipy.test(), tools::testInstalledPackage), and packages that import helpers or read data out of their own or another one's tests.",
  },
  locale: {
    patterns: ['/share/locale/', '/lib/R/library/*/po/', '/lib/R/library/translations/'],
    safe: "Translations of messages: programs fall back to the English that they are written in. Data of locales (the C library's, Babel's, ICU's) are kept, since programs compute with them.",
    unsafe: 'Whoever is to read messages in another language than English.',
  },
  debug: {
    patterns: [
      '/lib/debug/',
      '/lib/**/*.debug',
      '/bin/**/*.debug',
      '*.dwo',
      '*.dwp',
      '*.dSYM/',
      '/lib/**/*-gdb.py',
      '/share/gdb/',
    ],
    safe: 'Debugging information beside programs and libraries, and what gdb loads by itself. Files called *.pdb are kept: in most environments these are molecules.',
    unsafe:
      'Whoever runs gdb, or reads crashes, in the container; backtraces of programs that are built to read such files lack lines.',
  },
} as const satisfies Readonly<Record<string, ExcludeSet>>

/**
 * Files of licences: what an image gives away has to come with them. No set leaves them out, nor does a pattern that does not name
 * licences: `share/doc/` keeps `share/doc/zlib/LICENSE`, and `LICENSE*` leaves it out.
 */
const words = /licen[cs]e|copying|copyright|notice/i
const directory = /(?:^|\/)licen[cs]es?\/[^]/i
const file =
  /(?:^|\/)(?:(?:third[-_ ]?party[-_ ]?)?(?:licen[cs]es?|notices?)|unlicen[cs]e|copying\d*|copyrights?)(?:[-_. ][^/]*)?$/i
/** A module that is called so is none. */
const code = /\.(?:py[cix]?|pxd|so|c|cc|cpp|h|hpp|js|mjs|ts|r|rb|pl|pm|mo|a)$/i

/** Whether a file is one of licences, by its own name or that of a directory above. */
export function isLicence(path: string): boolean {
  return words.test(path) && (directory.test(path) || file.test(path)) && !code.test(path)
}

/** Whether the text of a pattern names licences. */
export function namesLicences(pattern: string): boolean {
  return words.test(pattern)
}
