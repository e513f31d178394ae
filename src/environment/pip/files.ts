import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { digestOf, parseDigest, type Digest } from '../../common/digest.ts'
import { messageOf, UserError } from '../../common/errors.ts'
import { withoutPipCredentials } from '../credentials.ts'
import { decodeText } from '../decode.ts'
import type { PipFile, PipFileKind } from '../types.ts'
import { readList, type ReadLine } from './list.ts'
import { physicalLines } from './logical-lines.ts'
import { isArchiveName } from './name.ts'

/** What came of reading what lines name. */
export interface ReadFiles {
  readonly files: readonly PipFile[]
  readonly secrets: readonly string[]
  readonly warnings: readonly { readonly message: string; readonly file: string; readonly line: number }[]
}

/** What says of a folder what it depends on, as far as it says so itself (pip's misc.py, `is_installable_dir`, and setuptools). */
const projectFiles = ['pyproject.toml', 'setup.py', 'setup.cfg']

/**
 * Reads the files that the lines of a section name, and those that these name: `-r` and `-c` from the folder of the file that they stand
 * in, everything else from the folder of the environment file, where pip runs.
 * @param folder that of the environment file
 * @param variables what `${VAR}` stands for
 * @throws UserError at the line that names what is not there, or that pip could not read
 */
export async function readPipFiles(
  lines: readonly ReadLine[],
  folder: string,
  variables: NodeJS.ProcessEnv,
): Promise<ReadFiles> {
  const files = new Map<string, PipFile>()
  const secrets: string[] = []
  const warnings: ReadFiles['warnings'][number][] = []

  const remember = (path: string, { line: { file, line } }: ReadLine, of: Omit<PipFile, 'path' | 'named'>) =>
    files.set(path, { path: relative(folder, path).split(sep).join('/'), ...of, named: { file, line } })

  const follow = async (read: ReadLine, from: string): Promise<void> => {
    const { says, line } = read
    const included = says.requirements ?? says.constraints
    if (included !== undefined) {
      if (/^https?:/i.test(included)) {
        const message = `What '${withoutPipCredentials(included)}' holds is seen when the lock is solved, and not when it changes`
        warnings.push({ message, file: line.file, line: line.line })
        return
      }
      const path = resolve(from, included)
      await include(read, path, says.requirements === undefined ? 'constraints' : 'requirements')
    } else if (says.path !== undefined) await lookAt(read, resolve(folder, says.path))
  }

  const include = async (read: ReadLine, path: string, kind: PipFileKind): Promise<void> => {
    // One that names itself, by way of others too, is read once; pip has its own word on it.
    if (files.has(path)) return
    const text = decodeText(await contentOf(path, read), path)
    // pip 26.1 reads pylock.toml behind -r.
    const isLock = /(^|[/\\])pylock\.([^.]+\.)?toml$/.test(path)
    const inner = isLock
      ? []
      : readList(
          physicalLines(text),
          path,
          variables,
          (line, what, advice) => new UserError(what, { at: { file: path, line }, advice }),
        )
    const asked = isLock ? text : inner.map((one) => one.line.canonical).join('\n')
    remember(path, read, { kind, digest: digestOf(asked), lines: inner.map((one) => one.line) })
    secrets.push(...inner.flatMap((one) => one.secrets))
    for (const one of inner) await follow(one, dirname(path))
  }

  const lookAt = async (read: ReadLine, path: string): Promise<void> => {
    const isFolder = await isDirectory(path)
    if (isFolder === undefined) throw missing(read, path)
    if (!isFolder) {
      if (!isArchiveName(path)) throw refuse(read, `'${path}' is neither a folder nor an archive`)
      remember(path, read, { kind: 'archive', digest: await digestOfFile(path, read), lines: [] })
      return
    }
    const inside = await readdir(path)
    const found = projectFiles.filter((name) => inside.includes(name))
    if (!found.some((name) => name !== 'setup.cfg')) {
      throw refuse(read, `'${path}' has no pyproject.toml and no setup.py, so there is nothing to install`)
    }
    for (const name of found) {
      const file = join(path, name)
      const text = decodeText(await contentOf(file, read), file)
      remember(file, read, { kind: 'project', digest: digestOf(text), lines: [] })
    }
  }

  for (const read of lines) await follow(read, folder)
  return { files: [...files.values()], secrets, warnings }
}

/**
 * The hash of what says of a folder what it depends on.
 * @param folder absolute
 */
export async function projectDigest(folder: string): Promise<Digest> {
  const texts = await Promise.all(
    projectFiles.map(
      async (name) => [name, await readFile(join(folder, name)).catch(() => undefined)] as const,
    ),
  )
  return digestOf(JSON.stringify(texts.map(([name, text]) => [name, text ? digestOf(text) : null])))
}

/** Wheels may be bigger than what Node reads at once. */
async function digestOfFile(path: string, read: ReadLine): Promise<Digest> {
  try {
    const hash = createHash('sha256')
    await pipeline(createReadStream(path), hash)
    return parseDigest(`sha256:${hash.digest('hex')}`)
  } catch (error) {
    throw refuse(read, `'${path}' cannot be read: ${messageOf(error)}`)
  }
}

async function contentOf(path: string, read: ReadLine): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw missing(read, path) // what node:fs rejects with
    throw refuse(read, `'${path}' cannot be read: ${messageOf(error)}`)
  }
}

async function isDirectory(path: string): Promise<boolean | undefined> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return undefined
  }
}

function missing(read: ReadLine, path: string): UserError {
  const { requirements, constraints } = read.says
  const isIncluded = (requirements ?? constraints) !== undefined
  return refuse(
    read,
    `there is no '${path}'`,
    isIncluded
      ? 'Its path is relative to the file that names it.'
      : 'Its path is relative to the folder of the environment file, where pip runs.',
  )
}

function refuse({ line: { canonical, file, line } }: ReadLine, what: string, advice?: string): UserError {
  return new UserError(`'${canonical}': ${what}`, { at: { file, line }, advice })
}
