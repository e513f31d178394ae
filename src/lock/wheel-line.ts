import type { Subdir } from '../common/platform.ts'
import {
  canonicalName,
  decoded,
  isArchiveName,
  wheelParts,
  withoutPipCredentials,
} from '../environment/read.ts'
import { LineProblem } from './line-problem.ts'
import type { WheelPin, WheelSource } from './types.ts'

/** Whether a comment is a line for a wheel, as conda-lock writes it into explicit files too. */
export function isWheelLine(text: string): boolean {
  return /^#\s*pip\s+[^\s@]+\s*@\s*\S/.test(text)
}

/** Whether a comment of a lock of ours is meant to be one. */
export function isWheelComment(text: string): boolean {
  return /^#\s*pip\s/.test(text)
}

/** `# pip NAME @ URL#sha256=HEX`, which micromamba and conda take for a comment. */
export function formatWheelLine({ name, url, sha256, revision, subdirectory }: WheelPin): string {
  const fragment = [
    ...(sha256 === undefined ? [] : [`sha256=${sha256}`]),
    ...(revision === undefined ? [] : [`revision=${encoded(revision)}`]),
    ...(subdirectory === undefined ? [] : [`subdirectory=${encoded(subdirectory)}`]),
  ].join('&')
  return `# pip ${name} @ ${url}${fragment === '' ? '' : `#${fragment}`}`
}

function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll('%2F', '/')
}

type Flags = Pick<WheelPin, 'requested' | 'direct'>

/** @throws LineProblem */
export function parseWheelLine(
  text: string,
  platform: Subdir,
  flagsOf: (name: string) => Flags,
): WheelPin & WheelSource {
  const [, given = '', address = ''] = /^#\s*pip\s+([\w.-]+)(?:\[[^\]]*\])?\s*@\s*(\S+)$/.exec(text) ?? []
  if (address === '') {
    throw new LineProblem(
      `'${withoutPipCredentials(text)}' is not a line for a wheel`,
      'It is # pip NAME @ https://…/<wheel>.whl#sha256=<64 hex digits>.',
    )
  }
  const name = canonicalName(given)
  return parseWheel({ name, address, ...flagsOf(name) }, platform)
}

/**
 * Takes what is locked of a distribution apart.
 * @param of.address with its fragment
 * @throws LineProblem
 */
export function parseWheel(
  { name, address, ...flags }: Flags & { readonly name: string; readonly address: string },
  platform: Subdir,
): WheelPin & WheelSource {
  const open = withoutPipCredentials(address)
  if (open !== address) {
    throw new LineProblem(
      `'${open}' was written with credentials`,
      'Take them out, and tell whoever owns them: a lockfile is for everyone to see.',
    )
  }
  const [bare = '', ...rest] = address.split('#')
  const url = canonicalAddress(bare)
  const { sha256, ...fragment } = parseFragment(rest.join('#'))
  const pin = { name, url, ...fragment, ...flags }
  const [, vcs, repository] = /^(\w+)\+(.*)$/.exec(url) ?? []
  if (vcs !== undefined && repository !== undefined) {
    return { ...pin, kind: 'vcs', vcs, ...parseRepository(repository, vcs) }
  }
  if (url.startsWith('file:') && !isArchiveName(url)) {
    if (sha256 === undefined && url.startsWith('file://')) {
      throw new LineProblem(
        `'${url}' is a folder of one machine, and nothing says what is in it`,
        'Lock it by a relative path, or build a wheel of it and put that into an index.',
      )
    }
    return { ...pin, kind: 'directory', ...(sha256 !== undefined && { sha256: checkedHash(sha256, url) }) }
  }
  const fileName = decoded(url.replace(/^.*[/:]/, ''))
  const archive = { ...pin, fileName, sha256: checkedHash(sha256, url) }
  if (!/\.whl$/i.test(fileName)) {
    const version = versionOf(name, fileName)
    return { ...archive, kind: 'sdist', ...(version !== undefined && { version }) }
  }
  const { version, build } = parseFileName(name, fileName, platform)
  return { ...archive, kind: 'wheel', version, build }
}

function canonicalAddress(text: string): string {
  // An URL of the platform's knows no relative path.
  if (/^file:(?!\/\/)/.test(text)) return text
  // A URL of the platform's leaves these out, and nobody looked for credentials in what is left, or could show it.
  if (/[\t\n\r]/.test(text)) throw new LineProblem('the address has a tab or a line end in it')
  if (!/^(https?|file|(git|hg|svn|bzr)\+[a-z-]+):\/\//i.test(text) || !URL.canParse(text)) {
    throw new LineProblem(`'${text}' is not the address of a wheel`)
  }
  const { href, search } = new URL(text)
  // It may be a signature, which ends, or a credential that nobody can tell.
  if (search !== '') throw new LineProblem(`'${text.split('?', 1)[0] ?? ''}?…' has a query`)
  return href
}

/** `egg` says a name again. */
function parseFragment(text: string): Pick<WheelPin, 'sha256' | 'revision' | 'subdirectory'> {
  const values = new Map<string, string>()
  for (const part of text === '' ? [] : text.split('&')) {
    const [, key = '', value = ''] = /^(sha256|revision|subdirectory|egg)=(.+)$/.exec(part) ?? []
    if (key === '' || values.has(key))
      throw new LineProblem(`'#${text}' is not a hash`, 'It is #sha256=<64 hex digits>.')
    values.set(key, decoded(value))
  }
  const [sha256, revision, subdirectory] = [
    values.get('sha256'),
    values.get('revision'),
    values.get('subdirectory'),
  ]
  return {
    ...(sha256 !== undefined && { sha256 }),
    ...(revision !== undefined && { revision }),
    ...(subdirectory !== undefined && { subdirectory }),
  }
}

function checkedHash(text: string | undefined, url: string): string {
  if (text !== undefined && /^[0-9a-f]{64}$/i.test(text)) return text.toLowerCase()
  throw new LineProblem(
    text === undefined ? `'${url}' has no hash` : `'#sha256=${text}' is not a hash`,
    'Each wheel and archive needs one: #sha256=<64 hex digits>.',
  )
}

function parseRepository(address: string, vcs: string): { repository: string; commit: string } {
  const [, repository, commit] = /^(.*)@([^@/]+)$/.exec(address) ?? []
  const commits = vcs === 'svn' || vcs === 'bzr' ? /^\d+$/ : /^([0-9a-f]{40}|[0-9a-f]{64})$/
  if (repository !== undefined && commit !== undefined && commits.test(commit)) return { repository, commit }
  throw new LineProblem(
    `'${vcs}+${address}' is not at a commit`,
    `A lock names one: ${vcs}+https://host/repository@<the commit's whole hash>.`,
  )
}

function parseFileName(name: string, fileName: string, platform: Subdir) {
  const parts = wheelParts(fileName)
  if (!parts) {
    throw new LineProblem(
      `'${fileName}' is not the name of a wheel`,
      'It is <name>-<version>-<python>-<abi>-<platform>.whl.',
    )
  }
  if (parts.name !== name) throw new LineProblem(`'${fileName}' is a wheel of ${parts.name}, not of ${name}`)
  if (!parts.platforms.some((tag) => isFor(tag, platform))) {
    throw new LineProblem(`'${fileName}' is not for ${platform}`)
  }
  return parts
}

const machines: Readonly<Record<Subdir, string>> = {
  'linux-64': 'x86_64',
  'linux-aarch64': 'aarch64',
  'linux-ppc64le': 'ppc64le',
  'linux-s390x': 's390x',
}

/** By its platform tag (PEP 425, 600). Which glibc it needs is pip's concern, and python's version too. */
function isFor(tag: string, platform: Subdir): boolean {
  return tag === 'any' || new RegExp(`^(many)?linux.*_${machines[platform]}$`).test(tag)
}

/** Of `<name>-<version>.tar.gz`. */
function versionOf(name: string, fileName: string): string | undefined {
  const [, stem = '', version] =
    /^(.+)-([^-]+?)\.(?:zip|tgz|tbz|txz|tlz|tar(?:\.\w+)?)$/i.exec(fileName) ?? []
  return canonicalName(stem) === name ? version : undefined
}
