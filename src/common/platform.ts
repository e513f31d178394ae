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
  if (!found) {
    throw new UserError(`'${text}' is not a platform that conda packages exist for`, {
      at: { input },
      advice: `Use one of ${platforms.map(formatPlatform).join(', ')}.`,
    })
  }
  return found
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
