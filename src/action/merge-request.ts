import * as core from '@actions/core'
import { UserError } from '../common/errors.ts'
import type { Platform } from '../common/platform.ts'
import { parseReference, type ImageReference } from '../registry/reference.ts'
import { defaults, type InputName } from './defaults.ts'

/** Images by digest to be put under one name instead of making one. */
export interface MergeRequest {
  readonly images: readonly ImageReference[]
  /** Each has to have an image; empty when it is all the same. */
  readonly platforms: readonly Platform[]
}

/** The inputs that mean something beside `merge`. */
const useful: readonly string[] = [
  ...['merge', 'tags', 'push', 'push-by-digest', 'annotations', 'platforms'],
  ...['log-level', 'github-token'],
]

/**
 * Reads the input `merge`. A blank in it is what is left of a job's output when the job failed: to go on would take a platform
 * from under the tags, or make another image instead.
 * @param platforms those that the input `platforms` names
 * @returns undefined when it is not given
 * @throws UserError also for inputs that mean nothing beside it
 */
export function readMerge(platforms: readonly Platform[]): MergeRequest | undefined {
  const written = core.getInput('merge', { trimWhitespace: false })
  if (written === '') return undefined
  const items = written
    .replace(/\r?\n$/, '')
    .split('\n')
    .filter((line) => !line.trim().startsWith('#'))
    .flatMap((line) => line.split(','))
    .map((item) => item.trim())
  const given = items.filter((item) => item !== '')
  if (given.length < items.length || given.length === 0) {
    throw new UserError(given.length === 0 ? 'it holds nothing' : 'there is a blank among the images', {
      at: { input: 'merge' },
      advice:
        'Did a job before this one fail, or have no output? Without `if: always()` this job does not run then. Give NAME@sha256:… for each image.',
    })
  }
  refuseOthers()
  return { images: given.map(parseDigested), platforms }
}

function parseDigested(text: string): ImageReference {
  const reference = parseReference(text, { input: 'merge' })
  if (reference.digest !== undefined) return reference
  throw new UserError(`'${text}' has no digest`, {
    at: { input: 'merge' },
    advice: "Give the output 'image' of the jobs that made the images, name@sha256:….",
  })
}

function refuseOthers(): void {
  const names = Object.keys(defaults) as InputName[] // its keys are the names
  const other = names.find((name) => {
    const value = core.getInput(name)
    return !useful.includes(name) && value !== '' && value.toLowerCase() !== defaults[name].toLowerCase()
  })
  if (other === undefined) return
  throw new UserError("it means nothing beside 'merge', for the images are made already", {
    at: { input: other },
    advice: 'Leave it out here, and give it to the jobs that make the images.',
  })
}
