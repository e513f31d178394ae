import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as core from '@actions/core'
import { messageOf } from '../common/errors.ts'
import { isRecord } from '../common/json.ts'

/** Linux starts no program with a variable of 128 KiB, its name counted (execve(2), MAX_ARG_STRLEN); names have some room. */
export const variableLimit = 127 * 1024

/**
 * Metadata as JSON on one line that fits into a variable: what would not is left out, the layers first. All of it is in a file.
 * @returns the text, and the file's path, which is absent where it could not be written
 */
export function placeMetadata(metadata: Readonly<Record<string, unknown>>): { text: string; file?: string } {
  const whole = JSON.stringify(metadata)
  const file = writeFile(whole)
  const text = [whole, withoutLayers(metadata), withoutOurs(metadata)].find(
    (candidate) => Buffer.byteLength(candidate) < variableLimit,
  )
  if (text !== whole) {
    core.warning(
      "The output 'metadata' leaves out details, which would not fit into a variable; the file that 'metadata-file' names has them.",
    )
  }
  return { text: text ?? '{}', ...(file !== undefined && { file }) }
}

const ours = 'micromamba-image'

function withoutLayers(metadata: Readonly<Record<string, unknown>>): string {
  const { [ours]: details } = metadata
  const images =
    isRecord(details) && Array.isArray(details['images']) ? details['images'].filter(isRecord) : []
  const short = images.map((image) => ({ ...image, layers: undefined }))
  return JSON.stringify({ ...metadata, [ours]: { ...(isRecord(details) && details), images: short } })
}

function withoutOurs(metadata: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...metadata, [ours]: undefined })
}

/** The image is made by then: a disk that is full is no reason to fail. */
function writeFile(text: string): string | undefined {
  const file = join(process.env['RUNNER_TEMP'] ?? tmpdir(), `micromamba-image-metadata-${randomUUID()}.json`)
  try {
    writeFileSync(file, text)
    return file
  } catch (error) {
    core.warning(`The file of the output 'metadata-file' could not be written: ${messageOf(error)}`)
    return undefined
  }
}
