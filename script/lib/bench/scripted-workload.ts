import { link, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cachedFolder, sourcesOf } from '../../../__tests__/world/cache.ts'
import { buildScriptedChannel } from '../../../__tests__/world/channel/scripted.ts'
import { workloadChannel, writeRepodata } from '../workload.ts'

/** As far as it is read of repodata.json. */
export interface IndexRecord {
  readonly name: string
  readonly depends?: readonly string[]
}

type Records = Readonly<Record<string, IndexRecord>>

const subdir = 'linux-64'

/**
 * The reference workload with graphviz and gtk3, whose link scripts make caches of what lies in the prefix, and with what these need.
 * @returns the channel's folder
 */
export async function scriptedWorkload(): Promise<string> {
  const [reference, scripted] = [await workloadChannel(), await buildScriptedChannel()]
  const sources = await sourcesOf(import.meta.filename)
  return cachedFolder('scripted-workload', [reference, scripted, ...sources], async (folder) => {
    const drawing = withDependencies(await readRecords(scripted), ['graphviz', 'gtk3'])
    const names = new Set(Object.values(drawing).map(({ name }) => name))
    const others = Object.entries(await readRecords(reference)).filter(([, { name }]) => !names.has(name))
    await mkdir(join(folder, subdir))
    await mkdir(join(folder, 'noarch'))
    for (const [file] of others) await link(join(reference, subdir, file), join(folder, subdir, file))
    for (const file of Object.keys(drawing))
      await link(join(scripted, subdir, file), join(folder, subdir, file))
    await writeRepodata(folder, subdir, { ...Object.fromEntries(others), ...drawing })
    await writeRepodata(folder, 'noarch', {})
  })
}

export async function readRecords(channel: string, of = subdir): Promise<Records> {
  const text = await readFile(join(channel, of, 'repodata.json'), 'utf8')
  return (JSON.parse(text) as { 'packages.conda': Records })['packages.conda'] // a channel of ours
}

/**
 * Packages and all that they need, as a lock has them: what is needed first.
 * @param records by file name, one of each package that is needed
 */
export function withDependencies(records: Records, names: readonly string[]): Record<string, IndexRecord> {
  const chosen: Record<string, IndexRecord> = {}
  for (const name of names) {
    const [file, record] = Object.entries(records).find(([, { name: other }]) => other === name) ?? []
    if (file === undefined || !record) throw new Error(`the channel has no ${name}`)
    const needed = (record.depends ?? []).flatMap((spec) => spec.split(' ')[0] ?? [])
    const real = needed.filter((dependency) => !dependency.startsWith('__'))
    Object.assign(chosen, withDependencies(records, real), { [file]: record })
  }
  return chosen
}
