import { isDigest, type Digest } from '../common/digest.ts'
import { UserError } from '../common/errors.ts'
import { platformOfSubdir, type Subdir } from '../common/platform.ts'
import { formatVersion, marker } from './format.ts'
import type { LockHeader, PipFilePin } from './types.ts'

/** A comment of a lockfile. */
export interface Comment {
  readonly text: string
  readonly line: number
}

/** What the header says of wheels, by their names. */
export interface WheelMarks {
  readonly requested: readonly Comment[]
  readonly direct: readonly Comment[]
  /** A name and, behind it, JSON. */
  readonly settings: readonly Comment[]
}

const single = ['input-hash', 'platform', 'base-image', 'micromamba', 'condarc', 'pip-version'] as const
const repeated = [
  'virtual-package',
  'override',
  'channel',
  'spec',
  'pip',
  'pip-file',
  'pip-requested',
  'pip-direct',
  'pip-config-settings',
  'own-layer',
] as const
const advice = 'Restore the file, or have it written anew with lock-mode: update.'

/**
 * Reads the comments before `@EXPLICIT`.
 * @returns undefined when they are not a header of ours
 * @throws UserError with the line of what is malformed, or when it is of a version that is not known
 */
export function parseHeader(
  comments: readonly Comment[],
  file: string,
): { header: LockHeader; marks: WheelMarks } | undefined {
  const entries = comments.map(({ text, line }) => {
    const [, key, value] = /^#\s*([a-z-]+):\s*(.*?)\s*$/.exec(text) ?? []
    return { key, value: value ?? '', line, text }
  })
  const version = entries.find(({ key }) => key === marker)
  if (version === undefined) return undefined
  const refuse = (line: number, what: string) => new UserError(what, { at: { file, line }, advice })
  if (version.value !== formatVersion) {
    throw new UserError(`its format is '${version.value}', and this version reads ${formatVersion}`, {
      at: { file, line: version.line },
      advice: 'Use the version of the action that wrote it, or have it written anew with lock-mode: update.',
    })
  }

  const values = new Map<string, { value: string; line: number }[]>()
  for (const { key, value, line, text } of entries) {
    if (key === undefined) throw refuse(line, `'${text}' is not a line of the header: # key: value`)
    const isSingle = key === marker || single.some((name) => name === key)
    if (!isSingle && !repeated.some((name) => name === key)) {
      throw refuse(line, `the header has no key '${key}'`)
    }
    if (value === '') throw refuse(line, `'${key}' has no value`)
    const before = values.get(key)
    if (isSingle && before) throw refuse(line, `'${key}' stands here for the second time`)
    if (before) before.push({ value, line })
    else values.set(key, [{ value, line }])
  }

  const comment = ({ value, line }: { value: string; line: number }): Comment => ({ text: value, line })
  const marked = (key: (typeof repeated)[number]) => (values.get(key) ?? []).map(comment)
  const all = (key: (typeof repeated)[number]) => marked(key).map(({ text }) => text)
  const optional = <T>(key: (typeof single)[number], read: (text: string) => T | undefined) => {
    const [found] = values.get(key) ?? []
    if (found === undefined) return undefined
    const value = read(found.value)
    if (value === undefined) throw refuse(found.line, `'${found.value}' cannot be '${key}'`)
    return value
  }
  const required = <T>(key: (typeof single)[number], read: (text: string) => T | undefined): T => {
    const value = optional(key, read)
    if (value === undefined) throw refuse(version.line, `the header has no '${key}'`)
    return value
  }
  const condarc = optional('condarc', digest)
  const pipVersion = optional('pip-version', (text) => text)
  const pipFiles = marked('pip-file').map(({ text, line }) => {
    const pin = filePin(text)
    if (!pin) throw refuse(line, `'${text}' cannot be 'pip-file'`)
    return pin
  })
  const header: LockHeader = {
    inputHash: required('input-hash', digest),
    platform: required('platform', subdir),
    baseImage: required('base-image', pinnedImage),
    micromambaVersion: required('micromamba', (text) => text),
    virtualPackages: all('virtual-package'),
    overrides: all('override'),
    ...(condarc !== undefined && { condarc }),
    channels: all('channel'),
    specs: all('spec'),
    pip: all('pip'),
    ...(pipFiles.length > 0 && { pipFiles }),
    ...(pipVersion !== undefined && { pipVersion }),
    ownLayer: all('own-layer'),
  }
  const marks = {
    requested: marked('pip-requested'),
    direct: marked('pip-direct'),
    settings: marked('pip-config-settings'),
  }
  return { header, marks }
}

function digest(text: string): Digest | undefined {
  return isDigest(text) ? text : undefined
}

function subdir(text: string): Subdir | undefined {
  return platformOfSubdir(text)?.subdir
}

function filePin(text: string): PipFilePin | undefined {
  const [, hash = '', path = ''] = /^(\S+) (.+)$/.exec(text) ?? []
  return isDigest(hash) ? { path, digest: hash } : undefined
}

function pinnedImage(text: string): string | undefined {
  const at = text.lastIndexOf('@')
  return at > 0 && isDigest(text.slice(at + 1)) ? text : undefined
}
