import { isUtf8 } from 'node:buffer'
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib'
import { fromRandomAccessReaderPromise, type Entry, type ZipFile } from 'yauzl'
import { messageOf, UserError } from '../../common/errors.ts'
import { readRange } from '../conda/decompress.ts'
import { refusal } from './refusal.ts'
import { WindowedFile } from './windowed-file.ts'

/** More than any wheel has; each takes memory while a wheel is looked at. */
const mostEntries = 1_000_000

/** A member of a zip, as its central directory describes it. */
export interface ZipEntry {
  /** Ends with a slash when it is a directory. */
  readonly name: string
  /** Bytes, unpacked. */
  readonly size: number
  /** As Unix has it, the type's bits included; 0 where the zip was made by what has no modes. */
  readonly mode: number
  /** The bytes of the file that it takes at least, behind its header's offset. */
  readonly range: readonly [start: number, end: number]
  /**
   * Unpacks it, for as long as the next entry is not asked for.
   * @throws UserError when it is not what the central directory says
   */
  content(): AsyncGenerator<Uint8Array>
}

/**
 * Reads the members of a zip in their order. Nothing is held of what has gone by.
 * @param wheel for errors
 * @throws UserError when it is no zip, is damaged, encrypted, packed in a way that wheels are not, or says of a member one thing here and
 * another there
 */
export async function* zipEntries(file: string, wheel: string): AsyncGenerator<ZipEntry> {
  const reader = await WindowedFile.open(file)
  try {
    // Strict: with others, a backslash becomes a slash, which for pip it is not.
    const zip = await fromRandomAccessReaderPromise(reader, reader.size, {
      autoClose: false,
      strictFileNames: true,
    })
    if (zip.entryCount > mostEntries) throw refusal(wheel, `it has ${zip.entryCount} entries`)
    const opened: OpenZip = { file, wheel, zip, reader }
    for await (const entry of zip.eachEntry()) yield describe(opened, entry)
  } catch (error) {
    throw damage(error, wheel)
  } finally {
    await reader.end()
  }
}

interface OpenZip {
  readonly file: string
  readonly wheel: string
  readonly zip: ZipFile
  readonly reader: WindowedFile
}

/** Bits of an entry's flags: sizes and CRC stand behind the content; the name is UTF-8. */
const sizesBehind = 0x8
const utf8Name = 0x800

function describe(opened: OpenZip, entry: Entry): ZipEntry {
  const { wheel } = opened
  const { fileName: name, uncompressedSize: size, compressionMethod, generalPurposeBitFlag } = entry
  if (entry.isEncrypted()) throw refusal(wheel, `'${name}' is encrypted`)
  if (compressionMethod !== 0 && compressionMethod !== 8) {
    throw refusal(
      wheel,
      `'${name}' is packed by method ${compressionMethod}; stored or deflated is what wheels are`,
    )
  }
  if (generalPurposeBitFlag & utf8Name && !isUtf8(entry.fileNameRaw)) {
    throw refusal(wheel, `the name '${name}' is not UTF-8`)
  }
  const start = entry.relativeOffsetOfLocalHeader
  return {
    name,
    size,
    mode: entry.externalFileAttributes >>> 16,
    range: [start, start + 30 + entry.fileNameLength + entry.compressedSize],
    content: () => contentOf(opened, entry),
  }
}

async function* contentOf(opened: OpenZip, entry: Entry): AsyncGenerator<Uint8Array> {
  const { wheel } = opened
  const { fileName: name, uncompressedSize: expected } = entry
  try {
    const start = await checkLocalHeader(opened, entry)
    let crc = 0
    let size = 0
    for await (const chunk of unpacked(opened, entry, start)) {
      crc = crc32(chunk, crc)
      size += chunk.length
      if (size > expected) break
      yield chunk
    }
    if (size !== expected) throw refusal(wheel, `'${name}' has not the size that the zip says`)
    if (crc !== entry.crc32) throw refusal(wheel, `the CRC of '${name}' is not what the zip says`)
  } catch (error) {
    throw damage(error, wheel)
  }
}

/** What is no larger, packed and unpacked, is unpacked in one go: streams cost more than that. */
const smallSize = 512 * 1024

/** @param start where the packed bytes begin */
async function* unpacked(
  { file, reader }: OpenZip,
  { compressedSize, uncompressedSize, compressionMethod }: Entry,
  start: number,
): AsyncGenerator<Uint8Array> {
  const isDeflated = compressionMethod === 8
  if (compressedSize <= smallSize && uncompressedSize <= smallSize) {
    const bytes = await reader.bytes(start, compressedSize)
    // One byte more than is to come, so that it comes in one piece.
    const chunkSize = Math.max(64, uncompressedSize + 1)
    if (bytes.length > 0) {
      yield isDeflated ? inflateRawSync(bytes, { chunkSize, maxOutputLength: smallSize }) : bytes
    }
    return
  }
  const packed = readRange({ file, start, size: compressedSize })
  try {
    if (!isDeflated) {
      yield* packed as AsyncIterable<Uint8Array>
      return
    }
    const inflate = createInflateRaw({ chunkSize: smallSize })
    packed.on('error', (error) => inflate.destroy(error))
    yield* packed.pipe(inflate) as AsyncIterable<Uint8Array>
  } finally {
    packed.destroy()
  }
}

/**
 * What stands before the content has to agree with the central directory: some tools go by the one, others by the other, and see two
 * different wheels.
 * @returns where the content begins
 */
async function checkLocalHeader({ zip, wheel }: OpenZip, entry: Entry): Promise<number> {
  const local = await zip.readLocalFileHeaderPromise(entry)
  const disagreeing = (what: string) => refusal(wheel, `the zip has two ${what} of '${entry.fileName}'`)
  if (!local.fileName.equals(entry.fileNameRaw)) throw disagreeing('names')
  if (local.compressionMethod !== entry.compressionMethod) throw disagreeing('compression methods')
  if (local.generalPurposeBitFlag & sizesBehind) return local.fileDataStart
  if (local.crc32 !== entry.crc32) throw disagreeing('CRCs')
  const agrees = (here: number, there: number) => here === there || here === 0xffffffff // zip64: in an extra field
  if (!agrees(local.compressedSize, entry.compressedSize)) throw disagreeing('sizes')
  if (!agrees(local.uncompressedSize, entry.uncompressedSize)) throw disagreeing('sizes')
  return local.fileDataStart
}

/** What a library says of damaged bytes, as an error of the wheel. */
function damage(error: unknown, wheel: string): unknown {
  if (error instanceof UserError) return error
  return refusal(wheel, `the zip is damaged: ${messageOf(error)}`, error)
}
