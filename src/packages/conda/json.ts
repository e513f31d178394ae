import { messageOf, UserError } from '../../common/errors.ts'
import { isRecord } from '../../common/json.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/** The object that is all of a package's metadata file. @throws UserError when it is none */
export function parseObject(text: string, file: string, dist: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw malformed(dist, `${file} is not JSON: ${messageOf(cause)}`, cause)
  }
  if (!isRecord(value)) throw malformed(dist, `${file} is not an object`)
  return value
}

/** A value of a metadata file, for a message. */
export function shown(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value)
}

/** The error for metadata that no package should have. `what` is a sentence without its full stop. */
export function malformed(dist: string, what: string, cause?: unknown): UserError {
  return new UserError(`package ${dist} is malformed: ${what}`, {
    advice: 'Only its maintainers can mend it. Choose another version or build of it.',
    cause,
  })
}
