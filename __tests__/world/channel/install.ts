import { chmod, link, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { unzipSync } from 'fflate'
import { extract } from 'tar-stream'
import { buildPrefix } from './recipe.ts'
import { openTools } from './recipes/machine.ts'

/**
 * Installs packages of the channel the plain way, into memory and then a folder: shares no code with what is tested.
 * Knows of links, placeholders and Python's packages; nothing of long shebangs or conda-meta.
 * @param archives paths of `.conda` and `.tar.bz2` files
 * @param root what `prefix` lies below on this machine: the root of whoever is to use it
 */
export async function installPlainly(archives: readonly string[], prefix: string, root = '/'): Promise<void> {
  for (const archive of archives) {
    const entries = await readArchive(archive)
    const { type, entry_points = [] } = noarchOf(entries)
    const place = (path: string) => join(root, prefix, type === 'python' ? placeOfNoarch(path) : path)
    for (const entry of entries.filter(({ name }) => !name.startsWith('info/'))) {
      const path = place(entry.name)
      await mkdir(entry.type === 'directory' ? path : dirname(path), { recursive: true })
      if (entry.type !== 'directory') await rm(path, { force: true })
      if (entry.type === 'symlink') await symlink(entry.linkname, path)
      if (entry.type === 'link') await link(place(entry.linkname), path)
      if (entry.type === 'file') {
        await writeFile(path, replaced(entry.content, prefix))
        await chmod(path, entry.mode)
      }
    }
    for (const line of entry_points) await writeEntryPoint(line, prefix, root)
  }
}

function noarchOf(entries: readonly ArchiveEntry[]): { type?: string; entry_points?: string[] } {
  const linkJson = entries.find(({ name }) => name === 'info/link.json')
  if (!linkJson) return {}
  return (JSON.parse(linkJson.content.toString()) as { noarch: object }).noarch
}

function placeOfNoarch(path: string): string {
  return path
    .replace(/^site-packages\//, 'lib/python3.11/site-packages/')
    .replace(/^python-scripts\//, 'bin/')
}

async function writeEntryPoint(line: string, prefix: string, root: string): Promise<void> {
  const [, command = '', module = '', object = ''] = /^(\S+) = ([\w.]+):([\w.]+)$/.exec(line) ?? []
  const [name = ''] = object.split('.')
  const lines = [`#!${prefix}/bin/python3.11`, 'import sys', `from ${module} import ${name}`]
  const content = [...lines, `sys.exit(${object}())`, ''].join('\n')
  await writeFile(join(root, prefix, 'bin', command), content, { mode: 0o755 })
}

/** In text a longer or shorter prefix moves what follows; in a binary nothing may move but up to the next NUL. */
function replaced(content: Buffer, prefix: string): Buffer {
  if (!content.includes(buildPrefix)) return content
  const runs = content.toString('latin1').split('\0')
  const inRun = (run: string) => {
    const text = run.replaceAll(buildPrefix, prefix)
    return runs.length === 1 ? text : text.padEnd(run.length, '\0')
  }
  return Buffer.from(runs.map(inRun).join('\0'), 'latin1')
}

export interface ArchiveEntry {
  readonly name: string
  readonly type: string
  readonly mode: number
  readonly linkname: string
  readonly content: Buffer
}

/** All that is in an archive, `info/` first. */
export async function readArchive(archive: string): Promise<ArchiveEntry[]> {
  const bytes = await readFile(archive)
  if (archive.endsWith('.tar.bz2')) return untar(await (await openTools()).bunzip2(bytes))
  const members = Object.entries(unzipSync(bytes))
  const tars = members.filter(([name]) => name.endsWith('.tar.zst')).sort()
  return (await Promise.all(tars.map(([, bytes]) => untar(zstdDecompressSync(bytes))))).flat()
}

async function untar(tar: Uint8Array): Promise<ArchiveEntry[]> {
  const entries: ArchiveEntry[] = []
  const stream = extract()
  stream.end(tar)
  for await (const entry of stream) {
    const chunks: Buffer[] = []
    for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk)
    const { name, type, mode, linkname } = entry.header as Required<typeof entry.header> // as of all that is read
    entries.push({ name, type, mode, linkname, content: Buffer.concat(chunks) })
  }
  return entries
}
