import * as core from '@actions/core'
import { parseArgsStringToArgv } from 'string-argv'
import { messageOf, UserError } from '../common/errors.ts'
import { keepSecret } from '../common/secrets.ts'
import { defaults, type InputName } from './defaults.ts'

/** Readers of single inputs. An empty one is its default. Each refuses what it cannot take, naming the input. */

export function text(name: InputName): string | undefined {
  return valueOf(name) || undefined
}

export function valueOf(name: InputName): string {
  return core.getInput(name) || defaults[name]
}

/** As `core.getBooleanInput` takes them: YAML 1.2's. */
export function boolean(name: InputName): boolean {
  return readBoolean(name, 'Use true or false.')
}

/** @returns undefined for `auto` */
export function booleanOrAuto(name: InputName): boolean | undefined {
  return valueOf(name) === 'auto' ? undefined : readBoolean(name, 'Use true, false or auto.')
}

function readBoolean(name: InputName, advice: string): boolean {
  const value = valueOf(name)
  if (['true', 'True', 'TRUE'].includes(value)) return true
  if (['false', 'False', 'FALSE'].includes(value)) return false
  throw new UserError(`'${value}' is not one of its values`, { at: { input: name }, advice })
}

export function choice<const T extends string>(name: InputName, choices: readonly T[]): T {
  const value = valueOf(name)
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
export function list(name: InputName): string[] {
  return valueOf(name)
    .split(/[\n,]/)
    .map((item) => item.trim())
    .filter((item) => item !== '' && !item.startsWith('#'))
}

/** Items one a line, which may hold commas; blank ones and `#` comments left out. */
export function lines(name: InputName): string[] {
  return valueOf(name)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
}

/** The words of a command: a JSON array of strings, or a line with quotes as a shell has them. Nothing is expanded. */
export function command(name: InputName): string[] | undefined {
  const value = valueOf(name)
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
export function listOf(name: InputName, pattern: RegExp, what: string): string[] {
  return list(name).map((item) => {
    if (pattern.test(item)) return item
    throw new UserError(`'${item}' is not ${what}`, { at: { input: name } })
  })
}

/** `KEY=VALUE` lines; the value may hold `=` and commas. Blank lines and `#` comments are left out. */
export function pairs(name: InputName): [key: string, value: string][] {
  return lines(name).map((line) => {
    const [, key, value] = /^([^=]*)=(.*)$/s.exec(line) ?? []
    if (key === undefined || value === undefined) {
      throw new UserError(`'${line}' is not of the form KEY=VALUE`, { at: { input: name } })
    }
    if (/^[^\s"'`-][^\s"'`]*$/.test(key)) return [key, value]
    throw new UserError(`'${key}' is not a name`, {
      at: { input: name },
      advice:
        'Write KEY=VALUE, one a line, without spaces around the =, and without dashes, quotes or export before it.',
    })
  })
}

/**
 * Secrets, `NAME=VALUE` a line; between double quotes a value may have several lines, as docker/build-push-action takes them. The log
 * masks them from here on.
 */
export function secrets(name: InputName): Record<string, string> {
  const items = valueOf(name).matchAll(/^\s*(?:"((?:[^"]|"")*)"|(\S.*?))\s*$/gm)
  return Object.fromEntries(
    Array.from(items, ([, quoted, plain = '']): [string, string] => {
      const item = quoted === undefined ? plain : quoted.replaceAll('""', '"')
      const [, key, value] = /^([\w-][\w.-]*)=(.*)$/s.exec(item) ?? []
      if (key === undefined || value === undefined) {
        // What it is instead may be the secret itself.
        throw new UserError('an item is not of the form NAME=VALUE', {
          at: { input: name },
          advice:
            'Write NAME=VALUE, one a line; a value of several lines as "NAME=VALUE" between double quotes.',
        })
      }
      keepSecret(value)
      return [key, value]
    }),
  )
}

/** A time in seconds: `90`, or `90s`, `15m`, `2h`. */
export function duration(name: InputName): number {
  const value = valueOf(name)
  const [, digits, unit = 's'] = /^(\d{1,6})([smh])?$/.exec(value) ?? []
  const seconds = Number(digits) * ({ s: 1, m: 60, h: 3600 }[unit] ?? 1)
  // Timers of Node's hold no more than 24 days.
  if (seconds > 0 && seconds <= 7 * 24 * 3600) return seconds
  throw new UserError(`'${value}' is not a time`, {
    at: { input: name },
    advice: 'Write seconds, or 90s, 15m, 2h, a week at most.',
  })
}

const units: Readonly<Record<string, number>> = {
  kB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
}

/** A size as bytes: `500 MB`, `1.5GiB`, in whatever case. @returns undefined for none */
export function bytes(name: InputName): number | undefined {
  const value = text(name)
  if (value === undefined) return undefined
  const [, number, written = ''] = /^(\d{1,9}(?:\.\d{1,9})?) ?([a-z]+)$/i.exec(value) ?? []
  const unit = Object.keys(units).find((one) => one.toLowerCase() === written.toLowerCase())
  const found = Math.floor(Number(number) * (units[unit ?? ''] ?? NaN))
  if (found > 0) return found
  throw new UserError(`'${value}' is not a size`, {
    at: { input: name },
    advice: `Write it as 500 MB; its units are ${Object.keys(units).join(', ')}.`,
  })
}

/** `pairs`, of which the last of a key counts. */
export function keyValues(name: InputName): Record<string, string> {
  return Object.fromEntries(pairs(name))
}
