import type { Digest } from '../common/digest.ts'

/** `registry/repository:tag@digest`, taken apart; `docker.io/library/` filled in where Docker would. */
export interface ImageReference {
  readonly registry: string
  readonly repository: string
  readonly tag?: string
  readonly digest?: Digest
}
