import { evaluateScript } from './shell-script.ts'
import type { PathKind } from './shell-tests.ts'
import { ShellVariables } from './shell-variables.ts'
import { UnknownEffect } from './shell-words.ts'

export type { PathKind } from './shell-tests.ts'

/** A script of `etc/conda/activate.d`. */
export interface ActivationScript {
  /** As a message names it. */
  readonly path: string
  readonly text: string
}

/** Why what a script does cannot be known without running it. */
export interface Obstacle {
  /** The construct, as in "a command substitution". */
  readonly reason: string
  /** Of the script, from 1. */
  readonly line: number
}

/** What the activation scripts of an environment do, as far as that can be known without running them. */
export interface StaticActivation {
  /** All that is exported after them, what was exported before included. */
  readonly variables: ReadonlyMap<string, string>
  /** The scripts that are to be run in the container, each with what stands in the way: they changed nothing here. */
  readonly unknown: readonly (Obstacle & { readonly path: string })[]
}

/**
 * Computes what activation scripts export, one after the other in one shell as activation sources them. A script that is
 * not static is left out as a whole, as in a container where nothing runs it; those after it are evaluated without it.
 * @param scripts in the order of their names
 * @param variables what is exported before; anything else is taken to be unset, but for what containers and shells bring
 * @param kindOf what is at an absolute path of the image
 */
export function evaluateActivation(
  scripts: readonly ActivationScript[],
  variables: ReadonlyMap<string, string>,
  kindOf: (path: string) => PathKind,
): StaticActivation {
  let shell = new ShellVariables(variables)
  const unknown: (Obstacle & { path: string })[] = []
  for (const { path, text } of scripts) {
    const after = attempt(text, shell, kindOf)
    if (after instanceof ShellVariables) shell = after
    else unknown.push({ path, ...after })
  }
  return { variables: shell.exported(), unknown }
}

/**
 * Computes what bash exports after it has sourced a script, when that is certain: when the script reads no variable that
 * only the container knows, runs no program and leaves the small language of `shell-script.ts` nowhere on the way that
 * it takes.
 * @returns all that is exported then, or the construct that is in the way
 */
export function evaluateStatically(
  script: string,
  variables: ReadonlyMap<string, string>,
  kindOf: (path: string) => PathKind,
): { readonly variables: ReadonlyMap<string, string> } | Obstacle {
  const after = attempt(script, new ShellVariables(variables), kindOf)
  return after instanceof ShellVariables ? { variables: after.exported() } : after
}

function attempt(
  script: string,
  before: ShellVariables,
  kindOf: (path: string) => PathKind,
): ShellVariables | Obstacle {
  const shell = before.copy()
  try {
    evaluateScript(script, { shell, kindOf })
    return shell
  } catch (error) {
    if (!(error instanceof UnknownEffect)) throw error
    return { reason: error.message, line: script.slice(0, error.pos).split('\n').length }
  }
}
