import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Request } from '../action/request.ts'
import { createBlobUploader, type BlobUploader } from '../outputs/outputs.ts'
import { createRegistryClient, type RegistryClient } from '../registry/registry.ts'

/** What a run works with besides its request. */
export interface Workshop {
  readonly registry: RegistryClient
  /** Takes layers to the registries as soon as they are there; absent when nothing is pushed. */
  readonly uploader?: BlobUploader
  /** For this run alone; to be removed at its end. */
  readonly scratch: string
  /** For package archives, which the post step saves. */
  readonly tarballs: string
}

export async function openWorkshop({ push, tags }: Request): Promise<Workshop> {
  const temporary = process.env['RUNNER_TEMP'] ?? tmpdir()
  await mkdir(temporary, { recursive: true })
  const registry = createRegistryClient()
  return {
    registry,
    ...(push && { uploader: createBlobUploader(registry, tags) }),
    scratch: await mkdtemp(join(temporary, 'micromamba-image-')),
    tarballs: join(temporary, 'micromamba-image-packages'),
  }
}
