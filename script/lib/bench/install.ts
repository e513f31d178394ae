import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { link, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { mapConcurrently } from '../../../src/common/concurrency.ts'
import { parseLock } from '../../../src/lock/parse.ts'
import type { LockedPackage } from '../../../src/lock/types.ts'
import { readAll } from '../../../src/prefix/content.ts'
import {
  linkPackage,
  linkScriptsOf,
  openPackage,
  planLink,
  pythonOf,
  type LinkContext,
  type LinkSource,
  type PrefixEntry,
} from '../../../src/prefix/link.ts'

// Stands in for `micromamba install` where there is none, inside of a docker build: downloads, verifies and links the packages of a
// lockfile to disk, and runs their link scripts. Usage: install.js LOCK PREFIX
const [lockFile = '', prefix = ''] = process.argv.slice(2)
const { packages } = parseLock(await readFile(lockFile, 'utf8'), lockFile, 'linux-64')
const cache = join(prefix, 'pkgs')
await mkdir(cache, { recursive: true })
const context: LinkContext = { prefix, rootPrefix: prefix, ...(await pythonAmong(packages)) }
const scripted = await mapConcurrently(packages, 8, async (locked) => {
  const source = await bring(locked)
  for await (const entry of linkPackage(source, context)) await write(entry)
  const scripts = linkScriptsOf(planLink(source.archive.info, context))
  return scripts.map(({ path }) => ({ path: join(prefix, path), ...source.archive.info.index }))
})
await rm(cache, { recursive: true })
for (const script of scripted.flat()) await runScript(script)

async function bring(locked: LockedPackage): Promise<LinkSource> {
  const bytes = Buffer.from(await (await fetch(locked.url)).arrayBuffer())
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (sha256 !== locked.checksum.hex) throw new Error(`${locked.fileName} has other bytes`)
  const file = join(cache, locked.fileName)
  await writeFile(file, bytes)
  const md5 = createHash('md5').update(bytes).digest('hex')
  return openPackage({ locked, file, sha256, md5, size: bytes.length })
}

/** The python that noarch packages go by. */
async function pythonAmong(all: readonly LockedPackage[]): Promise<Pick<LinkContext, 'python'>> {
  const locked = all.find(({ name }) => name === 'python')
  return locked ? { python: pythonOf((await bring(locked)).archive.info.index) } : {}
}

/** When all files are there, in the lock's order, in the active environment, sourced by bash. */
async function runScript(script: { path: string; name: string; version: string }): Promise<void> {
  const { path, name, version } = script
  const lines = [
    // Without nullglob, which the script would have too: graphviz's asks `ls` for files that are not there yet.
    'for file in "$CONDA_PREFIX"/etc/conda/activate.d/*.sh; do if [ -e "$file" ]; then . "$file"; fi; done',
    'cd "$PREFIX/bin" && . "$1"',
  ]
  const env = {
    ...process.env,
    PATH: `${prefix}/bin:${process.env['PATH'] ?? ''}`,
    CONDA_PREFIX: prefix,
    PREFIX: prefix,
    ROOT_PREFIX: prefix,
    PKG_NAME: name,
    PKG_VERSION: version,
  }
  await promisify(execFile)('/bin/bash', ['-c', lines.join('\n'), 'link-script', path], { env })
}

async function write(entry: PrefixEntry): Promise<void> {
  const path = join(prefix, entry.path)
  await mkdir(entry.type === 'directory' ? path : dirname(path), { recursive: true })
  if (entry.type === 'directory') return
  await rm(path, { force: true })
  if (entry.type === 'symlink') await symlink(entry.target, path)
  else if (entry.type === 'hardlink') await link(join(prefix, entry.target), path)
  else await writeFile(path, await readAll(entry.content), { mode: entry.mode })
}
