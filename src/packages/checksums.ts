import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { LockedPackage } from '../lock/types.ts'

/** What the bytes of an archive come to: conda-meta wants all three. */
export interface Checksums {
  /** Hex digits. */
  readonly sha256: string
  readonly md5: string
  /** Bytes. */
  readonly size: number
}

/** Computes checksums of bytes on their way. */
export class Checksummer {
  readonly #sha256 = createHash('sha256')
  readonly #md5 = createHash('md5')
  /** Bytes so far. */
  size = 0

  update(chunk: Uint8Array): void {
    this.#sha256.update(chunk)
    this.#md5.update(chunk)
    this.size += chunk.length
  }

  /** To be asked for once, at the end. */
  digest(): Checksums {
    return { sha256: this.#sha256.digest('hex'), md5: this.#md5.digest('hex'), size: this.size }
  }
}

/** The checksums of a file; undefined when there is none. */
export async function checksumsOf(file: string): Promise<Checksums | undefined> {
  const checksummer = new Checksummer()
  try {
    const chunks = createReadStream(file, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>
    for await (const chunk of chunks) checksummer.update(chunk)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined // an error of the file system
    throw error
  }
  return checksummer.digest()
}

export function isRight(checksums: Checksums, { checksum }: Pick<LockedPackage, 'checksum'>): boolean {
  return checksums[checksum.algorithm] === checksum.hex
}
