import { isAbsolute } from 'node:path'
import { UserError } from '../common/errors.ts'
import { normalizeSpec, type Environment } from '../environment/read.ts'
import type { Difference } from './freshness.ts'

/** A lock that does not answer what is asked, where no other may be made. */
export class StaleLock extends UserError {
  readonly differences: readonly Difference[]

  constructor(differences: readonly Difference[], file: string, advice: string) {
    const list = differences.map(({ text }) => `- ${text}`).join('\n')
    super(`it is not the answer to what is asked:\n${list}`, { at: { file }, advice })
    this.name = 'StaleLock'
    this.differences = differences
  }
}

/** Where in the environment file, or in one that it names, a difference stems from; without a line when it is about none of its lines. */
export function placeOf(
  { item }: Difference,
  { file, specs, channels, pip }: Pick<Environment, 'file' | 'specs' | 'channels' | 'pip'>,
): { file?: string; line?: number } {
  // What was given without a file has no lines.
  if (!isAbsolute(file)) return {}
  const items = {
    spec: () => specs.find((spec) => normalizeSpec(spec) === item?.value),
    channel: () => channels.find(({ canonical }) => canonical === item?.value),
    'pip requirement': () => pip?.lines.find(({ canonical }) => canonical === item?.value),
    // Whichever file it is that names the one which changed.
    'file for pip': () => pip?.files.find(({ path }) => path === item?.value)?.named,
  }
  const place: { file?: string; line?: number } | undefined = item && items[item.kind]()
  return { file: place?.file ?? file, ...(place?.line && { line: place.line }) }
}
