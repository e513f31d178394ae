import { withoutCredentials } from '../environment/read.ts'
import { LineProblem } from './line-problem.ts'
import type { LockedPackage } from './types.ts'

/** `<name>-<version>-<build>`: of the three only the name may have hyphens. */
const archiveName = /^(\w[\w.+-]*)-([\w.!+~]+)-([\w.+]+)\.(conda|tar\.bz2)$/

/**
 * Takes a line of an explicit file apart: the address of an archive, `#`, and its hash.
 * @param ours whether it stands in a lock of ours, where every hash is a sha256
 * @throws LineProblem
 */
export function parsePackageLine(text: string, ours: boolean): Omit<LockedPackage, 'line'> {
  if (withoutCredentials(text) !== text) {
    throw new LineProblem(
      `'${withoutCredentials(text)}' was written with credentials`,
      'Take them out, and tell whoever owns them: a lockfile is for everyone to see. micromamba and this action find them in ~/.mamba/auth/authentication.json.',
    )
  }
  const hash = text.indexOf('#')
  const address = hash < 0 ? text : text.slice(0, hash)
  const url = parseAddress(address)
  return {
    url,
    ...parsePath(url),
    checksum: parseChecksum(hash < 0 ? '' : text.slice(hash + 1), address, ours),
  }
}

function parseAddress(text: string): URL {
  if (!/^(https?|file):\/\//i.test(text) || !URL.canParse(text) || /\s/.test(text)) {
    throw new LineProblem(
      `'${text}' is not the address of a package`,
      'A line after @EXPLICIT is https://…/<name>-<version>-<build>.conda#sha256:<64 hex digits>.',
    )
  }
  const url = new URL(text)
  if (url.search !== '') throw new LineProblem(`'${text.split('?', 1)[0] ?? ''}?…' has a query`)
  return url
}

function parsePath(url: URL) {
  const [file = '', subdir = ''] = url.pathname.split('/').reverse()
  const fileName = decoded(file)
  const [, name, version, build, format] = archiveName.exec(fileName) ?? []
  if (name === undefined || version === undefined || build === undefined || format === undefined) {
    throw new LineProblem(
      `'${fileName || url.href}' is not the name of a package's archive`,
      'It is <name>-<version>-<build>.conda or .tar.bz2.',
    )
  }
  if (!/^(noarch|[a-z]+-[a-z0-9_]+)$/.test(subdir)) {
    throw new LineProblem(`'${url.href}' is not in the folder of a platform, such as linux-64 or noarch`)
  }
  return {
    channel: new URL('..', url).href.replace(/\/$/, ''),
    subdir,
    fileName,
    // The pattern has no other.
    format: format === 'conda' ? ('conda' as const) : ('tar.bz2' as const),
    name,
    version,
    build,
  }
}

/** micromamba takes `<md5>`, `<sha256>` and `sha256:<sha256>`, and passes over anything else without checking the package. */
function parseChecksum(text: string, address: string, ours: boolean): LockedPackage['checksum'] {
  const [, named, hex = ''] = /^(sha256:)?([0-9a-f]+)$/i.exec(text) ?? []
  if (hex.length === 64 && (named !== undefined || !ours)) {
    return { algorithm: 'sha256', hex: hex.toLowerCase() }
  }
  if (hex.length === 32 && named === undefined && !ours) return { algorithm: 'md5', hex: hex.toLowerCase() }
  throw new LineProblem(
    text === '' ? `'${address}' has no hash` : `'#${text}' is not a hash`,
    ours
      ? 'Restore the line, or have the lockfile written anew with lock-mode: update.'
      : 'Each line needs one: #sha256:<64 hex digits>, or #<md5>, as `micromamba env export --explicit` writes it.',
  )
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
