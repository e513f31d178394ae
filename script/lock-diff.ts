import { basename } from 'node:path'
import { UserError } from '../src/common/errors.ts'
import { platformOfSubdir, type Subdir } from '../src/common/platform.ts'
import { groupLocked, type GroupedNames } from '../src/layers/build.ts'
import {
  diffLocks,
  formatDiff,
  summarize,
  type LockChange,
  type PackageFacts,
} from '../src/lock/diff/diff.ts'
import { readLockFile } from '../src/lock/file.ts'
import { parseLock } from '../src/lock/parse.ts'
import type { Lock } from '../src/lock/types.ts'
import { archiveSizes } from '../src/packages/archive-sizes.ts'
import { openChannels } from '../src/channels/access.ts'

const usage = `Usage: script/lock-diff [--line] [--sizes] [--limit N] OLD NEW [OLD NEW …]

Says what changed from one lockfile to another, as Markdown for GitHub: what the action says in its job summary and in the output
lock-diff. Any @EXPLICIT file will do. Of several platforms or environments, their pairs; what is the same for all is told once.

  --line     only the line that says it all
  --sizes    ask the channels how big the archives are
  --limit N  how many characters there may be; 65536 by default, what GitHub takes
  --help     this text

A file of an earlier commit: script/lock-diff <(git show main:env.linux-64.lock) env.linux-64.lock
Exits with 0 when nothing changed, with 1 when something did, and with 2 when that could not be found out.`

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(
    `error: ${error instanceof UserError ? error.message : String((error as Error).stack ?? error)}`,
  )
  process.exitCode = 2
}

async function main(words: readonly string[]): Promise<number> {
  const { files, options, limit } = parseArguments(words)
  if (options.has('--help')) {
    console.log(usage)
    return 0
  }
  if (files.length === 0 || files.length % 2 === 1 || Number.isNaN(limit)) {
    console.error(usage)
    return 2
  }
  const changes: LockChange[] = []
  for (let index = 0; index < files.length; index += 2) {
    const [old = '', now = ''] = files.slice(index, index + 2)
    changes.push(await compare(old, now, options.has('--sizes')))
  }
  const text = formatDiff(changes, limit)
  console.log(options.has('--line') || text === '' ? summarize(changes) : text)
  return text === '' ? 0 : 1
}

function parseArguments(words: readonly string[]) {
  const files: string[] = []
  const options = new Set<string>()
  let limit: number | undefined
  const left = [...words]
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === '--limit') limit = Number.parseInt(left.shift() ?? '', 10)
    else if (['--line', '--sizes', '--help'].includes(word)) options.add(word)
    else if (word.startsWith('--'))
      throw new UserError(`there is no option '${word}'`, { advice: 'See --help.' })
    else files.push(word)
  }
  return { files, options, limit }
}

async function compare(old: string, now: string, withSizes: boolean): Promise<LockChange> {
  const [before, after] = [await readLock(old), await readLock(now)]
  const facts: ReadonlyMap<string, PackageFacts> = withSizes
    ? await archiveSizes([...before.packages, ...after.packages], (await openChannels({})).authorize)
    : new Map()
  const groups = (names: GroupedNames) => groupLocked(names, 100)
  const platform = platformOf(after)
  return {
    // The name of the lockfile is the environment's, by default with the platform in it.
    environment: basename(now).replace(`.${platform}.lock`, ''),
    platform,
    diff: await diffLocks(before, after, { facts, groups }),
  }
}

async function readLock(file: string): Promise<Lock> {
  const text = await readLockFile(file)
  if (text === undefined) throw new UserError('there is no such file', { at: { file } })
  return parseLock(text, file, subdirIn(text))
}

/** That of the first package that has one; a lock of ours says it in its header, and that counts. */
function subdirIn(text: string): Subdir {
  const [, found = ''] = /^\w+:\/\/\S*\/(linux-[a-z0-9]+)\/[^/\s]+$/m.exec(text) ?? []
  return platformOfSubdir(found)?.subdir ?? 'linux-64'
}

function platformOf({ header, packages }: Lock): string {
  return header?.platform ?? packages.find(({ subdir }) => subdir !== 'noarch')?.subdir ?? 'noarch'
}
