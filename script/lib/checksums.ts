import { request } from '../../src/common/http.ts'
import { downloadText, remoteOf } from '../../src/micromamba/fetch.ts'
import { binaryUrl, checksumUrl, parseChecksum, releaseSubdirs } from '../../src/micromamba/release.ts'

/** sha256 by subdir, by version. */
export type Checksums = Readonly<Record<string, Readonly<Record<string, string>>>>

/** Version and build of micromamba's newest release, which GitHub redirects to. */
export async function newestRelease(): Promise<string> {
  const url = new URL('https://github.com/mamba-org/micromamba-releases/releases/latest')
  const { body, url: target } = await request({ url })
  body.destroy()
  return target.pathname.split('/').at(-1) ?? ''
}

/**
 * What the `.sha256` files of a release say; platforms that it has no binary for are left out.
 * @param location see `binaryUrl`
 */
export async function fetchChecksums(location: string, version: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const subdir of releaseSubdirs) {
    const url = checksumUrl(binaryUrl(location, version, subdir))
    const text = await downloadText(remoteOf(url))
    if (text === undefined) continue
    const sha256 = parseChecksum(text)
    if (sha256 === undefined) throw new Error(`${url.href} holds no sha256`)
    found[subdir] = sha256
  }
  if (Object.keys(found).length === 0) throw new Error(`there is no release ${version} below ${location}`)
  return found
}

/** @throws Error when the table says otherwise: the bytes of a release never change */
export function addRelease(table: Checksums, version: string, found: Record<string, string>): Checksums {
  const known = table[version] ?? {}
  for (const [subdir, sha256] of Object.entries(found)) {
    const before = known[subdir]
    if (before !== undefined && before !== sha256) {
      throw new Error(`micromamba ${version} for ${subdir} was ${before} and is now ${sha256}: find out why`)
    }
  }
  return { ...table, [version]: { ...known, ...found } }
}

/** The text of `known-checksums.ts`, newest release first. */
export function formatTable(table: Checksums): string {
  const versions = Object.keys(table).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
  const entries = versions.map((version) => {
    const checksums = table[version] ?? {}
    const lines = releaseSubdirs.flatMap((subdir) => {
      const sha256 = checksums[subdir]
      return sha256 === undefined ? [] : [`    '${subdir}': '${sha256}',\n`]
    })
    return `  '${version}': {\n${lines.join('')}  },\n`
  })
  return `/**
 * The sha256 of micromamba's release binaries, by version and subdir. \`script/update-checksums\` adds what the \`.sha256\`
 * files of a release say; one that is here never changes.
 */
export const knownChecksums: Readonly<Record<string, Readonly<Record<string, string>>>> = {
${entries.join('')}}
`
}
