import { foreignText } from '../../common/foreign.ts'
import { UserError } from '../../common/errors.ts'

/**
 * The error for a wheel that cannot be installed.
 * @param wheel its file name
 * @param what a sentence without its full stop
 */
export function refusal(wheel: string, what: string, cause?: unknown): UserError {
  return new UserError(`the wheel ${wheel} cannot be installed: ${foreignText(what)}`, {
    advice: 'Only its maintainers can mend it. Choose another version of it.',
    cause,
  })
}
