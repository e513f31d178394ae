import { open, type FileHandle } from 'node:fs/promises'
import { RandomAccessReader } from 'yauzl'

/** Bytes that are read at once. */
const windowSize = 1024 * 1024
/** One goes through the members of a zip while another one goes through its directory. */
const windowCount = 2

/**
 * A file that is read here and there, a few bytes at a time and mostly onwards, as a zip is: what is near to what was asked for comes from
 * memory. A wheel of ten thousand modules would be read in as many times ten steps otherwise.
 */
export class WindowedFile extends RandomAccessReader {
  readonly size: number
  readonly #handle: FileHandle
  /** The one that was of use last comes last. */
  readonly #windows: { readonly start: number; readonly bytes: Promise<Buffer> }[] = []

  private constructor(handle: FileHandle, size: number) {
    super()
    this.#handle = handle
    this.size = size
  }

  static async open(file: string): Promise<WindowedFile> {
    const handle = await open(file)
    return new WindowedFile(handle, (await handle.stat()).size)
  }

  /** @returns fewer bytes than asked for at the end of the file only */
  async bytes(start: number, length: number): Promise<Buffer> {
    if (length > windowSize) return this.#read(start, length)
    const found = this.#windows.findIndex(
      (window) => start >= window.start && start + length <= window.start + windowSize,
    )
    const [window] = found < 0 ? [] : this.#windows.splice(found, 1)
    const { bytes, start: from } = window ?? { start, bytes: this.#read(start, windowSize) }
    this.#windows.push({ start: from, bytes })
    if (this.#windows.length > windowCount) this.#windows.shift()
    return (await bytes).subarray(start - from, start - from + length)
  }

  async #read(start: number, length: number): Promise<Buffer> {
    const wanted = Math.max(0, Math.min(length, this.size - start))
    const { bytesRead, buffer } = await this.#handle.read(Buffer.allocUnsafe(wanted), 0, wanted, start)
    return buffer.subarray(0, bytesRead)
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.bytes(position, length).then(
      (bytes) => {
        bytes.copy(buffer, offset)
        process.nextTick(callback, null)
      },
      (error: unknown) => {
        process.nextTick(callback, error)
      },
    )
  }

  /** To be called when nothing more is read. */
  async end(): Promise<void> {
    await this.#handle.close()
  }
}
