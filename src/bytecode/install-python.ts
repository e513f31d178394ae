import { lstat, mkdir, rm, symlink, link, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runCommand } from '../common/command.ts'
import { messageOf, UserError } from '../common/errors.ts'
import { readAll } from '../prefix/content.ts'
import { linkPackage, planLink, pythonOf } from '../prefix/link.ts'
import type { LinkContext, LinkSource, PrefixEntry } from '../prefix/link.ts'
import { closureOf, dependsOf } from './closure.ts'
import { pythonEnvironment, pythonOptions, withoutBytecode } from './compiler.ts'

/** What a python is installed for. */
export interface PythonUse {
  /** Its files, and those of what it depends on, that this takes. */
  readonly needed: RegExp
  /** Packages whose files are looked at beside those that python depends on. */
  readonly beside?: readonly string[]
  /** What it does: `compiles its modules`. */
  readonly does: string
  /** What is to be said when it cannot be had. */
  readonly input?: string
  readonly advice: string
}

/**
 * What compiling needs of the packages: python, the libraries that it is linked with, and of the standard library what it
 * starts with and what it decodes sources with.
 */
const compiling: PythonUse = {
  needed:
    /^(?:bin\/python[^/]*|lib\/[^/]+\.(?:so|dylib)[^/]*|lib\/python[^/]+\/(?:[^/]+|(?:encodings|importlib|collections|lib-dynload|__pycache__)\/.*))$/,
  does: 'compiles its modules',
  input: 'compile-pyc',
  advice: withoutBytecode,
}

/**
 * Puts an environment's python on this machine's disk, as far as its use needs it: python and what it depends on, linked as in
 * an image, but at `directory`.
 * @param packages those of the environment; among them must be `python` and all that it depends on
 * @param directory absolute, not there yet
 * @param use default: compiling
 * @returns python's executable
 * @throws UserError when it does not run here, or a package would write elsewhere
 */
export async function installPython(
  packages: readonly LinkSource[],
  directory: string,
  use: PythonUse = compiling,
): Promise<string> {
  const nameOf = ({ locked }: LinkSource) => locked.name
  const closure = new Set(closureOf('python', packages, nameOf, dependsOf))
  const sources = packages.filter((source) => closure.has(source) || use.beside?.includes(nameOf(source)))
  const python = sources.find(({ locked }) => locked.name === 'python')
  if (!python) throw new Error('there is no python to install')
  const place = pythonOf(python.archive.info.index)
  const context: LinkContext = { prefix: directory, rootPrefix: directory, python: place }
  const isNeeded = (path: string) => use.needed.test(path)
  await mkdir(directory, { recursive: true })
  for (const source of sources) {
    const { paths } = planLink(source.archive.info, context)
    if (!paths.some(isNeeded)) continue
    for await (const entry of linkPackage(source, context, isNeeded)) {
      await writeEntry(entry, { directory, fileName: source.locked.fileName, advice: use.advice })
    }
  }
  const executable = join(directory, place.executable)
  await checkRuns(executable, place.version, use)
  return executable
}

/** Where files are written, and what is to be said of those that cannot be. */
interface Destination {
  readonly directory: string
  readonly fileName: string
  readonly advice: string
}

/** Files are new ones below real directories, so that no soft link of a package leads a write elsewhere. */
async function writeEntry(entry: PrefixEntry, to: Destination): Promise<void> {
  const { directory } = to
  const path = join(directory, entry.path)
  await makeDirectories(dirname(entry.path), to)
  if (entry.type === 'directory') {
    await makeDirectories(entry.path, to)
    return
  }
  await rm(path, { force: true })
  if (entry.type === 'symlink') await symlink(entry.target, path)
  else if (entry.type === 'hardlink') await link(join(directory, entry.target), path)
  else await writeFile(path, await readAll(entry.content), { flag: 'wx', mode: entry.mode | 0o600 })
}

async function makeDirectories(path: string, { directory, fileName, advice }: Destination): Promise<void> {
  let above = directory
  for (const name of path.split('/').filter((part) => part !== '.')) {
    above = join(above, name)
    const found = await lstat(above).catch(() => undefined)
    if (!found) await mkdir(above)
    else if (!found.isDirectory()) {
      throw new UserError(`${fileName} has files below '${path}', where another package has a file or link`, {
        advice: `Choose another build of it. ${advice}`,
      })
    }
  }
}

async function checkRuns(
  executable: string,
  version: string,
  { does, input, advice }: PythonUse,
): Promise<void> {
  const ask = 'import sys; print(sys.implementation.name, *sys.version_info[:2])'
  const doesNotRun = (why: string, cause?: unknown) =>
    new UserError(`the environment's python, which ${does}, does not run on this machine: ${why}`, {
      at: { input },
      advice,
      cause,
    })
  const said = await runCommand(executable, [...pythonOptions, '-c', ask], {
    cwd: dirname(dirname(executable)),
    env: pythonEnvironment,
  }).catch((error: unknown) => {
    throw doesNotRun(messageOf(error), error)
  })
  if (said.exitCode !== 0) throw doesNotRun(said.stderr.trim() || `exit code ${said.exitCode ?? 'none'}`)
  const expected = `cpython ${version.replace('.', ' ')}`
  if (said.stdout.trim() === expected) return
  throw new UserError(
    `the environment's python, which ${does}, is '${said.stdout.trim()}' and not '${expected}'`,
    { at: { input }, advice },
  )
}
