import type { BuildSettings } from '../lock/types.ts'

/** What the program tells, a JSON object a line. */
export type PipEvent =
  /** Which pip it is; comes first. */
  | { readonly event: 'pip'; readonly version: string }
  /** What pip logs, from INFO on. */
  | { readonly event: 'log'; readonly level: string; readonly text: string }
  /** A page that pip does without: one that is not there, as often with several indexes, or cannot be had. */
  | {
      readonly event: 'unreachable'
      readonly url: string
      readonly reason: string
      readonly status: number | null
    }
  /** One that pip has had whole after all, by itself. */
  | { readonly event: 'reached'; readonly url: string }
  /** pip has met what it does not know: the last line of python's words, and the address that it had asked last. */
  | { readonly event: 'crash'; readonly reason: string; readonly url: string | null }
  /** The first source whose metadata nobody knows: pip has stopped there. */
  | {
      readonly event: 'needs-build'
      readonly key: string
      readonly name: string
      readonly source: PipSource
    }
  /** What would be installed, in the order in which pip would. */
  | { readonly event: 'resolved'; readonly items: readonly PipItem[] }

export interface PipItem {
  readonly key: string
  readonly name: string
  readonly version: string
  readonly extras: readonly string[]
  /** The reason, empty when none is given; null for what is not yanked. */
  readonly yanked: string | null
  /** The page of an index, or of links, that it is from, and all those that have the project. */
  readonly page: string | null
  readonly pages: readonly string[]
  readonly source: PipSource
}

export interface PipSource {
  readonly download: PipDownload
  readonly sha256: string | null
  readonly wheel: boolean
  readonly editable: boolean
  readonly requested: boolean
  readonly direct: boolean
  /** Where pip read the requirement, or the one that led to it: `-r FILE (line N)`. */
  readonly asked: string | null
  /** For the backend that builds it, of its line. */
  readonly settings: BuildSettings
}

/** As PEP 610 has it. Its URL has no login but git's own user. */
export interface PipDownload {
  readonly url: string
  readonly subdirectory?: string
  readonly archive_info?: Readonly<Record<string, unknown>>
  readonly vcs_info?: {
    readonly vcs: string
    readonly commit_id: string
    readonly requested_revision?: string
  }
  readonly dir_info?: { readonly editable?: boolean }
}

/** @param text a line that was cut off, by the end of the program, is passed over */
export function parseEvents(text: string): PipEvent[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as PipEvent] // our own program wrote it
    } catch {
      return []
    }
  })
}

/** Whether a warning is of no use to a reader once pip has come to its end. */
export function isNoise(warning: string): boolean {
  return /^Retrying \(|^Attempting to resume |^Connection (timed out|interrupted) while downloading|Cache entry deserialization failed/.test(
    warning,
  )
}
