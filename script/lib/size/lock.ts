import { createReadStream } from 'node:fs'
import { pipeline, type Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { createZstdDecompress } from 'node:zlib'
import { ZstdFrames } from '../../../src/base/zstd-frames.ts'
import { openChannels, type Authorizer } from '../../../src/channels/access.ts'
import { mapConcurrently } from '../../../src/common/concurrency.ts'
import { request } from '../../../src/common/http.ts'
import { isRecord } from '../../../src/common/json.ts'
import { packageOfSpec } from '../../../src/environment/read.ts'
import { packagesNeeded } from '../../../src/layers/sizes.ts'
import type { Lock, LockedPackage } from '../../../src/lock/types.ts'
import { archiveSizes } from '../../../src/packages/archive-sizes.ts'
import { environmentFigure, type Weighed } from '../../../src/size/environment.ts'
import type { Figures } from '../../../src/size/types.ts'
import { recordsIn } from './repodata.ts'

/** Where the bytes of a lock's archives are. */
export interface LockFigures extends Figures {
  /** Packages and wheels whose size nobody tells. */
  readonly unknown: readonly string[]
  /** Whether there were channels whose index could not be read: what needs what is not known then. */
  readonly withoutIndex: boolean
}

/**
 * The archives of a lock by size, from the indexes of its channels; of wheels, and of what an index no longer has, the size is asked for.
 * @param name the environment's
 */
export async function measureLock(lock: Lock, name: string): Promise<LockFigures> {
  const { header, packages, wheels } = lock
  const { authorize } = await openChannels({})
  const indexed = await readIndexes(packages, authorize)
  const archives = wheels.flatMap(({ kind, url }) => (kind === 'wheel' ? [{ url: new URL(url) }] : []))
  const missing = packages.filter(({ url }) => indexed.get(url.href)?.size === undefined)
  const asked = await archiveSizes([...missing, ...archives], authorize)
  const unknown: string[] = []
  const weighed = (
    of: string,
    version: string | undefined,
    href: string,
    needs: readonly string[],
  ): Weighed => {
    const size = indexed.get(href)?.size ?? asked.get(href)?.size
    if (size === undefined) unknown.push(of)
    return { name: of, ...(version !== undefined && { version }), compressed: size ?? 0, exact: true, needs }
  }
  const all = [
    ...packages.map((one) =>
      weighed(one.name, one.version, one.url.href, indexed.get(one.url.href)?.needs ?? []),
    ),
    ...wheels.map((one) => {
      const href = URL.canParse(one.url) ? new URL(one.url).href : one.url
      return weighed(`pip:${one.name}`, one.version, href, [])
    }),
  ]
  const roots = [
    ...(header?.specs ?? []).map(packageOfSpec),
    ...wheels.flatMap((one) => (one.requested ? [`pip:${one.name}`] : [])),
  ]
  return {
    compressed: all.reduce((sum, { compressed }) => sum + compressed, 0),
    environments: [environmentFigure(name, all, roots)],
    others: [],
    unknown,
    withoutIndex: packages.some(({ url }) => !indexed.has(url.href)),
  }
}

interface Indexed {
  readonly size?: number
  readonly needs: readonly string[]
}

/** What the indexes of channels say of packages, by their addresses. An index that cannot be had tells nothing. */
async function readIndexes(
  packages: readonly LockedPackage[],
  authorize: Authorizer,
): Promise<Map<string, Indexed>> {
  const found = new Map<string, Indexed>()
  const byIndex = Map.groupBy(packages, ({ url }) => new URL('.', url).href)
  await mapConcurrently([...byIndex], 2, async ([folder, some]) => {
    const hrefs = new Map(some.map(({ fileName, url }) => [fileName, url.href]))
    const content = await openIndex(folder, authorize)
    if (!content) return
    try {
      for await (const [fileName, text] of recordsIn(content, hrefs)) {
        const record: unknown = JSON.parse(text)
        const { size, depends } = isRecord(record) ? record : {}
        const needs = packagesNeeded(depends)
        found.set(hrefs.get(fileName) ?? '', { ...(typeof size === 'number' && { size }), needs })
      }
    } catch {
      // It broke off, or is no index: what has been read is right all the same.
    }
  })
  return found
}

async function openIndex(
  folder: string,
  authorize: Authorizer,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  for (const name of ['repodata.json.zst', 'repodata.json']) {
    const content = await openUrl(new URL(name, folder), authorize).catch(() => undefined)
    if (!content) continue
    // Streams of files, of answers and of decoders give bytes.
    if (!name.endsWith('.zst')) return content as AsyncIterable<Uint8Array>
    const decoder = createZstdDecompress()
    // What goes wrong comes out of the decoder, which is read.
    pipeline([content, new ZstdFrames(), decoder], () => undefined)
    return decoder as AsyncIterable<Uint8Array>
  }
  return undefined
}

async function openUrl(url: URL, authorize: Authorizer): Promise<Readable | undefined> {
  if (url.protocol === 'file:') {
    const file = createReadStream(fileURLToPath(url))
    await new Promise((resolve, reject) => file.once('open', resolve).once('error', reject))
    return file
  }
  const { url: opened, headers } = authorize(url)
  const response = await request({ url: opened, headers, retries: 1 })
  if (response.status === 200) return response.body
  response.body.resume()
  return undefined
}
