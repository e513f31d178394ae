import { spawn } from 'node:child_process'
import * as core from '@actions/core'
import { messageOf, UserError } from '../common/errors.ts'
import { foreignText } from '../common/foreign.ts'
import type { Credential } from './credential.ts'

/**
 * Asks `docker-credential-<helper> get` for a server's credential: the server's address on stdin, JSON on stdout
 * (docker/docker-credential-helpers, "Development"). The user `<token>` means that the secret is an identity token.
 * @param options.environment where PATH is, and what the helper gets
 * @param options.required whether a helper that is not installed is an error, or as good as one that knows nothing
 * @returns undefined when the helper has nothing for the server
 * @throws UserError when the helper fails; its answer is quoted only then, when it holds a message and no secret
 */
export async function askHelper(
  helper: string,
  server: string,
  options: { required: boolean; environment: NodeJS.ProcessEnv },
): Promise<Credential | undefined> {
  const program = `docker-credential-${helper}`
  if (!/^[\w.-]+$/.test(helper)) throw new UserError(`'${helper}' is not the name of a credential helper`)
  const answer = await run(program, server, options.environment)
  if (answer === 'missing') {
    const what = `Docker's configuration names ${program} for ${server}, which is not on PATH`
    if (options.required) throw new UserError(what, { advice: 'Install it, or log in without it.' })
    core.warning(`${what}: going on without it`)
    return undefined
  }
  if (answer.status !== 0) {
    if (/credentials not found/i.test(answer.stdout + answer.stderr)) return undefined
    throw new UserError(
      `${program} failed for ${server}: ${foreignText(answer.stderr) || `exit ${answer.status}`}`,
      {
        advice: `Log in to ${server} again.`,
      },
    )
  }
  return parseAnswer(answer.stdout, program)
}

function parseAnswer(stdout: string, program: string): Credential | undefined {
  let answer: { Username?: unknown; Secret?: unknown } | null
  try {
    answer = JSON.parse(stdout) as typeof answer // each field is checked below
  } catch {
    throw new UserError(`${program} answered something that is not JSON`)
  }
  const { Username: username, Secret: secret } = answer ?? {}
  if (typeof username !== 'string' || typeof secret !== 'string' || secret === '') return undefined
  return username === '<token>'
    ? { type: 'identity-token', token: secret }
    : { type: 'password', username, password: secret }
}

interface Answer {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** Why not by @actions/exec: see `command.ts`. */
async function run(program: string, input: string, env: NodeJS.ProcessEnv): Promise<Answer | 'missing'> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ['get'], { stdio: 'pipe', env })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve('missing')
      else reject(new UserError(`${program} cannot be started (${messageOf(error)})`, { cause: error }))
    })
    child.on('close', (status) => {
      resolve({ status: status ?? -1, stdout, stderr })
    })
    // A helper that ends without reading its input is judged by how it ends.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}
