import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { extract } from 'tar-stream'
import { messageOf } from '../../src/common/errors.ts'
import type { DebianRelease, UbuntuRelease } from './apt-sources.ts'
import { debianBase, minimalDebian, ubuntuBase } from './rootfs.ts'
import { writeTar, type TarEntry } from './tar.ts'

/** Root file systems with the layout of other distributions, made of Debian's files so that they run. */

export type Entries = Map<string, TarEntry>

/** @param path where the tar is written */
export async function writeLookAlike(path: string, change: (entries: Entries) => void): Promise<string> {
  const entries = await entriesOfTar(await minimalDebian({ architecture: 'amd64' }))
  change(entries)
  await writeTar(path, entries.values())
  return path
}

/** What Fedora's files for shells do, as far as it matters where variables come from; its bash reads none by itself. */
const fedoraShellFiles = {
  'etc/profile': `case :$PATH: in *:/usr/local/bin:*) ;; *) PATH=/usr/local/bin:$PATH ;; esac
export PATH
for file in /etc/profile.d/*.sh; do
  if [ -r "$file" ]; then . "$file"; fi
done
if [ -n "$BASH_VERSION" ] && [ -f /etc/bashrc ]; then . /etc/bashrc; fi
`,
  'etc/bashrc': `if [ "$PS1" ]; then PS1='$ '; fi\n`,
  'etc/skel/.bashrc': 'if [ -f /etc/bashrc ]; then . /etc/bashrc; fi\n',
  'etc/skel/.bash_profile': 'if [ -f ~/.bashrc ]; then . ~/.bashrc; fi\n',
  'root/.bashrc': 'if [ -f /etc/bashrc ]; then . /etc/bashrc; fi\n',
  'root/.bash_profile': 'if [ -f ~/.bashrc ]; then . ~/.bashrc; fi\n',
}

/** Libraries in /usr/lib64, a shadow file that nobody may read, its own files for shells and os-release. */
export function likeFedora(entries: Entries): void {
  const libraries = 'usr/lib/x86_64-linux-gnu'
  for (const [path, entry] of [...entries]) {
    if (path !== libraries && !path.startsWith(`${libraries}/`)) continue
    const moved = path.replace(libraries, 'usr/lib64')
    entries.delete(path)
    // What Debian has in usr/lib64 are links to these.
    entries.set(moved, { ...entry, path: moved })
  }
  // Where Debian's loader looks for them.
  entries.set(libraries, { path: libraries, target: '../lib64' })
  entries.set('etc/shadow', { path: 'etc/shadow', content: 'root:*::0:99999:7:::\n', mode: 0 })
  for (const path of ['etc/bash.bashrc', 'etc/skel/.profile', 'root/.profile']) entries.delete(path)
  for (const [path, content] of Object.entries(fedoraShellFiles)) entries.set(path, { path, content })
  nameSystem(entries, 'ID=fedora\nVERSION_ID=42\n')
}

/** Like Fedora, and without a shadow file, skeletons or homes. */
export function likeAmazonLinux(entries: Entries): void {
  likeFedora(entries)
  for (const path of entries.keys()) {
    if (/^(etc\/shadow|etc\/skel|home)(\/|$)/.test(path)) entries.delete(path)
  }
  nameSystem(entries, 'ID="amzn"\nID_LIKE="fedora"\nVERSION_ID="2023"\n')
}

/** A release of Debian or Ubuntu, as far as the action looks at it. */
export interface ReleaseLook {
  readonly name: DebianRelease | UbuntuRelease
  readonly osRelease: string
  /** Of its glibc, `2.31`. */
  readonly glibc: string
  /** Whether its image has the user `ubuntu`. */
  readonly hasUser?: boolean
}

/**
 * The minimal system of a release; where no mirror that this machine reaches has it, Debian 12 that says it is that one.
 * @param path where the tar of the latter is written
 */
export async function systemOf(look: ReleaseLook, path: string): Promise<string> {
  try {
    return await (look.name === 'jammy' || look.name === 'noble'
      ? ubuntuBase(look.name)
      : debianBase(look.name))
  } catch (error) {
    console.warn(`Debian 12 stands in for ${look.name}: ${messageOf(error)}`)
    return writeLookAlike(path, (entries) => {
      likeRelease(entries, look)
    })
  }
}

export function likeRelease(entries: Entries, { osRelease, glibc, hasUser = false }: ReleaseLook): void {
  nameSystem(entries, osRelease)
  for (const [path, entry] of entries) {
    if (!path.endsWith('/libc.so.6') || entry.content === undefined) continue
    // As long as what is there, so that the library still runs.
    const content = Buffer.from(entry.content)
    const banner = content.indexOf('release version 2.36', content.indexOf('GNU C Library '))
    content.write(`release version ${glibc}`, banner, 'latin1')
    entries.set(path, { ...entry, content })
  }
  if (!hasUser) return
  for (const [path, line] of [
    ['etc/passwd', 'ubuntu:x:1000:1000:Ubuntu:/home/ubuntu:/bin/bash\n'],
    ['etc/group', 'ubuntu:x:1000:\n'],
  ] as const) {
    entries.set(path, { path, content: `${Buffer.from(entries.get(path)?.content ?? '').toString()}${line}` })
  }
  entries.set('home/ubuntu', { path: 'home/ubuntu', mode: 0o750, owner: 1000 })
}

function nameSystem(entries: Entries, content: string): void {
  entries.set('usr/lib/os-release', { path: 'usr/lib/os-release', content })
  entries.set('etc/os-release', { path: 'etc/os-release', target: '../usr/lib/os-release' })
}

async function entriesOfTar(file: string): Promise<Entries> {
  const entries: Entries = new Map()
  const tar = extract()
  // An error ends the loop below.
  pipeline(createReadStream(file), tar, () => undefined)
  for await (const stream of tar) {
    const { name, type, mode, linkname } = stream.header
    const path = name.replace(/\/$/, '')
    const chunks: Buffer[] = []
    // The library types its streams as giving anything; a tar's entries give bytes.
    for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk)
    if (type === 'symlink') entries.set(path, { path, target: linkname })
    else if (type === 'directory') entries.set(path, { path, mode })
    else entries.set(path, { path, mode, content: Buffer.concat(chunks) })
  }
  return entries
}
