import { digestOf, type Digest } from '../common/digest.ts'
import type { Lock, LockedPackage, LockHeader, WheelPin } from './types.ts'
import { formatWheelLine } from './wheel-line.ts'

/** The version of the header below. */
export const formatVersion = '1'

/** The key of the line that makes a file one of ours. */
export const marker = 'micromamba-image-lock'

/** A package as far as its line tells of it. */
type Line = Pick<LockedPackage, 'url' | 'checksum'>

/** The text of a lockfile; `parseLock` gives the same lock again. micromamba and conda take it for an explicit one. */
export function formatLock(lock: {
  header?: LockHeader
  packages: readonly Line[]
  wheels?: readonly WheelPin[]
}): string {
  const { packages, wheels = [] } = lock
  const header = lock.header === undefined ? [] : headerLines(lock.header, wheels)
  const lines = [...header, '@EXPLICIT', ...packages.map(formatLine), ...wheels.map(formatWheelLine)]
  return lines.map((line) => `${line}\n`).join('')
}

/**
 * The hash of what a lock pins, the base image with it: what determines the image. It does not change with what the
 * header tells beyond that, or with comments.
 * @param baseImage the base of a lock that has no header
 */
export function lockHash(lock: Lock, baseImage: string): Digest {
  const { header, packages, wheels } = lock
  const pinned = [
    header?.baseImage ?? baseImage,
    ...(header?.ownLayer ?? []),
    '',
    ...packages.map(formatLine),
    // Scripts are as the pip that installs writes them.
    ...(wheels.length > 0 ? ['', `pip ${header?.pipVersion ?? ''}`] : []),
    ...wheels.map((wheel) =>
      [formatWheelLine(wheel), wheel.requested, wheel.direct, ...formatSettings(wheel)].join(' '),
    ),
  ]
  return digestOf(pinned.join('\n'))
}

function formatSettings({ settings }: WheelPin): string[] {
  return settings ? [JSON.stringify(settings)] : []
}

function formatLine({ url, checksum: { algorithm, hex } }: Line): string {
  // The forms that both conda and micromamba read: a bare md5, and a sha256 by its name.
  return `${url.href}#${algorithm === 'md5' ? '' : 'sha256:'}${hex}`
}

function headerLines(header: LockHeader, wheels: readonly WheelPin[]): string[] {
  const pairs: [key: string, value: string][] = [
    [marker, formatVersion],
    ['input-hash', header.inputHash],
    ['platform', header.platform],
    ['base-image', header.baseImage],
    ['micromamba', header.micromambaVersion],
    ...header.virtualPackages.map((value): [string, string] => ['virtual-package', value]),
    ...header.overrides.map((value): [string, string] => ['override', value]),
    ...(header.condarc === undefined ? [] : [['condarc', header.condarc] satisfies [string, string]]),
    ...header.channels.map((value): [string, string] => ['channel', value]),
    ...header.specs.map((value): [string, string] => ['spec', value]),
    ...header.pip.map((value): [string, string] => ['pip', value]),
    ...(header.pipFiles ?? []).map(({ digest, path }): [string, string] => ['pip-file', `${digest} ${path}`]),
    ...(header.pipVersion === undefined
      ? []
      : [['pip-version', header.pipVersion] satisfies [string, string]]),
    ...wheels.filter((wheel) => wheel.requested).map(({ name }): [string, string] => ['pip-requested', name]),
    ...wheels.filter((wheel) => wheel.direct).map(({ name }): [string, string] => ['pip-direct', name]),
    ...wheels.flatMap((wheel) =>
      formatSettings(wheel).map((value): [string, string] => [
        'pip-config-settings',
        `${wheel.name} ${value}`,
      ]),
    ),
    ...header.ownLayer.map((value): [string, string] => ['own-layer', value]),
  ]
  return pairs.map(([key, value]) => `# ${key}: ${value}`)
}
