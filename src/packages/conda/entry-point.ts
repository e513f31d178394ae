/** A console script of a noarch python package: `command = module:attribute.path` in info/link.json. */
export interface EntryPoint {
  /** The script's file name in `bin/`. */
  readonly command: string
  readonly module: string
  /** What is called: `main`, or `app.run`. */
  readonly callable: string
}

/** Why a definition makes no script: the end of a sentence. */
export interface EntryPointProblem {
  readonly problem: string
  /** Its script would lie elsewhere than in `bin/`, which no package does by accident. */
  readonly isForbidden: boolean
}

/** Characters: more than any name and what it calls have. */
const longest = 4096

const identifiers = /^[\p{XIDS}_]\p{XIDC}*(\.[\p{XIDS}_]\p{XIDC}*)*$/u

/**
 * Takes an entry point's definition apart, at its last `:` and the last `=` before it, as micromamba does (libmamba, link.cpp,
 * `parse_entry_point`). What it calls is read as importlib.metadata reads it: extras behind it, `[extra]`, mean nothing to a
 * script. Quotes around it or around all of the definition, which recipes have by accident, are taken off, for with them
 * there is no script that works.
 */
export function parseEntryPoint(definition: string): EntryPoint | EntryPointProblem {
  const unreadable = (problem: string): EntryPointProblem => ({ problem, isForbidden: false })
  if (definition.length > longest) return unreadable(`has ${definition.length} characters`)
  const text = withoutExtras(unquoted(definition))
  const colon = text.lastIndexOf(':')
  if (colon < 0) return unreadable("has no ':'")
  const equals = text.lastIndexOf('=', colon)
  if (equals < 0) return unreadable("has no '='")
  const command = text.slice(0, equals).trim()
  const [module = '', callable = ''] = withoutExtras(unquoted(text.slice(equals + 1)))
    .split(':')
    .map((part) => part.trim())
  // eslint-disable-next-line no-control-regex -- control characters are what must not be there
  if (command === '' || command.startsWith('..') || command === '.' || /[/\\\s\x00-\x1f\x7f]/.test(command)) {
    return { problem: `has the command ${JSON.stringify(command)}, which is no file name`, isForbidden: true }
  }
  if (!identifiers.test(module)) {
    return unreadable(`has the module ${JSON.stringify(module)}, which is no dotted name`)
  }
  if (!identifiers.test(callable)) {
    return unreadable(`has the callable ${JSON.stringify(callable)}, which is no dotted name`)
  }
  return { command, module, callable }
}

function unquoted(text: string): string {
  const trimmed = text.trim()
  return /^(["']).*\1$/s.test(trimmed) ? trimmed.slice(1, -1).trim() : trimmed
}

function withoutExtras(text: string): string {
  return text.replace(/\s*\[[^[\]]*\]$/, '')
}
