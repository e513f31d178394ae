import { createCipheriv, createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { deflateRawSync } from 'node:zlib'
import { Zip, ZipPassThrough } from 'fflate'
import { cachedFolder, sourcesOf } from '../../../__tests__/world/cache.ts'
import { buildPipChannel } from '../../../__tests__/world/channel/with-pip.ts'
import { linkChannel, openWorkload, type WheelWorkload } from './wheel-workload.ts'
import type { BenchWheel } from './wheels.ts'

/** How many libraries each has; a library is 330 MB, and 250 MB in the wheel. */
const libraries = { torch: 4, 'nvidia-cudnn-cu12': 3, 'nvidia-cublas-cu12': 2, triton: 1 }
/** Bytes. */
const librarySize = 330_000_000

/** Wheels of 2.5 GB in all, 3.3 GB unpacked, as torch and what it needs. Making them takes some 2 GB of memory. */
export async function bigWheels(): Promise<WheelWorkload> {
  const pipChannel = await buildPipChannel()
  const sources = await sourcesOf(import.meta.filename)
  const folder = await cachedFolder('big-wheels', [pipChannel, ...sources], async (unfinished) => {
    await linkChannel(pipChannel, unfinished)
    const place = join(unfinished, 'wheels')
    await mkdir(place)
    const library = makeLibrary()
    const wheels: BenchWheel[] = []
    for (const [name, count] of Object.entries(libraries)) {
      wheels.push(await writeWheel(name, count, library, place))
    }
    await writeFile(join(unfinished, 'wheels.json'), JSON.stringify(wheels))
  })
  return openWorkload(folder)
}

/** A file with its hash as RECORD has it, and as a zip has it. */
interface Library {
  readonly content: Buffer
  readonly sha256: string
  readonly deflated: Buffer
}

/** Noise of six bits a byte, the same each time: it compresses as libraries with kernels for GPUs do, by a quarter. */
function makeLibrary(): Library {
  const content = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
    Buffer.alloc(librarySize),
  )
  for (let at = 0; at < content.length; at++) content[at] = (content[at] ?? 0) & 0x3f
  const sha256 = createHash('sha256').update(content).digest('base64url')
  return { content, sha256, deflated: deflateRawSync(content, { level: 1 }) }
}

async function writeWheel(name: string, count: number, library: Library, place: string): Promise<BenchWheel> {
  const version = '1.0'
  const stem = `${name.replaceAll('-', '_')}-${version}`
  const fileName = `${stem}-py3-none-any.whl`
  const info = {
    METADATA: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
    WHEEL: 'Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  }
  const paths = Array.from({ length: count }, (_, index) => `${name.replaceAll('-', '_')}/lib${index}.so`)
  const record = [
    ...paths.map((path) => `${path},sha256=${library.sha256},${librarySize}\n`),
    ...Object.keys(info).map((file) => `${stem}.dist-info/${file},,\n`),
    `${stem}.dist-info/RECORD,,\n`,
  ].join('')

  const file = join(place, fileName)
  const output = createWriteStream(file)
  const zip = new Zip((_, chunk) => output.write(chunk))
  const add = (member: ZipPassThrough, content: Uint8Array) => {
    member.mtime = new Date(1980, 0, 2)
    zip.add(member)
    member.push(content, true)
  }
  for (const path of paths) add(new Deflated(path, library.deflated), library.content)
  for (const [one, text] of Object.entries({ ...info, RECORD: record })) {
    add(new ZipPassThrough(`${stem}.dist-info/${one}`), Buffer.from(text))
  }
  zip.end()
  output.end()
  await once(output, 'close')
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  const { size } = await stat(file)
  return { name, builds: [{ version, fileName, sha256: hash.digest('hex'), size }] }
}

/** A member that was deflated before. */
class Deflated extends ZipPassThrough {
  readonly #deflated: Buffer

  constructor(filename: string, deflated: Buffer) {
    super(filename)
    this.compression = 8
    this.#deflated = deflated
  }

  protected override process(_: Uint8Array, isLast: boolean): void {
    this.ondata(null, new Uint8Array(this.#deflated), isLast)
  }
}
