import { digestOf, type Digest } from '../common/digest.ts'
import type { Platform } from '../common/platform.ts'
import type { UserWish } from '../base/user-wish.ts'
import type { BuildSettings } from '../lock/types.ts'
import type { LinkedWheel } from '../packages/wheel/archive.ts'
import type { Compression } from '../layers/types.ts'
import { layerRules } from '../layers/key.ts'
import { bytecodeFormat } from '../prefix/bytecode-format.ts'
import type { StartSettings } from './config.ts'
import { wiringDigest } from './wiring.ts'

/** What users decide of an image besides its environments, its base and the files that it copies. */
export interface ImageOptions {
  /** The environment that containers activate; absent for `base`, or the first. */
  readonly environmentName?: string
  /** Absolute; absent for the base's, or /opt/conda. */
  readonly rootPrefix?: string
  readonly start: StartSettings
  /** Absent for the base's, or upstream's. */
  readonly user?: UserWish
  /** The image's config names the user by number. */
  readonly userNumeric: boolean
  /** The environments belong to the group 0, whose members may do what the user may. */
  readonly groupWritable: boolean
  readonly compression: Compression
  /** All of them, those of the run's context included. */
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly linkScripts: LinkScriptOptions
  readonly run: RunOptions
  /** Whether noarch python packages come with bytecode. */
  readonly compilePyc: boolean
  /** Patterns of what is left out of environments, in their order; absent when there are none. */
  readonly exclude?: readonly string[] | undefined
  /**
   * Whether what the image's packages say to be imported was imported in it; absent when not. It makes no other layer, and belongs to
   * the fingerprint: an image that was made without is not taken for one that was tried.
   */
  readonly excludeCheck?: true
}

/** What is done with link scripts that do more than print. */
export interface LinkScriptOptions {
  readonly mode: 'run' | 'skip' | 'refuse'
  /** Names of packages whose scripts are left out whatever the mode is. */
  readonly skip: readonly string[]
  /** Whether they reach the network. */
  readonly network: boolean
}

/** Commands that are run on top of everything. */
export interface RunOptions {
  /** For a shell, each. */
  readonly commands: readonly string[]
  /** A name of the image's, or numbers; absent for the image's user. */
  readonly user?: UserWish
  /** Whether they share a layer. */
  readonly squash: boolean
  readonly network: boolean
}

/** An environment as it is locked. */
export interface EnvironmentInputs {
  /** What `ENV_NAME` calls it: `base` for the one at the root prefix. */
  readonly name: string
  /** In the order of the lock. */
  readonly packages: readonly PackageInputs[]
  /** In the order in which they are installed, after all packages; absent when there are none. */
  readonly wheels?: readonly WheelInputs[]
  /** The oldest pip that installs them as they are linked; absent when there are none. */
  readonly pip?: string
  /** What was asked, for the environment's history. */
  readonly specs: readonly string[]
  /** Names of packages with a layer of their own, and of wheels, as `pip:<name>`; absent when nobody chose them. */
  readonly ownLayer?: readonly string[]
  /** What its activation sets. */
  readonly variables: Readonly<Record<string, string>>
}

export interface PackageInputs {
  /** Without credentials; it stands in the package's record. */
  readonly url: string
  /** Of the archive, 64 hex digits, or 32 of an md5 in locks that others wrote. */
  readonly checksum: string
}

export type WheelInputs = Pick<LinkedWheel, 'name' | 'requested' | 'directUrl'> &
  Partial<Pick<LinkedWheel, 'version'>> & {
    /** As the lock has it: a path is relative. */
    readonly url: string
  } & (Pick<LinkedWheel, 'sha256'> | { readonly origin: WheelOrigin })

/** What a wheel is built of, by its content. */
export type WheelOrigin = {
  /** Where the project lies in it. */
  readonly subdirectory?: string
  /** What its backend is told. */
  readonly settings?: BuildSettings
} & (
  | { readonly archive: string; readonly fileName: string }
  /** A repository's address with the commit behind it. */
  | { readonly commit: string }
  | { readonly files: Digest }
)

/**
 * Everything that determines an image, for one platform: all that the stages which make bytes are shown. Two runs with equal values
 * make equal images; the image's fingerprint is the hash of the value as it stands here, whole, so nothing can be left out of it.
 * How a run goes (where to push, caches, logging) is none of it.
 */
export interface ImageInputs {
  readonly platform: Platform
  /** The base's name with its digest. */
  readonly base: string
  readonly environments: readonly EnvironmentInputs[]
  readonly options: ImageOptions
  /** Of the files that the image copies, with where they go; absent when there are none. */
  readonly copied?: Digest
  /** The one that is put into the image; absent when the base has one, and when there is to be none. */
  readonly micromamba?: MicromambaInputs
}

export interface MicromambaInputs {
  readonly version: string
  /** Of the binary, 64 hex digits. */
  readonly sha256: string
}

/** To be raised when the same inputs and the same layers come to another config or manifest. */
const imageFormat = 6

/** The hash of all that determines an image: of its inputs, and of the rules by which this version makes one of them. */
export function fingerprint(inputs: ImageInputs): Digest {
  const rules = [imageFormat, bytecodeFormat, layerRules(inputs.options.compression), wiringDigest()]
  return digestOf(JSON.stringify([rules, inputs]))
}
