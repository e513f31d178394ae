import { UserError } from './errors.ts'

/** A conda subdir that an image can be made for. */
export type Subdir = 'linux-64' | 'linux-aarch64' | 'linux-ppc64le' | 'linux-s390x'

/** A platform as OCI names it; always Linux. */
export interface Platform {
  readonly os: 'linux'
  readonly architecture: 'amd64' | 'arm64' | 'ppc64le' | 's390x'
  readonly subdir: Subdir
}

const platforms: readonly Platform[] = [
  { os: 'linux', architecture: 'amd64', subdir: 'linux-64' },
  { os: 'linux', architecture: 'arm64', subdir: 'linux-aarch64' },
  { os: 'linux', architecture: 'ppc64le', subdir: 'linux-ppc64le' },
  { os: 'linux', architecture: 's390x', subdir: 'linux-s390x' },
]

/** `linux/amd64`, as in the input `platforms`; `linux/arm64/v8` is `linux/arm64`. */
export function parsePlatform(text: string, input = 'platforms'): Platform {
  const wanted = text.trim().replace(/^linux\/arm64\/v8$/, 'linux/arm64')
  const found = platforms.find((platform) => formatPlatform(platform) === wanted)
  if (found) return found
  const meant = meantPlatform(wanted)
  const level = /^linux\/amd64\/v([234])$/.exec(wanted)?.[1]
  throw new UserError(`'${text}' is not a platform that conda packages exist for`, {
    at: { input },
    advice:
      level !== undefined
        ? `Write linux/amd64, and 'virtual-packages: __archspec=x86_64_v${level}' for packages that need such a processor.`
        : meant
          ? `Write ${formatPlatform(meant)}.`
          : `Use one of ${platforms.map(formatPlatform).join(', ')}.`,
  })
}

/** By the names that conda, docker and the kernel have for a processor. */
function meantPlatform(text: string): Platform | undefined {
  const processor = text.toLowerCase().replace(/^linux[-/]/, '')
  const architecture = { 64: 'amd64', x86_64: 'amd64', 'x86-64': 'amd64', x64: 'amd64', aarch64: 'arm64' }[
    processor
  ]
  return platforms.find((platform) => platform.architecture === (architecture ?? processor))
}

export function formatPlatform(platform: Platform): string {
  return `${platform.os}/${platform.architecture}`
}

export function platformOfSubdir(subdir: string): Platform | undefined {
  return platforms.find((platform) => platform.subdir === subdir)
}

/** The Linux platform with this machine's processor: the default of the input `platforms`, on any system. */
export function machinePlatform(arch: string = process.arch): Platform {
  const architecture = { x64: 'amd64', arm64: 'arm64', ppc64: 'ppc64le', s390x: 's390x' }[arch]
  const found = platforms.find((platform) => platform.architecture === architecture)
  if (!found) {
    throw new UserError(`this machine's processor '${arch}' is not one that conda packages exist for`, {
      at: { input: 'platforms' },
      advice: `Set it to one of ${platforms.map(formatPlatform).join(', ')}.`,
    })
  }
  return found
}
