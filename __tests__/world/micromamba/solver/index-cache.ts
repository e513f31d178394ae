import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What a server answered to the request for an index. */
export interface IndexAnswer {
  readonly status: number
  readonly body: string
}

/**
 * Fetches an index as micromamba does: what lies in the package cache and is younger than `local_repodata_ttl` is taken from there.
 * What is no JSON is fetched once more.
 */
export async function fetchIndex(url: string, headers: Record<string, string>): Promise<IndexAnswer> {
  const folder = join(process.env['CONDA_PKGS_DIRS'] ?? '', 'cache')
  const file = join(folder, `${createHash('md5').update(url).digest('hex').slice(0, 8)}.json`)
  const seconds = Number(process.env['MAMBA_LOCAL_REPODATA_TTL'] ?? 1)
  const found = await stat(file).catch(() => undefined)
  if (found && seconds > 1 && Date.now() - found.mtimeMs < seconds * 1000) {
    return { status: 200, body: await readFile(file, 'utf8') }
  }
  let answer = await fetchOnce(url, headers)
  if (answer.status === 200 && !isJson(answer.body)) answer = await fetchOnce(url, headers)
  if (answer.status === 200 && isJson(answer.body)) {
    await mkdir(folder, { recursive: true })
    await writeFile(`${file}.${process.pid}`, answer.body)
    await rename(`${file}.${process.pid}`, file)
  }
  return answer
}

async function fetchOnce(url: string, headers: Record<string, string>): Promise<IndexAnswer> {
  const response = await fetch(url, { headers })
  return { status: response.status, body: await response.text() }
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
