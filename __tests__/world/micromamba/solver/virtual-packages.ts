import { release } from 'node:os'
import type { PackageRecord } from './channels.ts'

/**
 * What the machine is said to have, as packages: by `CONDA_OVERRIDE_*`, of which an empty one says that it is not there,
 * else as this machine is. Keys are file names.
 */
export function virtualPackages(variables: NodeJS.ProcessEnv): Record<string, PackageRecord> {
  const said = (name: string, otherwise: string | undefined) =>
    variables[`CONDA_OVERRIDE_${name}`] ?? otherwise
  const [kernel] = /^\d+(\.\d+)*/.exec(release()) ?? []
  const packages: [name: string, version: string | undefined, build: string][] = [
    ['__unix', '0', '0'],
    ['__linux', said('LINUX', kernel), '0'],
    ['__glibc', said('GLIBC', glibc()), '0'],
    ['__cuda', said('CUDA', undefined), '0'],
  ]
  const processor = said('ARCHSPEC', process.arch === 'arm64' ? 'aarch64' : 'x86_64')
  if (processor) packages.push(['__archspec', '1', processor])
  return Object.fromEntries(
    packages.flatMap(([name, version, build]) =>
      version ? [[`${name}-${version}-${build}.conda`, record(name, version, build)]] : [],
    ),
  )
}

function record(name: string, version: string, build: string): PackageRecord {
  return { name, version, build, build_number: 0, depends: [], subdir: 'noarch' }
}

function glibc(): string | undefined {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } } // Node's own JSON
  return report.header?.glibcVersionRuntime
}
