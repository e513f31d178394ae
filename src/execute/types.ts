import type { LeftOut } from '../layers/left-out.ts'
import type { Compression, Owner, PackedLayer } from '../layers/types.ts'
import type { ImageLayer } from '../oci/image.ts'

/** A command that is run in an image's file system. */
export interface Command {
  /** The program, by its absolute path in the image, and its arguments. */
  readonly args: readonly string[]
  /** All of its variables. */
  readonly env: Readonly<Record<string, string>>
  readonly user: Owner
  /** Absolute; made when it is not there. */
  readonly cwd: string
  /** Whether it reaches what this machine reaches; else it has a loopback of its own, and nothing else. */
  readonly network: boolean
  /** Files of `/run/secrets` by name. */
  readonly secrets?: Readonly<Record<string, string>>
  /** Seconds, after which it is killed. */
  readonly timeout: number
}

export interface Outcome {
  /** 128 and the signal's number for a command that a signal ended. */
  readonly exitCode: number
  /** Whether it was killed for its time. */
  readonly timedOut: boolean
}

/** The file system of an image in which commands run, one after the other: each finds what those before it changed. */
export interface Workroom {
  /** What runs the commands, for the log: `runc as root`. */
  readonly executor: string
  /** The one that commands can run as, where there is one only. */
  readonly onlyUser?: Owner
  /** Puts layers on what is there, where that can be done; else a new room is needed. */
  readonly add?: (layers: readonly ImageLayer[]) => Promise<void>
  /**
   * Runs a command to its end.
   * @param onLine gets what it writes, standard error included, line by line as it comes
   * @throws UserError when it cannot be started
   */
  run(command: Command, onLine: (line: string) => void): Promise<Outcome>
  /**
   * Packs what has changed since the last time, or since the beginning.
   * @throws UserError for what no layer is to have
   */
  pack(request: PackRequest): Promise<PackedChanges>
  /** Ends what still runs, and removes all that was put on this machine. */
  close(): Promise<void>
}

/** Which changes become a layer, and how. Plain data, since another process may do it. */
export interface PackRequest {
  readonly rules: KeepRules
  readonly compression: Compression
  /** Where the compressed layer goes. */
  readonly file: string
}

/** What of the changes is kept. Paths are relative to the image's root; what is named stands for all below it too. */
export interface KeepRules {
  /** Changes elsewhere are dropped, and named; absent when all are kept. */
  readonly only?: string
  /** What commands leave behind for the next one of their kind, and no image wants. */
  readonly never: readonly string[]
  /** Whether a device node or a file that changes who runs it is an error; else it is kept, and named. */
  readonly refuseSpecial: boolean
  /** Where what belongs to a user belongs to the group 0 instead, and the group may do what its owner may. */
  readonly openToGroup?: string
  /** What is left out of a prefix: patterns, as `parseExclude` gives them, perhaps none. */
  readonly exclude?: { readonly prefix: string; readonly patterns: readonly string[] }
}

export interface PackedChanges {
  /** An empty one when nothing is to be kept. */
  readonly layer: PackedLayer
  /** What it has, or says to be gone, a directory for all below it; sorted. */
  readonly paths: readonly string[]
  /** What the layer adds or replaces. */
  readonly files: number
  /** Of their content. */
  readonly bytes: number
  /** Paths that are gone, a directory as one. */
  readonly removed: number
  /** What patterns did, where the rules have some. */
  readonly leftOut?: LeftOut
  /** Changed paths that are dropped since they lie elsewhere, sorted. */
  readonly dropped: readonly string[]
  /** Device nodes and files that change who runs them, sorted. */
  readonly special: readonly string[]
  /** The text of files that activation reads as they are now, by path; `null` for one that is gone. */
  readonly activation: Readonly<Record<string, string | null>>
  /** Whether the file system is no longer what the layers make, and commands need a new one: something that was there is dropped. */
  readonly isStale: boolean
  /** All that changed and is not kept, as the outermost paths: to be taken away where nothing was before. */
  readonly leftover: readonly string[]
}

/** What is at a path of a file system. */
export type FileState = Owner & { readonly mode: number } & (
    | { readonly type: 'directory' }
    | {
        readonly type: 'file'
        readonly size: number
        /** The same for all names of one file; absent when it has a single one. */
        readonly identity?: string
      }
    | { readonly type: 'symlink'; readonly target: string }
    | {
        readonly type: 'device'
        readonly kind: 'character' | 'block'
        readonly major: number
        readonly minor: number
      }
    /** A socket or a pipe. */
    | { readonly type: 'other' }
  )

/** A path as it was before a command ran. */
export type FileBefore = FileState & {
  /** The layer that has it, by position, and its name there. */
  readonly source: { readonly layer: number; readonly name: string }
}

/** A path that may have changed, as it is now. */
export type FileNow = FileState & {
  /** Opens the content of a file; as often as needed. */
  readonly open?: () => AsyncIterable<Uint8Array>
}
