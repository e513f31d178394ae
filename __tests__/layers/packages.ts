import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { JobPackage, LayerJob } from '../../src/layers/job.ts'
import { makeConda, temporaryFile, type TarItem } from '../packages/make-package.ts'

/** A package `<name>-1.0-0` that holds these files, as a job has it. @param info further files of its `info/` */
export async function jobPackage(
  name: string,
  items: readonly TarItem[],
  noarch?: 'python',
  info?: Readonly<Record<string, string>>,
): Promise<JobPackage> {
  const paths = items.map((item) => ({
    _path: item.name,
    path_type: item.type === 'symlink' ? 'softlink' : 'hardlink',
  }))
  const index = { name, ...(noarch && { noarch, subdir: 'noarch' }) }
  const file = await makeConda({ index, paths, items, ...(info && { info }) })
  return packageOf(name, file, noarch ? 'noarch' : 'linux-64')
}

/** A package whose archive is not one. */
export function brokenPackage(name: string): JobPackage {
  return packageOf(name, temporaryFile('broken.conda', Buffer.from('not a zip')), 'linux-64')
}

function packageOf(name: string, file: string, subdir: string): JobPackage {
  const bytes = readFileSync(file)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return {
    locked: {
      url: `https://channel.example/${subdir}/${name}-1.0-0.conda`,
      channel: 'https://channel.example',
      subdir,
      fileName: `${name}-1.0-0.conda`,
      format: 'conda',
      name,
      version: '1.0',
      build: '0',
      checksum: { algorithm: 'sha256', hex: sha256 },
      line: 1,
    },
    file,
    facts: { sha256, md5: createHash('md5').update(bytes).digest('hex'), size: bytes.length },
  }
}

export function jobOf(packages: readonly JobPackage[], file: string): LayerJob {
  return {
    packages,
    context: { prefix: '/opt/conda', rootPrefix: '/opt/conda' },
    owner: { uid: 57439, gid: 57439 },
    compression: 'zstd',
    file,
  }
}
