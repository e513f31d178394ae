/**
 * What an action says to its runner: commands in its log (`::error file=a::text`) and files of `name=value` and
 * `name<<END` records (docs.github.com, "Workflow commands for GitHub Actions").
 */
export interface LogCommand {
  readonly name: string
  readonly properties: Readonly<Record<string, string>>
  readonly message: string
}

/** The command that a line of the log is, if it is one. */
export function parseCommand(line: string): LogCommand | undefined {
  const match = /^::([\w-]+)(?: ([^:]*(?::(?!:)[^:]*)*))?::(.*)$/s.exec(line)
  if (!match) return undefined
  const [, name = '', properties = '', message = ''] = match
  return {
    name,
    message: decode(message),
    properties: Object.fromEntries(
      properties
        .split(',')
        .filter((pair) => pair.includes('='))
        .map((pair) => {
          const equals = pair.indexOf('=')
          return [pair.slice(0, equals).trim(), decode(pair.slice(equals + 1))]
        }),
    ),
  }
}

const escapes: Readonly<Record<string, string>> = {
  '%0D': '\r',
  '%0A': '\n',
  '%3A': ':',
  '%2C': ',',
  '%25': '%',
}

function decode(text: string): string {
  return text.replace(/%(?:0D|0A|3A|2C|25)/gi, (escape) => escapes[escape.toUpperCase()] ?? escape)
}

/** Makes a log for people of the lines that an action writes; one for each process. */
export class LogRenderer {
  readonly #masks: Set<string>
  readonly #debug: boolean
  /** Ends the passage in which lines are no commands, when the log is in one. */
  #resume?: string

  /** @param masks the secrets known so far, to which those that the action names are added */
  constructor(masks: Set<string>, options: { debug?: boolean } = {}) {
    this.#masks = masks
    this.#debug = options.debug ?? false
  }

  /** The text that stands for one line, without its line break; absent when nothing is to be shown. */
  render(line: string): string | undefined {
    const text = this.#show(line)
    return text === undefined ? undefined : this.#mask(text)
  }

  #show(line: string): string | undefined {
    const command = parseCommand(line)
    if (this.#resume !== undefined) {
      if (command?.name !== this.#resume) return line
      this.#resume = undefined
      return undefined
    }
    if (!command) return line
    const { name, message, properties } = command
    switch (name) {
      case 'error':
      case 'warning':
      case 'notice':
        return `${name}: ${placeOf(properties, message)}${message}`
      case 'group':
        return `▸ ${message}`
      case 'debug':
        return this.#debug ? `debug: ${message}` : undefined
      case 'add-mask':
        for (const secret of [message, ...message.split(/\r?\n/)]) if (secret.trim()) this.#masks.add(secret)
        return undefined
      case 'stop-commands':
        this.#resume = message
        return undefined
      case 'endgroup':
      case 'echo':
      case 'add-matcher':
      case 'remove-matcher':
        return undefined
      default:
        return line
    }
  }

  #mask(text: string): string {
    // The longest first, so that no part of one secret hides the rest of another.
    const secrets = [...this.#masks].sort((a, b) => b.length - a.length)
    return secrets.reduce((masked, secret) => masked.replaceAll(secret, '***'), text)
  }
}

/** `env.yaml:3: `, unless the message begins with that itself. */
function placeOf({ title, file, line }: LogCommand['properties'], message: string): string {
  const place = file === undefined ? '' : `${file}${line ? `:${line}` : ''}: `
  return `${title ? `${title}: ` : ''}${message.startsWith(place) ? '' : place}`
}

/** The records of a file such as `GITHUB_OUTPUT`; the last of a name counts. @throws Error at a line that is none */
export function parseRecords(text: string): Record<string, string> {
  const records: Record<string, string> = {}
  const lines = text.split(/\r?\n/)
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    if (line === '') continue
    const [, name = '', operator, rest = ''] = /^(.+?)(<<|=)(.*)$/.exec(line) ?? []
    if (operator === undefined) throw new Error(`not of the form name=value: '${line}'`)
    if (operator === '=') {
      records[name] = rest
      continue
    }
    const end = lines.indexOf(rest, index + 1)
    if (end < 0) throw new Error(`the value of '${name}' has no end: '${rest}' does not follow`)
    records[name] = lines.slice(index + 1, end).join('\n')
    index = end
  }
  return records
}
