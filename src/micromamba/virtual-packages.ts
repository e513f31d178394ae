import type { Platform, Subdir } from '../common/platform.ts'

/**
 * What the solver takes for granted about the machine that the image will run on. micromamba would take it from the
 * machine that solves. Absent means that the package does not exist there.
 */
export interface VirtualPackages {
  readonly __archspec?: string
  readonly __cuda?: string
  readonly __glibc?: string
  readonly __linux?: string
}

export const virtualPackageNames = ['__archspec', '__cuda', '__glibc', '__linux'] as const

/** What a user says of virtual packages; an empty version says that there is none. */
export type VirtualPackageOverrides = {
  readonly [Name in (typeof virtualPackageNames)[number]]?: string
}

/** Generic processors of the platforms, as archspec names them. */
const processors: Readonly<Record<Subdir, string>> = {
  'linux-64': 'x86_64',
  'linux-aarch64': 'aarch64',
  'linux-ppc64le': 'ppc64le',
  'linux-s390x': 's390x',
}

/** What a platform's variant says of the processor, as archspec names it; nothing for a plain one. */
export function virtualPackagesOf({ architecture, variant }: Platform): VirtualPackageOverrides {
  if (variant === undefined) return {}
  return { __archspec: architecture === 'arm64' ? `arm${variant}.0a` : `x86_64_${variant}` }
}

/**
 * What can be taken for granted of a base that says nothing else: conda-lock's defaults for glibc and the kernel, no GPU, and
 * no processor extensions.
 */
export function defaultVirtualPackages(platform: Subdir): VirtualPackages {
  return { __archspec: processors[platform], __glibc: '2.28', __linux: '5.10' }
}

/**
 * What a solve goes by: what can be taken for granted, what is known of the base, and before both what the user says.
 */
export function chooseVirtualPackages(
  platform: Subdir,
  ofBase: VirtualPackages,
  overrides: VirtualPackageOverrides,
): VirtualPackages {
  const chosen = { ...defaultVirtualPackages(platform), ...ofBase, ...overrides }
  return Object.fromEntries(Object.entries(chosen).filter(([, version]) => version !== ''))
}

/** The variables that pin each of them; an empty one tells micromamba that there is none. */
export function overrides(packages: VirtualPackages): Record<string, string> {
  return {
    CONDA_OVERRIDE_ARCHSPEC: packages.__archspec ?? '',
    CONDA_OVERRIDE_CUDA: packages.__cuda ?? '',
    CONDA_OVERRIDE_GLIBC: packages.__glibc ?? '',
    CONDA_OVERRIDE_LINUX: packages.__linux ?? '',
  }
}

/** `__glibc=2.28` and the like, sorted: how locks list them. `__cuda=` is an override that takes it away. */
export function listVirtualPackages(packages: VirtualPackages | VirtualPackageOverrides): string[] {
  return Object.entries(packages)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, version]) => `${name}=${version}`)
    .sort()
}
