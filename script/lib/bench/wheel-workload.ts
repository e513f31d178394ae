import { link, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeWheel } from '../../../__tests__/packages/make-wheel.ts'
import { cachedFolder, sourcesOf } from '../../../__tests__/world/cache.ts'
import { filesFrom } from '../../../__tests__/world/channel/tree.ts'
import { buildPipChannel } from '../../../__tests__/world/channel/with-pip.ts'
import { extractDebs } from '../../../__tests__/world/debian.ts'
import { mapConcurrently } from '../../../src/common/concurrency.ts'
import { machinePlatform } from '../../../src/common/platform.ts'
import { writeRepodata } from '../workload.ts'
import { readRecords, withDependencies } from './scripted-workload.ts'
import type { BenchWheel } from './wheels.ts'

/** The wheel that is bumped; it is neither among the biggest nor among the smallest. */
export const bumpedWheel = 'networkx'

/** A channel of what python and pip need, and wheels beside it. */
export interface WheelWorkload {
  /** The channel's folder. */
  readonly channel: string
  readonly wheels: readonly BenchWheel[]
}

/**
 * A hundred wheels made of Debian's packages, 316 MB, a gigabyte unpacked: of python's packages their modules, and of libraries the files that wheels
 * bring of such. One is there in two versions, so that it can be bumped.
 */
export async function wheelWorkload(): Promise<WheelWorkload> {
  const [list, pipChannel] = [join(import.meta.dirname, 'wheel-workload.txt'), await buildPipChannel()]
  const sources = await sourcesOf(import.meta.filename, list)
  return openWorkload(
    await cachedFolder('wheel-workload', [pipChannel, ...sources], async (folder) => {
      const names = (await readFile(list, 'utf8')).trim().split('\n')
      await linkChannel(pipChannel, folder)
      await mkdir(join(folder, 'wheels'))
      const wheels = await mapConcurrently(names, 2, (line) =>
        writeWheels(line.split(' '), join(folder, 'wheels')),
      )
      await writeFile(join(folder, 'wheels.json'), JSON.stringify(wheels))
    }),
  )
}

/** A workload as its folder has it: subdirs of a channel, `wheels/`, and `wheels.json`, which says what these are. */
export async function openWorkload(channel: string): Promise<WheelWorkload> {
  const wheels = JSON.parse(await readFile(join(channel, 'wheels.json'), 'utf8')) as BenchWheel[] // written here
  return { channel, wheels }
}

/** Puts python and pip, with all that they need, into a folder. */
export async function linkChannel(pipChannel: string, folder: string): Promise<void> {
  const subdirs = [machinePlatform().subdir, 'noarch']
  const ofSubdirs = await Promise.all(subdirs.map((subdir) => readRecords(pipChannel, subdir)))
  const records = Object.fromEntries(ofSubdirs.flatMap((some) => Object.entries(some)))
  // The last of a name is its newest.
  const newestFirst = Object.fromEntries(Object.entries(records).reverse())
  const chosen = withDependencies(newestFirst, ['python', 'pip'])
  for (const subdir of subdirs) {
    const own = Object.keys(await readRecords(pipChannel, subdir)).filter((file) => file in chosen)
    await mkdir(join(folder, subdir))
    for (const file of own) await link(join(pipChannel, subdir, file), join(folder, subdir, file))
    await writeRepodata(folder, subdir, Object.fromEntries(own.map((file) => [file, chosen[file]])))
  }
}

/** Of packages of Debian's, the first of which gives the name: what is python's at the top, all else in a folder of its own, as wheels bring libraries. */
async function writeWheels(debian: readonly string[], folder: string): Promise<BenchWheel> {
  const [first = ''] = debian
  const name = first
    .replace(/^python3?-/, '')
    .replaceAll('+', '')
    .replaceAll('.', '-')
  const data = `${name.replaceAll('-', '_')}.libs`
  const files = await filesFrom(await extractDebs(debian), (path) =>
    path.replace(/^usr\//, '').replace(/^lib\/python3\/dist-packages\//, '//'),
  )
  const items = files.flatMap((file) => {
    if (file.type !== 'file' || /(?:\.egg|\.dist)-info(?:\/|$)/.test(file.path)) return []
    const path = file.path.startsWith('//') ? file.path.slice(2) : `${data}/${file.path}`
    return [[path, Buffer.from(file.content)] as const]
  })
  const isBinary = items.some(([path]) => /\.so(?:\.|$)/.test(path))
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
  const tag = isBinary ? `cp311-cp311-manylinux_2_34_${machine}` : 'py3-none-any'
  const builds: BenchWheel['builds'][number][] = []
  for (const version of name === bumpedWheel ? ['1.0', '1.1'] : ['1.0']) {
    const marker = [`${data}/version`, version] as const
    const { fileName, bytes, sha256 } = makeWheel({
      name,
      version,
      tag,
      files: Object.fromEntries<string | Buffer>([...items, marker]),
    })
    await writeFile(join(folder, fileName), bytes)
    builds.push({ version, fileName, sha256, size: bytes.length })
  }
  return { name, builds }
}
