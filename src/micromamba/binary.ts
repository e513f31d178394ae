import { runCommand } from '../common/command.ts'
import { messageOf, UserError } from '../common/errors.ts'

/** A binary of micromamba, verified; for this machine, or for the image's platform and not to be run here. */
export interface Micromamba {
  readonly path: string
  readonly version: string
  /** 64 hex digits. */
  readonly sha256: string
}

/** What a run of micromamba left behind. */
export interface Outcome {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs micromamba with nothing of the machine's conda in its environment: what `CONDA_*` and `MAMBA_*` variables it
 * sees are those given here. `--no-env` would not do, for it drops `CONDA_PKGS_DIRS` too. HOME stays, since micromamba
 * finds the credentials of private channels in `~/.mamba/auth`, and so do proxies and certificates.
 * @param args never a secret: any user of the machine can read them, and the log shows them
 * @throws UserError when it cannot be run; an exit code other than 0 is an outcome
 */
export async function runMicromamba(
  path: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const env = { ...withoutConda(process.env), ...variables }
  const outcome = await runCommand(path, args, { env, shown: true }).catch((error: unknown) => {
    throw new UserError(`micromamba cannot be run: ${messageOf(error)}`, {
      at: { file: path },
      advice: 'Is it for this machine, and executable?',
      cause: error,
    })
  })
  const { exitCode } = outcome
  if (exitCode !== undefined) return { ...outcome, exitCode }
  throw new UserError('micromamba was ended by a signal', {
    at: { file: path },
    advice: 'Somebody killed it, or the machine had no memory left.',
  })
}

/** Names in Windows' environment have no case. */
function withoutConda(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !/^_?(CONDA|MAMBA)/i.test(name)))
}
