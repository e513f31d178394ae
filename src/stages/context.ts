import { join } from 'node:path'
import type { Request } from '../action/request.ts'
import { makeScratch, temporaryFolder } from '../common/scratch.ts'
import { createMicromambaProvider, type MicromambaProvider } from '../micromamba/install.ts'
import { createBlobUploader, type BlobUploader } from '../outputs/outputs.ts'
import type { RegistryClient } from '../registry/registry.ts'

/** What a run works with. None of it has a part in what an image becomes. */
export interface RunContext {
  readonly registry: RegistryClient
  /** Takes layers to the registries as soon as they are there; absent when nothing is pushed. */
  readonly uploader?: BlobUploader
  readonly micromamba: MicromambaProvider
  /** How micromamba is to solve: the content of a condarc, and what it logs. */
  readonly solving: Pick<Request, 'condarc' | 'logLevel'>
  /** Absolute; the job's files. */
  readonly workspace: string
  /** For this run alone; to be removed at its end. */
  readonly scratch: string
  /** For package archives, which the post step saves. */
  readonly tarballs: string
}

export async function openContext(request: Request, registry: RegistryClient): Promise<RunContext> {
  const { push, tags, workspace, condarc, logLevel } = request
  return {
    registry,
    ...(push && { uploader: createBlobUploader(registry, tags) }),
    micromamba: createMicromambaProvider(request.micromamba),
    solving: { condarc, logLevel },
    workspace,
    scratch: await makeScratch('micromamba-image-'),
    tarballs: join(temporaryFolder(), 'micromamba-image-packages'),
  }
}
