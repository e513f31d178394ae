import { UserError } from '../common/errors.ts'
import type { Subdir } from '../common/platform.ts'
import { foreignByName } from '../environment/read.ts'
import { parseHeader, type Comment } from './header.ts'
import { LineProblem } from './line-problem.ts'
import { parsePackageLine } from './package-line.ts'
import type { Lock, LockedPackage } from './types.ts'
import { isWheelComment, isWheelLine } from './wheel-line.ts'
import { readWheels } from './wheels.ts'

/**
 * Reads a lockfile: one of ours, or any `@EXPLICIT` file with a hash on every line, such as conda-lock and
 * `micromamba env export --explicit` write. Stricter than micromamba, which passes over what it does not understand, and over
 * the wheels that conda-lock notes in comments, `# pip NAME @ URL#sha256=HEX`, as we do.
 * @param file the path for errors
 * @param platform what a file without header is for; ours say it themselves
 * @throws UserError with the line of the first thing that is wrong
 */
export function parseLock(text: string, file: string, platform: Subdir): Lock {
  const refuse = (line: number, what: string, advice?: string) =>
    new UserError(what, { at: { file, line }, advice })
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line, index) => ({ text: line.trim(), line: index + 1 }))
    .filter((line) => line.text !== '')
  const start = lines.findIndex((line) => line.text === '@EXPLICIT')
  const before = start < 0 ? lines : lines.slice(0, start)
  const stray = before.find((line) => !isComment(line))
  if (start < 0 || stray !== undefined) {
    const foreign = foreignByName(file)
    throw refuse(
      stray?.line ?? 1,
      foreign?.what ?? 'this is not a lockfile: nothing but comments stands before a line @EXPLICIT',
      foreign?.advice ??
        'There are @EXPLICIT files; with lock-mode: frozen, conda-lock.yml and pixi.lock too, and a pylock.toml beside them.',
    )
  }
  const ofWheels = lines.filter(({ text: line }) => isWheelLine(line))
  const found = parseHeader(
    before.filter(({ text: line }) => !isWheelLine(line)),
    file,
  )
  const header = found?.header
  const packages = new Map<string, LockedPackage>()
  const wanted = header?.platform ?? platform
  for (const line of lines.slice(start + 1)) {
    if (found && isWheelComment(line.text) && !isWheelLine(line.text)) ofWheels.push(line)
    if (isComment(line)) continue
    const locked = readLine(line, header !== undefined)
    const twin = packages.get(locked.name)
    if (twin)
      throw refuse(line.line, `${locked.name} stands here for the second time, after line ${twin.line}`)
    if (locked.subdir !== wanted && locked.subdir !== 'noarch') {
      throw refuse(line.line, `${locked.name} is for ${locked.subdir}, in a lockfile for ${wanted}`)
    }
    packages.set(locked.name, locked)
  }
  return {
    ...(header !== undefined && { header }),
    packages: [...packages.values()],
    wheels: readWheels(ofWheels, wanted, found?.marks, refuse),
  }

  function readLine(line: Comment, ours: boolean): LockedPackage {
    try {
      return { ...parsePackageLine(line.text, ours), line: line.line }
    } catch (error) {
      if (!(error instanceof LineProblem)) throw error
      throw refuse(line.line, error.message, error.advice)
    }
  }
}

function isComment({ text }: Comment): boolean {
  return text.startsWith('#')
}
