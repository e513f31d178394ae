import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openArchive } from '../../src/packages/conda/archive.ts'
import type { LinkSource } from '../../src/prefix/link.ts'
import { lockedPackage } from '../prefix/transcripts.ts'
import { buildChannel } from '../world/channel/build.ts'

interface Repodata {
  readonly 'packages.conda': Readonly<
    Record<string, { readonly name: string; readonly build_number: number }>
  >
}

/** This machine's subdir in the test world's channel. */
export const machine = process.arch === 'arm64' ? 'linux-aarch64' : 'linux-64'

/** The packages of the test world's channel for this machine; of several with one name the last. */
export async function channelPackages(): Promise<LinkSource[]> {
  const channel = await buildChannel()
  const byName = new Map<string, string>()
  for (const subdir of [machine, 'noarch']) {
    const repodata = JSON.parse(await readFile(join(channel, subdir, 'repodata.json'), 'utf8')) as Repodata
    for (const [file, { name }] of Object.entries(repodata['packages.conda'])) {
      byName.set(name, `${subdir}/${file}`)
    }
  }
  return Promise.all(
    [...byName.values()].map(async (path) => {
      const locked = lockedPackage(path)
      const archive = await openArchive(join(channel, path), locked.format)
      return { locked, archive, facts: { md5: '', sha256: '', size: 0 } }
    }),
  )
}
