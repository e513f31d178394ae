import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { mapConcurrently } from '../common/concurrency.ts'
import { request } from '../common/http.ts'
import type { Authorizer } from '../channels/access.ts'

/** How many channels' answers are waited for at a time. */
const parallel = 16

/**
 * Asks channels how big archives are. What they do not say, at once or in time, is left out: nothing depends on it.
 * @param patience milliseconds for all of them
 * @returns bytes, by address
 */
export async function archiveSizes(
  packages: readonly { readonly url: URL }[],
  authorize: Authorizer,
  patience = 10_000,
): Promise<Map<string, { size: number }>> {
  const sizes = new Map<string, { size: number }>()
  const asking = mapConcurrently(packages, parallel, async ({ url }) => {
    const size = await sizeOf(url, authorize).catch(() => undefined)
    if (size !== undefined) sizes.set(url.href, { size })
  })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patience)
  })
  await Promise.race([asking, late])
  clearTimeout(timer)
  // What comes in after that is not to change what was told.
  return new Map(sizes)
}

async function sizeOf(url: URL, authorize: Authorizer): Promise<number | undefined> {
  if (url.protocol === 'file:') return (await stat(fileURLToPath(url))).size
  const { url: opened, headers } = authorize(url)
  const response = await request({ method: 'HEAD', url: opened, headers, retries: 0 })
  response.body.resume()
  const length = Number(response.headers['content-length'])
  return response.status === 200 && Number.isSafeInteger(length) && length > 0 ? length : undefined
}
