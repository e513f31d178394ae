import { createHash } from 'node:crypto'
import { constants, zstdCompressSync } from 'node:zlib'
import { zipSync } from 'fflate'
import { pack } from 'tar-stream'
import { compare, metadataFiles } from './metadata.ts'
import { distOf, timestamp, type PackageFile, type Recipe } from './recipe.ts'

/** bzip2, which Node has not. */
export type Bzip2 = (content: Uint8Array) => Promise<Uint8Array>

/** The archive of a package: the same bytes for the same recipe, whenever and wherever. */
export async function writeArchive(recipe: Recipe, bzip2: Bzip2): Promise<Uint8Array> {
  const info = metadataFiles(recipe)
  const files = recipe.files.toSorted((a, b) => compare(a.path, b.path))
  if ((recipe.format ?? 'conda') !== 'conda') return bzip2(await tar([...info, ...files]))
  const dist = distOf(recipe)
  // The zip's times are local ones: this is the first day that it knows, in whatever zone we are.
  const options = { level: 0, mtime: new Date(1980, 0, 1) } as const
  return zipSync(
    {
      'metadata.json': [Buffer.from('{"conda_pkg_format_version": 2}'), options],
      [`pkg-${dist}.tar.zst`]: [zstd(await tar(files)), options],
      [`info-${dist}.tar.zst`]: [zstd(await tar(info)), options],
    },
    { os: 3 },
  )
}

function zstd(content: Uint8Array): Uint8Array {
  return zstdCompressSync(content, { params: { [constants.ZSTD_c_compressionLevel]: 6 } })
}

/** Links inside the archive come after everything else, so that what they lead to is there. */
export async function tar(files: readonly PackageFile[]): Promise<Buffer> {
  const stream = pack()
  const mtime = new Date(timestamp)
  const ordered = [
    ...files.filter(({ type }) => type !== 'hardlink'),
    ...files.filter(({ type }) => type === 'hardlink'),
  ]
  for (const file of ordered) {
    const common = { name: file.path, mtime, uid: 0, gid: 0, uname: '', gname: '' }
    switch (file.type) {
      case 'file':
        stream.entry(
          { ...common, mode: file.mode ?? 0o644, size: file.content.length },
          Buffer.from(file.content),
        )
        break
      case 'symlink':
        stream.entry({ ...common, type: 'symlink', mode: 0o777, linkname: file.target })
        break
      case 'hardlink':
        stream.entry({ ...common, type: 'link', linkname: file.target })
        break
      case 'directory':
        stream.entry({ ...common, type: 'directory', mode: 0o755 })
        break
    }
  }
  stream.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** What repodata.json says of an archive's bytes. */
export function checksums(archive: Uint8Array): { md5: string; sha256: string; size: number } {
  const hex = (algorithm: string) => createHash(algorithm).update(archive).digest('hex')
  return { md5: hex('md5'), sha256: hex('sha256'), size: archive.length }
}
