/** What a binary of micromamba is called, and where its releases are. */

/** The subdirs that releases of micromamba have binaries for. */
export const releaseSubdirs = [
  'linux-64',
  'linux-aarch64',
  'linux-ppc64le',
  'osx-64',
  'osx-arm64',
  'win-64',
] as const

export const releases = 'https://github.com/mamba-org/micromamba-releases/releases/download'

/** The conda subdir of a machine, by Node's names for systems and processors; undefined when conda has none. */
export function machineSubdir(
  system: string = process.platform,
  processor: string = process.arch,
): string | undefined {
  const os = { linux: 'linux', darwin: 'osx', win32: 'win' }[system]
  const arch = {
    linux: { x64: '64', arm64: 'aarch64', ppc64: 'ppc64le', s390x: 's390x' },
    osx: { x64: '64', arm64: 'arm64' },
    // Windows on arm64 runs the x64 binary.
    win: { x64: '64', arm64: '64' },
  }[os ?? ''] as Record<string, string> | undefined
  const name = arch?.[processor]
  return os !== undefined && name !== undefined ? `${os}-${name}` : undefined
}

/**
 * The address of a release's binary.
 * @param location the address that `<version>/micromamba-<subdir>` is below, or a template of the binary's address with
 *   `{version}` and `{subdir}`
 * @param version version and build number, `2.9.0-0`
 */
export function binaryUrl(location: string, version: string, subdir: string): URL {
  const template = /\{(version|subdir)\}/.test(location)
    ? location
    : `${location.replace(/\/+$/, '')}/{version}/micromamba-{subdir}`
  return new URL(template.replaceAll('{version}', version).replaceAll('{subdir}', subdir))
}

/**
 * The address of the file with a binary's sha256, beside it. Not the one of the `.tar.bz2`, which is misnamed in the
 * releases: it holds the hash of the binary inside.
 */
export function checksumUrl(binary: URL): URL {
  const url = new URL(binary)
  url.pathname += '.sha256'
  return url
}

/** The sha256 in the text of such a file: 64 hex digits, possibly with a file name after them; undefined for others. */
export function parseChecksum(text: string): string | undefined {
  return /^\s*([0-9a-f]{64})(?:\s|$)/i.exec(text)?.[1]?.toLowerCase()
}
