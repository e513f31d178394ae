import { posix } from 'node:path'
import { UserError } from '../common/errors.ts'

/** A line of the input `copy`: `src:dest[:mode]`. */
export interface CopyRule {
  /** Relative to the workspace, with `/`; '' is all of it. */
  readonly source: string
  /** As written: absolute, or relative to the image's working directory. */
  readonly destination: string
  /** Permission bits for its files; without, each has those that its executable bit stands for. */
  readonly mode?: number
  /** For messages: the input and where in it. */
  readonly input: string
  readonly line: string
}

/**
 * Parses the lines of the input `copy`. Blank lines and `#` comments are left out.
 * @throws UserError naming the input and the line
 */
export function parseCopy(lines: readonly string[], { input }: { readonly input: string }): CopyRule[] {
  return lines.flatMap((text, index) => {
    const trimmed = text.trim()
    if (trimmed === '' || trimmed.startsWith('#')) return []
    return [parseRule(trimmed, { input, line: `line ${index + 1}, '${trimmed}'` })]
  })
}

function parseRule(text: string, at: Pick<CopyRule, 'input' | 'line'>): CopyRule {
  const [source = '', destination = '', mode, ...more] = text.split(':').map((part) => part.trim())
  if (source === '' || destination === '' || more.length > 0) {
    throw refusal(at, 'it is not of the form src:dest or src:dest:mode', 'Write, for example, app:/srv/app.')
  }
  const normal = posix.normalize(source).replace(/\/$/, '')
  if (normal.startsWith('/') || normal === '..' || normal.startsWith('../')) {
    throw refusal(
      at,
      `'${source}' is not in the workspace`,
      'Give a path relative to the workspace, below it.',
    )
  }
  if (mode !== undefined && !/^0?[0-7]{3}$/.test(mode)) {
    throw refusal(at, `'${mode}' is not a mode`, 'Give three octal digits, such as 644.')
  }
  return {
    source: normal === '.' ? '' : normal,
    destination,
    ...(mode !== undefined && { mode: parseInt(mode, 8) }),
    ...at,
  }
}

/** An error about a rule. */
export function refusal(
  { input, line }: Pick<CopyRule, 'input' | 'line'>,
  what: string,
  advice?: string,
  cause?: unknown,
): UserError {
  return new UserError(`${line}: ${what}`, { at: { input }, advice, cause })
}
