import { Readable } from 'node:stream'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { pack, type Header } from 'tar-stream'
import { digestOf } from '../../src/common/digest.ts'
import { BaseFiles, type BaseFile } from '../../src/base/base-files.ts'
import { FileTree, impliedDirectory } from '../../src/base/file-tree.ts'
import type { ImageLayer } from '../../src/oci/image.ts'

/** Files as the tests of this folder write them down: content, a directory, or where a link leads. */
export type Sample = string | null | { readonly link: string } | Partial<BaseFile>

/** An entry of an image, owned by root. */
export function fileOf(sample: Sample): BaseFile {
  const root = { uid: 0, gid: 0 }
  if (sample === null) return { type: 'directory', mode: 0o755, ...root }
  if (typeof sample === 'string') return { type: 'file', mode: 0o644, ...root, content: Buffer.from(sample) }
  if ('link' in sample) return { type: 'symlink', mode: 0o777, ...root, target: sample.link }
  return { type: 'file', mode: 0o644, ...root, ...sample }
}

/** An image of one layer; directories above what is listed are there. */
export function baseOf(samples: Readonly<Record<string, Sample>>): BaseFiles {
  const tree = new FileTree<BaseFile>(impliedDirectory)
  tree.apply(Object.entries(samples).map(([path, sample]) => ({ path, file: fileOf(sample) })))
  return new BaseFiles(tree.files)
}

/** A Debian as far as the wiring looks at it, /usr merged. */
export const debian: Readonly<Record<string, Sample>> = {
  bin: { link: 'usr/bin' },
  lib: { link: 'usr/lib' },
  lib64: { link: 'usr/lib64' },
  'usr/bin/bash': '#!',
  'usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2': '',
  'usr/lib64/ld-linux-x86-64.so.2': { link: '../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2' },
  'usr/lib/os-release': 'ID=debian\n',
  'usr/local/bin': null,
  'etc/os-release': { link: '../usr/lib/os-release' },
  'etc/passwd':
    'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n',
  'etc/group': 'root:x:0:\nshadow:x:42:\nnogroup:x:65534:\n',
  'etc/shadow': { mode: 0o640, gid: 42, content: Buffer.from('root:*:19000:0:99999:7:::\n') },
  'etc/gshadow': { mode: 0o640, gid: 42, content: Buffer.from('root:*::\n') },
  'etc/bash.bashrc': '# of all\n',
  'etc/profile': 'for i in /etc/profile.d/*.sh; do . $i; done\n',
  'etc/skel/.bashrc': '# the skeleton\n',
  'etc/skel/.profile': '# the profile\n',
  home: null,
  root: { type: 'directory', mode: 0o700 },
  'root/.bashrc': '# root\n',
}

/** A tar of files; a hard link is `{ type: 'link', linkname }`. */
export async function tarOf(
  entries: readonly (Partial<Header> & { name: string; content?: string })[],
): Promise<Buffer> {
  const tar = pack()
  for (const { content, ...header } of entries) tar.entry({ mtime: new Date(0), ...header }, content ?? '')
  tar.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of tar) chunks.push(chunk as Buffer) // a tar gives bytes
  return Buffer.concat(chunks)
}

/** Bytes as a layer, compressed as asked. */
export function layerOf(tar: Buffer, compression: 'none' | 'gzip' | 'zstd' = 'gzip'): ImageLayer {
  const bytes = compression === 'none' ? tar : compression === 'gzip' ? gzipSync(tar) : zstdCompressSync(tar)
  return compressedLayer(bytes, compression === 'none' ? '' : `+${compression}`, digestOf(tar))
}

export function compressedLayer(bytes: Buffer, suffix: string, diffId = digestOf('')): ImageLayer {
  return {
    descriptor: {
      mediaType: `application/vnd.oci.image.layer.v1.tar${suffix}`,
      digest: digestOf(bytes),
      size: bytes.length,
    },
    diffId,
    createdBy: '',
    from: 'base',
    open: () => Promise.resolve(Readable.from([bytes], { objectMode: false })),
  }
}
