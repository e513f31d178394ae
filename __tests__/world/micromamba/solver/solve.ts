import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isPlatform, simpleSolve } from '@conda-org/rattler'
import type { LoadedChannel, PackageRecord } from './channels.ts'

/** A package that was chosen, and where it is. */
export interface Chosen {
  readonly channel: LoadedChannel
  readonly fileName: string
  readonly record: PackageRecord
}

/** There is no solution: why, in the solver's words. */
export class Unsolvable extends Error {}

/**
 * Solves as micromamba would: python brings pip, and virtual packages are there to be depended on. The solver fetches
 * its repodata from a server, so it gets one of its own, with all that added and nothing to authenticate for.
 * @param virtual records by file name
 * @throws Unsolvable
 */
export async function solveSpecs(
  specs: readonly string[],
  channels: readonly LoadedChannel[],
  platform: string,
  virtual: Readonly<Record<string, PackageRecord>>,
): Promise<Chosen[]> {
  if (!isPlatform(platform)) throw new Error(`no platform: ${platform}`)
  const server = createServer((request, response) => {
    const [, index, subdir = '', file] = (request.url ?? '').split('/')
    const records = channels[Number(index)]?.subdirs[subdir]
    if (!records || file !== 'repodata.json') {
      response.writeHead(404).end()
      return
    }
    const all = { ...records, ...(index === '0' && subdir === 'noarch' && virtual) }
    response.end(JSON.stringify(asRepodata(subdir, all)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const { port } = server.address() as AddressInfo // listening on TCP
    const origin = `http://127.0.0.1:${port}`
    const urls = channels.map((_, index) => `${origin}/${index}`)
    const solved = await simpleSolve([...specs], urls, [platform, 'noarch'], []).catch((error: unknown) => {
      throw new Unsolvable(String(error))
    })
    return solved.flatMap(({ url }) => {
      const [index, subdir = '', fileName = ''] = url.slice(origin.length + 1).split('/')
      const channel = channels[Number(index)]
      const record = channel?.subdirs[subdir]?.[decodeURIComponent(fileName)]
      return channel && record ? [{ channel, fileName: decodeURIComponent(fileName), record }] : []
    })
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

function asRepodata(subdir: string, records: Readonly<Record<string, PackageRecord>>): object {
  const entries = Object.entries(records).map(([file, record]) => [file, withPip(record)] as const)
  const ofFormat = (end: string) => Object.fromEntries(entries.filter(([file]) => file.endsWith(end)))
  return {
    info: { subdir },
    packages: ofFormat('.tar.bz2'),
    'packages.conda': ofFormat('.conda'),
    repodata_version: 1,
  }
}

/** libmamba's `add_pip_as_python_dependency`. */
function withPip(record: PackageRecord): PackageRecord {
  return record.name === 'python' ? { ...record, depends: [...record.depends, 'pip'] } : record
}
