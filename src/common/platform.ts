import { UserError } from './errors.ts'

/** A conda subdir that an image can be made for. */
export type Subdir = 'linux-64' | 'linux-aarch64' | 'linux-ppc64le' | 'linux-s390x'

/** A platform as OCI names it; always Linux. */
export interface Platform {
  readonly os: 'linux'
  readonly architecture: 'amd64' | 'arm64' | 'ppc64le' | 's390x'
  /** What a processor must have beyond the architecture, `v3`; absent when any will do, which for arm64 is v8. */
  readonly variant?: string
  /** The same for all variants: conda has one place for an architecture's packages. */
  readonly subdir: Subdir
}

const platforms: readonly Platform[] = [
  { os: 'linux', architecture: 'amd64', subdir: 'linux-64' },
  { os: 'linux', architecture: 'arm64', subdir: 'linux-aarch64' },
  { os: 'linux', architecture: 'ppc64le', subdir: 'linux-ppc64le' },
  { os: 'linux', architecture: 's390x', subdir: 'linux-s390x' },
]

/**
 * Variants beyond the plain one, which each processor of the architecture has: v1 of amd64, and v8 of arm64 (OCI image-spec,
 * image-index.md, "Platform Variants"; Go's GOAMD64 and GOARM64).
 */
const variants: Readonly<Record<Platform['architecture'], { plain?: number; beyond: readonly number[] }>> = {
  amd64: { plain: 1, beyond: [2, 3, 4] },
  arm64: { plain: 8, beyond: [9] },
  ppc64le: { beyond: [] },
  s390x: { beyond: [] },
}

/** `linux/amd64` or `linux/amd64/v3`, as in the input `platforms`; `linux/arm64/v8` is `linux/arm64`. */
export function parsePlatform(text: string, input = 'platforms'): Platform {
  const [, name = '', variant] = /^(.*?)(?:\/v(\d+))?$/.exec(text.trim()) ?? []
  const found = platforms.find((platform) => formatPlatform(platform) === name)
  if (!found) {
    const meant = meantPlatform(text.trim())
    const what = meant
      ? 'is not how container platforms are named'
      : 'is not a platform that conda packages exist for'
    throw new UserError(`'${text}' ${what}`, {
      at: { input },
      advice: meant
        ? `Write ${formatPlatform(meant)}.`
        : `Use one of ${platforms.map(formatPlatform).join(', ')}.`,
    })
  }
  const { plain, beyond } = variants[found.architecture]
  if (variant === undefined || Number(variant) === plain) return found
  if (beyond.includes(Number(variant))) return { ...found, variant: `v${variant}` }
  const known = beyond.map((level) => `${name}/v${level}`)
  throw new UserError(`'${text}' is not a variant of ${name} that is known here`, {
    at: { input },
    advice: `Use ${[name, ...known].join(', ')}.`,
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

export function formatPlatform({
  os,
  architecture,
  variant,
}: Pick<Platform, 'os' | 'architecture' | 'variant'>): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/')
}

/** How files are called that are for a platform: by its conda subdir, `linux-64`, and its variant, `linux-64-v3`. */
export function fileNameOf({ subdir, variant }: Platform): string {
  return variant === undefined ? subdir : `${subdir}-${variant}`
}

/**
 * Where a variant stands among those of its architecture: what runs on one runs on those above it.
 * @returns NaN for one that is not known
 */
export function variantLevel({
  architecture,
  variant,
}: {
  architecture: string
  variant?: string | null
}): number {
  const plain = (variants as Partial<typeof variants>)[architecture as Platform['architecture']]?.plain ?? 0
  return !variant ? plain : Number(/^v(\d+(\.\d+)?)$/.exec(variant)?.[1] ?? NaN)
}

/** A platform, narrowed to the variant of something that is to be part of an image for it. */
export function narrowed(platform: Platform, variant: string | null | undefined): Platform {
  const level = variantLevel({ ...platform, variant })
  return variant && level > variantLevel(platform) ? { ...platform, variant } : platform
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
