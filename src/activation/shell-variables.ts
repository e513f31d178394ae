/** Variables that a container or its shell sets, so that what is not known of them is not unset either. */
const containers = new Set('HOME HOSTNAME LOGNAME MAIL OLDPWD PATH SHELL TERM USER container'.split(' '))

/** Variables that bash itself gives a value or a meaning (bash manual, "Bash Variables"). */
const shells = new Set(
  (
    '_ COLUMNS COMP_CWORD COMP_KEY COMP_LINE COMP_POINT COMP_TYPE COMP_WORDBREAKS COMP_WORDS COMPREPLY COPROC DIRSTACK ' +
    'EPOCHREALTIME EPOCHSECONDS EUID EXECIGNORE FCEDIT FIGNORE FUNCNAME FUNCNEST GLOBIGNORE GROUPS HISTCMD ' +
    'HISTCONTROL HISTFILE HISTFILESIZE HISTIGNORE HISTSIZE HISTTIMEFORMAT HOSTTYPE IFS IGNOREEOF INSIDE_EMACS LINENO ' +
    'LINES MACHTYPE MAILCHECK MAPFILE OPTARG OPTERR OPTIND OSTYPE PIPESTATUS POSIXLY_CORRECT PPID PROMPT_COMMAND PS0 ' +
    'PS1 PS2 PS3 PS4 PWD RANDOM READLINE_ARGUMENT READLINE_LINE READLINE_MARK READLINE_POINT REPLY SECONDS ' +
    'SHELLOPTS SHLVL SRANDOM TIMEFORMAT TMOUT UID'
  ).split(' '),
)

interface Variable {
  /** Absent while it is unset. */
  readonly value?: string
  readonly exported: boolean
}

/** The variables of a shell, and which of them are exported. */
export class ShellVariables {
  readonly #variables: Map<string, Variable>
  readonly #others: 'unset' | 'unknown'

  /**
   * @param exported what the shell inherits
   * @param others what is taken of all other variables; where they are unknown, none of them is read, and what matters to
   * programs is not set
   */
  constructor(exported: ReadonlyMap<string, string>, others: 'unset' | 'unknown' = 'unset') {
    this.#variables = new Map([...exported].map(([name, value]) => [name, { value, exported: true }]))
    this.#others = others
  }

  copy(): ShellVariables {
    const copy = new ShellVariables(new Map(), this.#others)
    for (const [name, variable] of this.#variables) copy.#variables.set(name, variable)
    return copy
  }

  /** Whether a script may read or set a variable, and what becomes of it is certain. */
  isKnown(name: string, use: 'read' | 'set'): boolean {
    if (shells.has(name) || name.startsWith('BASH')) return false
    if (this.#others === 'unknown') {
      return use === 'set' ? !containers.has(name) && !name.startsWith('LD_') : this.get(name) !== undefined
    }
    return use === 'set' || !containers.has(name) || this.get(name) !== undefined
  }

  get(name: string): string | undefined {
    return this.#variables.get(name)?.value
  }

  set(name: string, value: string): void {
    this.#variables.set(name, { value, exported: this.#variables.get(name)?.exported ?? false })
  }

  /** A variable that is exported while it is unset appears as soon as it is set. */
  export(name: string): void {
    this.#variables.set(name, { ...this.#variables.get(name), exported: true })
  }

  unset(name: string): void {
    this.#variables.delete(name)
  }

  /** What a program started now would see. */
  exported(): Map<string, string> {
    const found = new Map<string, string>()
    for (const [name, { value, exported }] of this.#variables) {
      if (exported && value !== undefined) found.set(name, value)
    }
    return found
  }
}
