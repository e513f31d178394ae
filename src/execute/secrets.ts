import { UserError } from '../common/errors.ts'

/**
 * How a command gets its secrets, whoever runs it: over standard input, from which the first program in the container writes them into a
 * file system of its memory. So they are in no argument, variable, file of this machine, or layer.
 */

/** Where they are: a tmpfs of the command's user, mode 0700. */
export const secretsFolder = '/run/secrets'

/**
 * Only builtins of bash, which would be gone with it. It begins without any file of its own, the command's BASH_ENV among them
 * (`-p`), and becomes the command, which finds its standard input empty.
 */
const script = [
  'umask 0377',
  `while IFS= read -r -d '' name && IFS= read -r -d '' value; do`,
  `  printf %s "$value" >"${secretsFolder}/$name" || exit 125`,
  'done',
  'umask 022',
  'exec "$@" </dev/null',
].join('\n')

/**
 * The arguments of a command that first takes its secrets from standard input.
 * @param bash its path in the image
 */
export function withSecrets(args: readonly string[], bash = '/bin/bash'): string[] {
  return [bash, '-p', '-c', script, 'secrets', ...args]
}

/**
 * What it gets there: each name and each value, with a NUL behind it.
 * @param secrets file names with their content
 * @throws UserError for a name that is none, and for a value that no variable of a shell can hold; it is not in the message
 */
export function secretsInput(secrets: Readonly<Record<string, string>>): string {
  const parts = Object.entries(secrets).flatMap(([name, value]) => {
    if (!/^[\w-][\w.-]*$/.test(name)) {
      throw new UserError(`'${name}' cannot be the name of a secret`, {
        at: { input: 'secrets' },
        advice: 'Use letters, digits, dots, dashes and underscores.',
      })
    }
    if (value.includes('\0')) {
      throw new UserError(`the secret '${name}' holds a NUL byte`, {
        at: { input: 'secrets' },
        advice: 'Give it as base64, and have the command decode it.',
      })
    }
    return [name, value]
  })
  return parts.map((part) => `${part}\0`).join('')
}
