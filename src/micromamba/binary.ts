import { spawn } from 'node:child_process'
import { messageOf, UserError } from '../common/errors.ts'

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
 * @param args never a secret: any user of the machine can read them
 * @throws UserError when it cannot be run; an exit code other than 0 is an outcome
 */
export async function runMicromamba(
  path: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const child = spawn(path, args, {
    env: { ...withoutConda(process.env), ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', (error) => {
      reject(
        new UserError(`micromamba cannot be run: ${messageOf(error)}`, {
          at: { file: path },
          advice: 'Is it for this machine, and executable?',
          cause: error,
        }),
      )
    })
    child.on('close', (code, signal) => {
      if (signal === null) resolve(code ?? 1)
      else reject(new UserError(`micromamba was ended by ${signal}`, { at: { file: path } }))
    })
  })
  return { exitCode, ...output }
}

/** Names in Windows' environment have no case. */
function withoutConda(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !/^_?(CONDA|MAMBA)/i.test(name)))
}
