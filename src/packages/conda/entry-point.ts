/** A console script of a noarch python package: `command = module:attribute.path` in info/link.json. */
export interface EntryPoint {
  /** The script's file name in `bin/`. */
  readonly command: string
  readonly module: string
  /** What is called: `main`, or `app.run`. */
  readonly callable: string
}

const identifiers = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/

/**
 * Takes an entry point's definition apart, at its last `:` and the last `=` before it, as micromamba does.
 * @returns a sentence's end saying what is wrong with it, when something is
 */
export function parseEntryPoint(definition: string): EntryPoint | string {
  const colon = definition.lastIndexOf(':')
  if (colon < 0) return "has no ':'"
  const equals = definition.lastIndexOf('=', colon)
  if (equals < 0) return "has no '='"
  const command = definition.slice(0, equals).trim()
  const module = definition.slice(equals + 1, colon).trim()
  const callable = definition.slice(colon + 1).trim()
  // eslint-disable-next-line no-control-regex -- control characters are what must not be there
  if (command === '' || command.startsWith('..') || command === '.' || /[/\\\s\x00-\x1f\x7f]/.test(command)) {
    return `has the command ${JSON.stringify(command)}, which is no file name`
  }
  if (!identifiers.test(module)) return `has the module ${JSON.stringify(module)}, which is no dotted name`
  if (!identifiers.test(callable))
    return `has the callable ${JSON.stringify(callable)}, which is no dotted name`
  return { command, module, callable }
}
