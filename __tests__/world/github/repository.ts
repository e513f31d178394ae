import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn } from 'node:child_process'

/** A bare repository, as a server has one, and what the stand-in asks of it. */
export interface BareRepository {
  /** Where `git http-backend` finds it. */
  readonly root: string
  readonly folder: string
  /** Runs git in it. @throws Error with what git complains of */
  git(
    args: readonly string[],
    options?: { input?: string | Uint8Array; env?: NodeJS.ProcessEnv },
  ): Promise<string>
  /** The commit that a name stands for. */
  resolve(name: string): Promise<string | undefined>
  /** Commits files on a branch as a person does; null deletes one. @returns the commit */
  commit(
    branch: string,
    files: Readonly<Record<string, string | null>>,
    options?: CommitOptions,
  ): Promise<string>
  /** Which branches nobody may write. */
  protect(...branches: string[]): Promise<void>
  remove(): Promise<void>
}

export interface CommitOptions {
  readonly message?: string
  /** `Name <email>` */
  readonly person?: string
  /** Where a branch begins that is not there yet; by default without history. */
  readonly from?: string
  /** Takes the place of the last commit, its message kept. */
  readonly amend?: boolean
}

/** What GitHub says of a branch that a rule protects. */
const updateHook = `#!/bin/sh
grep -qxF "$1" "$GIT_DIR/protected" 2>/dev/null || exit 0
echo "error: GH006: Protected branch update failed for $1." >&2
echo "error: Changes must be made through a pull request." >&2
exit 1
`

export async function createRepository(name: string): Promise<BareRepository> {
  const root = await mkdtemp(join(tmpdir(), 'github-'))
  const folder = join(root, `${name}.git`)
  const git: BareRepository['git'] = (args, { input = '', env = {} } = {}) =>
    runGit(args, root, folder, input, env)
  await runGit(['init', '--quiet', '--bare', '--initial-branch=main', folder], root, undefined, '', {})
  for (const setting of ['http.receivepack', 'uploadpack.allowFilter', 'uploadpack.allowAnySHA1InWant']) {
    await git(['config', setting, 'true'])
  }
  await writeFile(join(folder, 'hooks', 'update'), updateHook, { mode: 0o755 })

  const resolve = async (name: string) => {
    const found = await git(['rev-parse', '--quiet', '--verify', `${name}^{commit}`]).catch(() => '')
    return found.trim() || undefined
  }
  return {
    root,
    folder,
    git,
    resolve,
    async commit(
      branch,
      files,
      { message = 'A change', person = 'Ada <ada@example.org>', from, amend } = {},
    ) {
      const tip = await resolve(`refs/heads/${branch}`)
      const parent = tip ?? (from && (await resolve(from)))
      const env = {
        GIT_INDEX_FILE: join(root, `index-${String(Math.random()).slice(2)}`),
        ...identity(person),
      }
      if (parent) await git(['read-tree', parent], { env })
      for (const [path, text] of Object.entries(files)) {
        if (text === null) {
          await git(['update-index', '--force-remove', path], { env })
          continue
        }
        const blob = await git(['hash-object', '-w', '--stdin'], { input: text })
        await git(['update-index', '--add', '--cacheinfo', `100644,${blob.trim()},${path}`], { env })
      }
      const tree = (await git(['write-tree'], { env })).trim()
      const before = amend && parent ? await resolve(`${parent}^`) : parent
      const words = amend && parent ? await git(['log', '-1', '--format=%B', parent]) : message
      const commit = await git(['commit-tree', tree, ...(before ? ['-p', before] : [])], {
        env,
        input: words,
      })
      await git(['update-ref', `refs/heads/${branch}`, commit.trim()])
      return commit.trim()
    },
    protect: (...branches) =>
      writeFile(join(folder, 'protected'), branches.map((branch) => `refs/heads/${branch}\n`).join('')),
    remove: () => rm(root, { recursive: true, force: true }),
  }
}

/** The variables by which git takes somebody for author and committer. */
export function identity(person: string): NodeJS.ProcessEnv {
  const [, name = '', email = ''] = /^(.*?) *<(.*)>$/.exec(person) ?? []
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  }
}

function runGit(
  args: readonly string[],
  cwd: string,
  folder: string | undefined,
  input: string | Uint8Array,
  variables: NodeJS.ProcessEnv,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = {
      PATH: process.env['PATH'],
      HOME: cwd,
      LC_ALL: 'C',
      ...(folder && { GIT_DIR: folder }),
      ...variables,
    }
    const child = spawn('git', args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] })
    let [out, complaint] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(out)
      else reject(new Error(`git ${args.join(' ')}: ${complaint}`))
    })
    child.stdin.on('error', () => undefined) // git that needs no input ends without reading it
    child.stdin.end(input)
  })
}
