import { join } from 'node:path'
import type { LockingRequest } from '../action/locking-request.ts'
import type { Request } from '../action/request.ts'
import { saveEngine, saveScratch } from '../action/state.ts'
import { openChannels, type ChannelAccess } from '../channels/access.ts'
import { extendsTrust, writeTrusted } from '../common/certificates.ts'
import { makeScratch, temporaryFolder } from '../common/scratch.ts'
import { createExecutors, type ExecutionWish, type Executors } from '../execute/executors.ts'
import type { Environment } from '../environment/read.ts'
import { createSession } from '../micromamba/session.ts'
import type { SolveRequest } from '../micromamba/solve.ts'
import { createMicromambaProvider, type MicromambaProvider } from '../micromamba/install.ts'
import { createBlobUploader, type BlobUploader } from '../outputs/outputs.ts'
import type { PipIndexes } from '../pip/resolve.ts'
import type { PythonWithPip } from '../pip/python.ts'
import { configuredVariables } from '../pip/configuration.ts'
import { readNetrc, type Netrc } from '../pip/netrc.ts'
import { loginsOf } from '../pip/secrets.ts'
import type { RegistryClient } from '../registry/registry.ts'

/** What a run works with. None of it has a part in what an image becomes. */
export interface RunContext {
  readonly registry: RegistryClient
  /** Takes layers to the registries as soon as they are there; absent when nothing is pushed. */
  readonly uploader?: BlobUploader
  readonly micromamba: MicromambaProvider
  /** How micromamba is to solve: the content of a condarc, what it logs, and what all solves share. */
  readonly solving: Pick<SolveRequest, 'condarc' | 'logLevel' | 'session'>
  /** What the run may do at the channels of an environment, or without one. */
  readonly channels: (environment?: Environment) => Promise<ChannelAccess>
  /** Absolute; the job's files. */
  readonly workspace: string
  /** Where the image is written to in there; no part of what is built of it. */
  readonly output?: string
  /** Where pip finds packages, before the user's own settings. */
  readonly pipIndexes: PipIndexes
  /** The job's variables, with what the user's configuration of pip sets of where packages come from. */
  readonly pipVariables: Readonly<NodeJS.ProcessEnv>
  /** The user's, for pip's indexes. */
  readonly netrc: Netrc
  /** For this run alone; to be removed at its end. */
  readonly scratch: string
  /** A file of the certificates that the run trusts beyond the usual ones. */
  readonly certificates?: string
  /** For package archives, which the post step saves. */
  readonly tarballs: string
  /** Who runs commands in an image's file system. */
  readonly executors: Executors
  readonly execution: Pick<ExecutionWish, 'timeout' | 'secrets'>
  /** What pip is asked with, of which environments may have the same. */
  readonly pips: Map<string, Promise<PythonWithPip>>
  /** What is still being put away; to be waited for at the run's end. */
  readonly closing: Promise<void>[]
  /** What the log has of packages' messages: each is shown once, though several platforms and environments have it. */
  readonly shown: Set<string>
}

/** Who makes no image runs nothing but builds of what does not say what it requires. */
const usual: ExecutionWish = { executor: 'auto', timeout: 3600, secrets: {} }

/** @param request one that makes no image pushes nothing */
export async function openContext(
  request: LockingRequest & Partial<Pick<Request, 'push' | 'tags' | 'execution' | 'output'>>,
  registry: RegistryClient,
): Promise<RunContext> {
  const {
    push = false,
    tags = [],
    workspace,
    condarc,
    logLevel,
    auth,
    lock,
    pipIndexes,
    execution = usual,
    output,
  } = request
  const scratch = makeScratch('micromamba-image-')
  saveScratch(scratch)
  // micromamba reads other variables than Node, and of a condarc one file.
  const trusted = join(scratch, 'trusted.pem')
  const certificates = condarc?.certificates ?? []
  const isTrusting = extendsTrust(certificates)
  if (isTrusting) await writeTrusted(trusted)
  const pipVariables = { ...(await configuredVariables(process.env)), ...process.env }
  const netrc = await readNetrc(process.env)
  return {
    registry,
    ...(isTrusting && { certificates: trusted }),
    ...(push && { uploader: createBlobUploader(registry, tags) }),
    micromamba: createMicromambaProvider(request.micromamba),
    solving: {
      condarc: condarc?.text,
      logLevel,
      session: createSession(scratch, isTrusting ? { MAMBA_SSL_VERIFY: trusted } : {}),
    },
    channels: ({ channels = [], specs = [], pip }: Partial<Environment> = {}) =>
      openChannels({
        channels: [
          ...channels.map(({ source }) => source),
          ...specs.map(({ text }) => text.replace(/::.*$/s, '')),
        ],
        condarc,
        given: auth,
        others: pip || lock.companion !== undefined ? loginsOf(netrc, { pip }, pipIndexes, pipVariables) : [],
      }),
    workspace,
    ...(output !== undefined && { output }),
    pipIndexes,
    pipVariables,
    netrc,
    scratch,
    tarballs: join(temporaryFolder(), 'micromamba-image-packages'),
    executors: createExecutors(execution.executor, process.env, saveEngine),
    execution,
    pips: new Map(),
    closing: [],
    shown: new Set(),
  }
}
