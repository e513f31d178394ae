import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readEnvironment } from '../../../src/environment/read.ts'
import { formatBaseName, parseBaseName } from '../../../src/base/name.ts'
import { chooseOwnLayers } from '../../../src/layers/build.ts'
import { inputHash } from '../../../src/lock/asked.ts'
import { formatLock } from '../../../src/lock/format.ts'
import { askFor } from '../../../src/lock/resolve.ts'
import { buildOf, type BenchWheel, type WheelIndex } from './wheels.ts'
import { machinePlatform } from '../../../src/common/platform.ts'

/** A package of a workload, in two builds; where it has one only, in that twice. */
export interface BenchPackage {
  readonly name: string
  readonly builds: readonly [BenchBuild, BenchBuild]
}

export interface BenchBuild {
  /** Of a package whether it is the same for all platforms. */
  readonly isNoarch?: boolean
  readonly fileName: string
  readonly sha256: string
  readonly size: number
}

/** @param channel the workload's folder */
export async function readPackages(channel: string): Promise<BenchPackage[]> {
  const packages: BenchPackage[] = []
  for (const subdir of [machinePlatform().subdir, 'noarch']) {
    const isNoarch = subdir === 'noarch'
    const repodata = JSON.parse(await readFile(join(channel, subdir, 'repodata.json'), 'utf8')) as {
      'packages.conda': Record<string, { name: string; build_number?: number; sha256: string; size: number }>
    }
    const byName = Map.groupBy(Object.entries(repodata['packages.conda']), ([, { name }]) => name)
    for (const [name, files] of byName) {
      const [first, second] = files
        .map(([fileName, { sha256, size }]) => ({ fileName, sha256, size, isNoarch }))
        .sort((a, b) => (a.fileName < b.fileName ? -1 : 1))
      if (first) packages.push({ name, builds: [first, second ?? first] })
    }
  }
  return packages
}

/** An env.yaml that asks for all packages, as the workspace has it. */
export function environmentOf(
  channel: string,
  packages: readonly BenchPackage[],
  wheels: readonly BenchWheel[] = [],
): string {
  const specs = packages.map(({ name }) => `  - ${name}\n`)
  const pip = wheels.length > 0 ? ['  - pip:\n', ...wheels.map(({ name }) => `    - ${name}\n`)] : []
  return `name: base\nchannels:\n  - ${channel}\ndependencies:\n${[...specs, ...pip].join('')}`
}

/**
 * The lockfile that the action would write for an environment file.
 * @param bumped names of the packages and wheels that are there in their second build
 */
export async function lockOf(options: {
  environmentFile: string
  channel: string
  base: string
  packages: readonly BenchPackage[]
  wheels?: readonly BenchWheel[]
  index?: WheelIndex
  bumped: ReadonlySet<string>
}): Promise<string> {
  const { environmentFile, channel, base, packages, wheels = [], index, bumped } = options
  const { subdir } = machinePlatform()
  const environment = await readEnvironment(environmentFile)
  const name = parseBaseName(base, { defaultTag: 'latest' })
  const asked = askFor({
    environment,
    platform: subdir,
    overrides: {},
    baseImage: formatBaseName({ ...name, digest: undefined }),
  })
  const chosen = packages.map(({ name: packageName, builds }) => builds[bumped.has(packageName) ? 1 : 0])
  return formatLock({
    header: {
      ...asked,
      inputHash: inputHash(asked),
      baseImage: formatBaseName(name),
      micromambaVersion: '2.9.0',
      virtualPackages: [],
      // The first builds decide, as a lock's choice outlives its updates.
      ownLayer: chooseOwnLayers(
        packages.map(({ name: packageName, builds }) => ({ name: packageName, size: builds[0].size })),
        wheels.map((wheel) => ({ name: wheel.name, size: buildOf(wheel, new Set()).size })),
      ),
      ...(index && { pipVersion: '25.1.1' }),
    },
    packages: chosen.map(({ fileName, sha256, isNoarch }) => ({
      url: new URL(`${channel}/${isNoarch ? 'noarch' : subdir}/${fileName}`),
      checksum: { algorithm: 'sha256', hex: sha256 },
    })),
    ...(index && { wheels: index.pins(bumped) }),
  })
}
