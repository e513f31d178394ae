import { createHash } from 'node:crypto'
import { link, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { mapConcurrently } from '../../../src/common/concurrency.ts'
import { parseLock } from '../../../src/lock/parse.ts'
import { readAll } from '../../../src/prefix/content.ts'
import { linkPackage, openPackage, type PrefixEntry } from '../../../src/prefix/link.ts'

// Stands in for `micromamba install` where there is none, inside of a docker build: downloads, verifies and links the packages of a
// lockfile to disk. Usage: install.js LOCK PREFIX
const [lockFile = '', prefix = ''] = process.argv.slice(2)
const { packages } = parseLock(await readFile(lockFile, 'utf8'), lockFile, 'linux-64')
const cache = join(prefix, 'pkgs')
await mkdir(cache, { recursive: true })
await mapConcurrently(packages, 8, async (locked) => {
  const bytes = Buffer.from(await (await fetch(locked.url)).arrayBuffer())
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (sha256 !== locked.checksum.hex) throw new Error(`${locked.fileName} has other bytes`)
  const file = join(cache, locked.fileName)
  await writeFile(file, bytes)
  const md5 = createHash('md5').update(bytes).digest('hex')
  const source = await openPackage({ locked, file, sha256, md5, size: bytes.length })
  for await (const entry of linkPackage(source, { prefix, rootPrefix: prefix })) await write(entry)
})
await rm(cache, { recursive: true })

async function write(entry: PrefixEntry): Promise<void> {
  const path = join(prefix, entry.path)
  await mkdir(entry.type === 'directory' ? path : dirname(path), { recursive: true })
  if (entry.type === 'directory') return
  await rm(path, { force: true })
  if (entry.type === 'symlink') await symlink(entry.target, path)
  else if (entry.type === 'hardlink') await link(join(prefix, entry.target), path)
  else await writeFile(path, await readAll(entry.content), { mode: entry.mode })
}
