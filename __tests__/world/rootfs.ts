import { join } from 'node:path'
import { UserError } from '../../src/common/errors.ts'
import { debianSources, ubuntuSources, type DebianRelease, type UbuntuRelease } from './apt-sources.ts'
import { cachedFolder, sourcesOf } from './cache.ts'
import { run } from './command.ts'
import { extractDebs, type DebArchitecture } from './debian.ts'
import { entriesOf, epoch, writeTar, type TarEntry } from './tar.ts'

/** Root file systems of Debian and Ubuntu, as tars: what the layers of base images are made of. */

/**
 * The whole minimal system of Debian as debootstrap makes it, with apt.
 * @param release default: Debian 12
 * @returns the path of a tar; the same bytes as long as Debian's packages are the same
 * @throws UserError when this process is not root's, or mmdebstrap is not there, or no mirror has the release
 */
export function debianBase(release: DebianRelease = 'bookworm'): Promise<string> {
  return bootstrap('debian', release, () => debianSources(release))
}

/**
 * The same of Ubuntu. That of 24.04 has the user `ubuntu` with the uid 1000, as its image in registries.
 * @throws UserError as `debianBase` does
 */
export function ubuntuBase(release: UbuntuRelease): Promise<string> {
  const user = ['useradd', '--create-home', '--shell=/bin/bash', '--uid=1000', 'ubuntu']
  return bootstrap(
    'ubuntu',
    release,
    async () => {
      const keys = await extractDebs(['ubuntu-keyring'], { release: 'trixie' })
      return ubuntuSources(release, join(keys, 'usr/share/keyrings/ubuntu-archive-keyring.gpg'))
    },
    release === 'noble' ? [`--customize-hook=chroot "$1" ${user.join(' ')}`] : [],
  )
}

async function bootstrap(
  name: string,
  release: string,
  sources: () => Promise<string>,
  more: readonly string[] = [],
): Promise<string> {
  if (process.getuid?.() !== 0) {
    throw new UserError('a whole minimal system needs root to be made', {
      advice: 'minimalDebian makes a smaller one without.',
    })
  }
  const folder = await cachedFolder(name, [release, `${epoch}`, ...more], async (unfinished) => {
    const env = { ...process.env, SOURCE_DATE_EPOCH: `${epoch}`, TMPDIR: unfinished }
    const options = ['--variant=minbase', '--mode=root', '--quiet', ...more]
    const noDocumentation = ['man', 'info', 'locale', 'doc'].map(
      (part) => `--dpkgopt=path-exclude=/usr/share/${part}/*`,
    )
    const words = [...options, ...noDocumentation, release, join(unfinished, 'rootfs.tar'), '-']
    await run('mmdebstrap', words, { env, input: await sources() })
  })
  return join(folder, 'rootfs.tar')
}

/** What the shell scripts of an image need; the rest of Debian's essential packages would be ballast. */
const packages = [
  'base-files',
  'base-passwd',
  'bash',
  'coreutils',
  'dash',
  'debianutils',
  'grep',
  'libacl1',
  'libattr1',
  'libc-bin',
  'libc6',
  'libgcc-s1',
  'libgmp10',
  'libpcre2-8-0',
  'libselinux1',
  'libstdc++6',
  'libtinfo6',
  'sed',
]

/**
 * A Debian that is just enough to start shells and programs, put together from packages without running anything of
 * them: no root, no emulation for another architecture, the same bytes everywhere.
 * @returns the path of a tar
 */
export async function minimalDebian(options: { architecture?: DebArchitecture } = {}): Promise<string> {
  const debs = await extractDebs(packages, options)
  const ingredients = [debs, ...(await sourcesOf(import.meta.filename, join(import.meta.dirname, 'tar.ts')))]
  const folder = await cachedFolder('minimal-debian', ingredients, async (unfinished) => {
    await writeTar(join(unfinished, 'rootfs.tar'), await minimalEntries(debs))
  })
  return join(folder, 'rootfs.tar')
}

async function minimalEntries(debs: string): Promise<TarEntry[]> {
  const entries = new Map((await entriesOf(debs, placeMerged)).map((entry) => [entry.path, entry]))
  // Where everything of a kind lies since Debian 12 (the merged /usr), as far as the packages have something there.
  for (const name of ['bin', 'lib', 'lib64', 'sbin']) {
    if (entries.has(`usr/${name}`)) entries.set(name, { path: name, target: `usr/${name}` })
  }
  // What the packages' installation scripts do.
  const shared = (path: string) => {
    const content = entries.get(`usr/share/${path}`)?.content
    if (content === undefined) throw new Error(`Debian's packages no longer have /usr/share/${path}`)
    return content
  }
  const made: TarEntry[] = [
    { path: 'etc/group', content: shared('base-passwd/group.master') },
    { path: 'etc/hostname', content: 'debian\n' },
    { path: 'etc/passwd', content: shared('base-passwd/passwd.master') },
    { path: 'etc/profile', content: shared('base-files/profile') },
    { path: 'root', mode: 0o700 },
    { path: 'root/.bashrc', content: shared('base-files/dot.bashrc') },
    { path: 'root/.profile', content: shared('base-files/dot.profile') },
    { path: 'tmp', mode: 0o1777 },
    { path: 'usr/bin/sh', target: 'dash' },
    { path: 'usr/bin/which', target: 'which.debianutils' },
    { path: 'usr/local/bin' },
    { path: 'var/tmp', mode: 0o1777 },
  ]
  for (const entry of made) entries.set(entry.path, entry)
  return [...entries.values()]
}

/** Where a file of a package lies in a system whose /usr is merged; documentation nowhere. */
function placeMerged(path: string): string | undefined {
  if (/^usr\/share\/(doc|info|lintian|locale|man|bug)(\/|$)/.test(path)) return undefined
  if (/^(bin|lib|lib32|lib64|libx32|sbin)(\/|$)/.test(path)) return `usr/${path}`
  return path
}
