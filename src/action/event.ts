import { existsSync, readFileSync } from 'node:fs'
import { messageOf, UserError } from '../common/errors.ts'
import { isRecord } from '../common/json.ts'

/**
 * The event that started the workflow.
 * @param path what GITHUB_EVENT_PATH says
 * @throws UserError when it is there and cannot be read
 */
export function readEventFile(path: string | undefined): Readonly<Record<string, unknown>> {
  if (!path || !existsSync(path)) return {}
  const at = { file: path }
  const advice = 'GITHUB_EVENT_PATH names it; unset it where there is no event.'
  let event: unknown
  try {
    const text = readFileSync(path, 'utf8')
    // Runners other than GitHub's may leave it empty.
    event = text.trim() === '' ? {} : JSON.parse(text)
  } catch (error) {
    throw new UserError(`the workflow's event cannot be read: ${messageOf(error)}`, {
      at,
      advice,
      cause: error,
    })
  }
  if (!isRecord(event)) throw new UserError("the workflow's event is not a JSON object", { at, advice })
  return event
}

/** A field of an event's object, where it is text. */
export function textIn(object: unknown, name: string): string | undefined {
  const value = isRecord(object) ? object[name] : undefined
  return typeof value === 'string' ? value : undefined
}
