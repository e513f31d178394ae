import { secretsInput, withSecrets } from './secrets.ts'
import type { Command } from './types.ts'

/**
 * How a command starts in an engine's container: a bash reads from standard input what it is to become. So its variables, some of
 * which may be a proxy with a password, are in no argument and in nothing that the engine keeps, and the command has those alone: none
 * that the engine or its client's own configuration gives to containers.
 */

/** The entry point of every container, and its arguments: a bash that begins without any file or variable. */
export const launcher = {
  program: '/bin/bash',
  args: ['-p', '-c', `exec -c /bin/bash -c "$0"`, `IFS= read -r -d '' it && eval "$it"`],
} as const

/**
 * What a container gets over standard input: the launcher's script, and behind it the secrets.
 * @throws UserError as `secretsInput`
 */
export function launchInput({ args, env, secrets }: Command): string {
  const script = launchScript(secrets ? withSecrets(args) : args, env)
  return `${script}\0${secrets ? secretsInput(secrets) : ''}`
}

/** Bash's own, which it lets nobody set. */
const fixed = ['BASHOPTS', 'BASH_VERSINFO', 'EUID', 'PPID', 'SHELLOPTS', 'UID']

function launchScript(args: readonly string[], env: Command['env']): string {
  const isOrdinary = (name: string) => /^[a-zA-Z_]\w*$/.test(name) && !fixed.includes(name)
  const variables = Object.entries(env)
  const ordinary = variables.filter(([name]) => isOrdinary(name))
  const odd = variables.filter(([name]) => !isOrdinary(name)).map(([name, value]) => `${name}=${value}`)
  return [
    'umask 022',
    // Both outputs are one, so that their lines come in the order in which they were written.
    'exec 2>&1',
    'unset -v it PWD OLDPWD',
    // Of a language that the image does not have the command itself may complain.
    '{',
    ...ordinary.map(([name, value]) => `export ${name}=${quoted(value)}`),
    ':',
    '} 2>/dev/null',
    `exec ${[...(odd.length > 0 ? ['/usr/bin/env', ...odd] : []), ...args].map(quoted).join(' ')}`,
  ].join('\n')
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
