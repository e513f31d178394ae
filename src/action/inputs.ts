import * as core from '@actions/core'
import { parseArgsStringToArgv } from 'string-argv'
import { messageOf, UserError } from '../common/errors.ts'

/** Readers of single inputs. Each refuses what it cannot take, naming the input. */

export function text(name: string): string | undefined {
  return core.getInput(name) || undefined
}

export function boolean(name: string): boolean {
  return choice(name, ['true', 'false']) === 'true'
}

export function choice<const T extends string>(name: string, choices: readonly T[]): T {
  const value = core.getInput(name)
  const found = choices.find((choice) => choice === value)
  if (found === undefined) {
    throw new UserError(`'${value}' is not one of its values`, {
      at: { input: name },
      advice: `Use ${choices.join(', ')}.`,
    })
  }
  return found
}

/** Items separated by newlines or commas; blank ones and `#` comments left out. */
export function list(name: string): string[] {
  return core
    .getInput(name)
    .split(/[\n,]/)
    .map((item) => item.trim())
    .filter((item) => item !== '' && !item.startsWith('#'))
}

/** Items one a line, which may hold commas; blank ones and `#` comments left out. */
export function lines(name: string): string[] {
  return core.getMultilineInput(name).filter((line) => line !== '' && !line.startsWith('#'))
}

/** The words of a command: a JSON array of strings, or a line with quotes as a shell has them. Nothing is expanded. */
export function command(name: string): string[] | undefined {
  const value = core.getInput(name)
  if (value === '') return undefined
  if (!value.startsWith('[')) return parseArgsStringToArgv(value)
  let words: unknown
  try {
    words = JSON.parse(value)
  } catch (error) {
    throw new UserError(`'${value}' is not JSON: ${messageOf(error)}`, { at: { input: name } })
  }
  if (Array.isArray(words) && words.every((word) => typeof word === 'string')) return words
  throw new UserError(`'${value}' is not an array of strings`, {
    at: { input: name },
    advice: 'Write ["program", "argument"], or a line as for a shell.',
  })
}

/** Items of a list that must all look alike. */
export function listOf(name: string, pattern: RegExp, what: string): string[] {
  return list(name).map((item) => {
    if (pattern.test(item)) return item
    throw new UserError(`'${item}' is not ${what}`, { at: { input: name } })
  })
}

/** `KEY=VALUE` lines; the value may hold `=` and commas. */
export function keyValues(name: string): Record<string, string> {
  const pairs = core.getMultilineInput(name).map((line): [string, string] => {
    const equals = line.indexOf('=')
    if (equals < 1) {
      throw new UserError(`'${line}' is not of the form KEY=VALUE`, { at: { input: name } })
    }
    return [line.slice(0, equals).trim(), line.slice(equals + 1)]
  })
  return Object.fromEntries(pairs)
}
