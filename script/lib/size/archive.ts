import { createReadStream } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { refusedBase, parseBaseManifest } from '../../../src/base/manifest.ts'
import type { BaseSource } from '../../../src/base/source.ts'
import { digestOf, hexOf, type Digest } from '../../../src/common/digest.ts'
import { parseConfig } from '../../../src/oci/config.ts'
import { configMediaType, layerMediaTypes, manifestMediaType } from '../../../src/oci/media-types.ts'
import { verified } from '../../../src/registry/registry.ts'

/** Where a member of a tar has its bytes; a link leads to another one. */
type Member = { readonly start: number; readonly size: number } | { readonly link: string }

/** Reads some of a member, by default all of it; undefined when there is none. */
type ReadMember = (name: string, most?: number) => Promise<Buffer | undefined>

const block = 512

/**
 * Lists a tar without reading what is in it (pax(1), "ustar Interchange Format", and GNU's numbers in base 256).
 * @returns by name, without a leading `./`
 */
export async function indexTar(file: FileHandle): Promise<Map<string, Member>> {
  const members = new Map<string, Member>()
  const header = Buffer.alloc(block)
  let extended: { path?: string; size?: string } = {}
  for (let at = 0; ;) {
    const { bytesRead } = await file.read(header, 0, block, at)
    if (bytesRead < block || header[0] === 0) return members
    const text = (start: number, length: number) =>
      header.toString('utf8', start, start + length).replace(/\0.*$/s, '')
    const size = extended.size === undefined ? numberIn(header.subarray(124, 136)) : Number(extended.size)
    if (!Number.isSafeInteger(size)) throw new Error('it is not a tar, or a damaged one')
    const type = text(156, 1)
    const start = at + block
    at = start + Math.ceil(size / block) * block
    if (type === 'x') {
      extended = await readExtended(file, start, size)
      continue
    }
    const prefix = text(257, 5) === 'ustar' ? text(345, 155) : ''
    const name = extended.path ?? (prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`)
    extended = {}
    if (type === '' || type === '0') members.set(clean(name), { start, size })
    else if (type === '1') members.set(clean(name), { link: clean(text(157, 100)) })
    else if (type === '2') members.set(clean(name), { link: clean(`${folderOf(name)}${text(157, 100)}`) })
  }
}

async function readExtended(file: FileHandle, start: number, size: number) {
  const { buffer } = await file.read(Buffer.alloc(size), 0, size, start)
  const [, path] = /(?:^|\n)\d+ path=(.*)\n/.exec(buffer.toString()) ?? []
  const [, length] = /(?:^|\n)\d+ size=(\d+)\n/.exec(buffer.toString()) ?? []
  return { ...(path !== undefined && { path }), ...(length !== undefined && { size: length }) }
}

function numberIn(field: Buffer): number {
  if ((field[0] ?? 0) & 0x80) return Number(BigInt(`0x${field.toString('hex')}`) & ((1n << 88n) - 1n))
  return Number.parseInt(field.toString('latin1').replace(/[\0 ]+/g, '') || '0', 8)
}

function folderOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/') + 1)
}

function clean(name: string): string {
  const parts: string[] = []
  for (const part of name.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}

/**
 * An image in a tar: an OCI layout, or what `docker save` and `podman save` write, old and new. Nothing is unpacked.
 * @throws UserError when the tar has no image, or several
 */
export async function openArchive(path: string): Promise<BaseSource> {
  const file = await open(path)
  const members = await indexTar(file).finally(() => file.close())
  const refused = (what: string, advice?: string) => refusedBase(path, what, advice)
  const find = (name: string): { readonly start: number; readonly size: number } | undefined => {
    let member = members.get(name)
    for (let links = 0; member && 'link' in member && links < 10; links++) member = members.get(member.link)
    return member && 'start' in member ? member : undefined
  }
  const stream = (name: string, most = Infinity) => {
    const member = find(name)
    if (!member) return undefined
    const size = Math.min(member.size, most)
    if (size === 0) return Readable.from([])
    return createReadStream(path, { start: member.start, end: member.start + size - 1 })
  }
  const read: ReadMember = async (name, most) => {
    const content = stream(name, most)
    return content && Buffer.concat((await content.toArray()) as Buffer[]) // streams of files give bytes
  }
  const { top, places } = find('index.json')
    ? { top: await topOfLayout(read, refused), places: new Map<Digest, string>() }
    : await readSaved(read, find, refused)
  const place = (digest: Digest) => places.get(digest) ?? `blobs/sha256/${hexOf(digest)}`
  const missing = (digest: Digest) => refused(`the archive has no ${digest}`, 'Have it written again.')
  const readVerified = async (digest: Digest) => {
    const bytes = top.digest === digest ? top.bytes : await read(place(digest))
    if (!bytes || digestOf(bytes) !== digest) throw missing(digest)
    return bytes
  }
  return {
    pin: () => Promise.resolve(top.digest),
    fetchManifest: async (digest = top.digest) => ({ digest, bytes: await readVerified(digest) }),
    readBlob: ({ digest }) => readVerified(digest),
    openBlob: (descriptor) => {
      const content = stream(place(descriptor.digest)) as AsyncIterable<Uint8Array> | undefined // bytes, as above
      if (!content) return Promise.reject(missing(descriptor.digest))
      return Promise.resolve(Readable.from(verified(descriptor, content, path), { objectMode: false }))
    },
  }
}

type Refused = (what: string, advice?: string) => Error
interface Top {
  readonly digest: Digest
  readonly bytes: Buffer
}

/** The one image or index that a layout has; of several its own index, in which a platform may choose. */
async function topOfLayout(read: ReadMember, refused: Refused): Promise<Top> {
  const bytes = (await read('index.json')) ?? Buffer.alloc(0)
  const top = parseBaseManifest(bytes.toString(), 'index.json')
  const images = top.kind === 'index' ? top.images : []
  const [digest, ...others] = new Set(images.map((image) => image.digest))
  if (digest === undefined) throw refused('it has no image')
  if (others.length > 0) {
    if (images.every(({ platform }) => platform)) return { digest: digestOf(bytes), bytes }
    throw refused(`it has ${others.length + 1} images`, 'Save one image to a file.')
  }
  const only = await read(`blobs/sha256/${hexOf(digest)}`)
  if (!only) throw refused(`it has no ${digest}`, 'Have it written again.')
  return { digest, bytes: only }
}

/** An archive as Docker wrote it before 25, and podman does still: manifest.json names a config and layers, which are seldom compressed. */
async function readSaved(
  read: ReadMember,
  find: (name: string) => { readonly size: number } | undefined,
  refused: Refused,
): Promise<{ top: Top; places: Map<Digest, string> }> {
  const text = (await read('manifest.json'))?.toString()
  if (text === undefined) {
    throw refused('it is no image: it has neither index.json nor manifest.json', 'Write it with docker save.')
  }
  const saved = JSON.parse(text) as { Config?: string; Layers?: string[] }[] // checked where it is used
  const [image] = saved
  if (!image || saved.length > 1) throw refused(`it has ${saved.length} images`, 'Save one image to a file.')
  const { Config: config = '', Layers: layers = [] } = image
  const configBytes = await read(config)
  if (!configBytes) throw refused(`it has no config '${config}'`)
  const diffIds = parseConfig(configBytes.toString()).rootfs.diff_ids
  const places = new Map<Digest, string>([[digestOf(configBytes), config]])
  const descriptors = await Promise.all(
    layers.map(async (name, index) => {
      const [start, diffId, member] = [await read(name, 4), diffIds[index], find(name)]
      if (!start || !diffId || !member) throw refused(`it has no layer '${name}'`)
      const magic = start.toString('hex')
      const kind = magic.startsWith('1f8b') ? 'gzip' : magic === '28b52ffd' ? 'zstd' : 'none'
      const digest = kind === 'none' ? diffId : digestOf((await read(name)) ?? '')
      places.set(digest, name)
      return { mediaType: layerMediaTypes[kind], digest, size: member.size }
    }),
  )
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestMediaType,
      config: { mediaType: configMediaType, digest: digestOf(configBytes), size: configBytes.length },
      layers: descriptors,
    }),
  )
  return { top: { digest: digestOf(bytes), bytes }, places }
}
