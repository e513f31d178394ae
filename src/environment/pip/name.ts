/** The one form of a distribution's name (PEP 503): `Flask_SQLAlchemy` is `flask-sqlalchemy`. */
export function canonicalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-')
}

/** The parts of a wheel's file name (PEP 427); undefined for anything else. */
export function wheelParts(
  fileName: string,
): { name: string; version: string; build: string; platforms: string[] } | undefined {
  const [, name, version, build, platforms] =
    /^([^\s-]+)-([^\s-]+)-((?:\d[^\s-]*-)?[^\s-]+-[^\s-]+-([^\s-]+))\.whl$/i.exec(fileName) ?? []
  if (name === undefined || version === undefined || build === undefined || platforms === undefined)
    return undefined
  return { name: canonicalName(name), version, build, platforms: platforms.split('.') }
}

/** What pip takes for an archive by its name (pip's utils/filetypes.py). */
export function isArchiveName(path: string): boolean {
  return /\.(whl|zip|tar|tar\.(gz|bz2|xz|lz|lzma)|tgz|tbz|txz|tlz)$/i.test(path)
}
