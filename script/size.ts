import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { readFrom } from '../src/base/base.ts'
import { parseBaseName } from '../src/base/name.ts'
import { openSource, type BaseSource } from '../src/base/source.ts'
import { UserError } from '../src/common/errors.ts'
import {
  formatPlatform,
  machinePlatform,
  parsePlatform,
  platformOfSubdir,
  type Platform,
} from '../src/common/platform.ts'
import { readLockFile } from '../src/lock/file.ts'
import { parseFrozenLock } from '../src/lock/frozen.ts'
import { createRegistryClient } from '../src/registry/registry.ts'
import { fail, parseWords } from './lib/arguments.ts'
import { openArchive } from './lib/size/archive.ts'
import { formatFigures, type Measured } from './lib/size/format.ts'
import { measureImage } from './lib/size/image.ts'
import { measureLock } from './lib/size/lock.ts'

const usage = `Usage: script/size [--platform PLATFORM] [--limit N] [--json] IMAGE|LOCK

Says where the megabytes of an image are: its packages by size, compressed and unpacked, each with what asked for it; what the base has, what
belongs to no package, and which files are there twice. Any image with conda environments will do, whoever made it. Of a lockfile it
says how big the archives are.

  IMAGE                of a registry, NAME:TAG or NAME@DIGEST; of an OCI layout, oci:PATH[:TAG]; or a file, as docker save,
                       podman save or the action's output write it
  LOCK                 a lockfile: any @EXPLICIT file, conda-lock.yml, pixi.lock
  --platform PLATFORM  of an index, the image to take, and of a lockfile for several the packages; by default Linux on this machine
  --limit N            how many packages are listed; 30 by default, 0 for all
  --json               all figures as JSON, in bytes
  --help               this text

Compressed bytes of packages that share a layer are estimated, marked ≈: the layer's are divided in proportion to the bytes unpacked. A package with
a layer of its own is exact.`

try {
  await main()
} catch (error) {
  fail(error)
}

async function main(): Promise<void> {
  const { values, positionals } = parseWords({
    options: {
      platform: { type: 'string' },
      limit: { type: 'string', default: '30' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  })
  if (values.help) {
    console.log(usage)
    return
  }
  const [what, ...more] = positionals
  const limit = Number(values.limit)
  if (what === undefined || more.length > 0 || !Number.isSafeInteger(limit) || limit < 0) {
    console.error(usage)
    process.exitCode = 2
    return
  }
  const wanted = values.platform === undefined ? undefined : parsePlatform(values.platform, '--platform')
  const measured = await measure(what, wanted)
  console.log(
    values.json ? JSON.stringify(measured, undefined, 2) : formatFigures(measured, limit || Infinity),
  )
}

async function measure(what: string, wanted: Platform | undefined): Promise<Measured> {
  const found = await stat(what).catch(() => undefined)
  if (found?.isDirectory()) return ofImage(`oci:${what}`, wanted)
  if (found && (await isTar(what))) return ofSource(what, await openArchive(what), wanted)
  if (found || /\.(?:lock|ya?ml)$/.test(what)) return ofLock(what, wanted)
  return ofImage(what, wanted)
}

/** By the magic of ustar, which all that write images have. */
async function isTar(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(5), 0, 5, 257)
    return bytesRead === 5 && buffer.toString() === 'ustar'
  } finally {
    await file.close()
  }
}

async function ofImage(name: string, wanted: Platform | undefined): Promise<Measured> {
  const reference = parseBaseName(name, { defaultTag: 'latest' })
  return ofSource(name, openSource(reference, createRegistryClient(), '.'), wanted)
}

async function ofSource(
  name: string,
  source: BaseSource,
  wanted: Platform = machinePlatform(),
): Promise<Measured> {
  try {
    const { config, layers } = await readFrom(source, name, wanted)
    const { digest } = await source.fetchManifest()
    const figures = await measureImage(config, layers)
    return {
      what: 'image',
      name,
      digest,
      platform: formatPlatform(wanted),
      layers: layers.length,
      ...figures,
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    // To the action such an image is the base of another.
    throw new UserError(
      error.message
        .replace(/^input 'base-image': /, '')
        .replace(/Choose another base.*$/s, 'Say which with --platform.'),
    )
  }
}

async function ofLock(file: string, wanted: Platform | undefined): Promise<Measured> {
  const text = await readLockFile(file)
  if (text === undefined) throw new UserError('there is no such file', { at: { file } })
  const [, inIt = ''] = /^(?!#)\S+\/(linux-[a-z0-9]+)\/[^/\s]+$/m.exec(text) ?? []
  const platform = wanted ?? platformOfSubdir(inIt) ?? machinePlatform()
  const lock = parseFrozenLock(text, file, platform.subdir, 'default')
  const subdir = lock.header?.platform ?? platform.subdir
  const name = basename(file).replace(/(?:\.linux-[\w-]+)?\.[a-z]+$/, '')
  return { what: 'lock', name: file, platform: subdir, ...(await measureLock(lock, name)) }
}
