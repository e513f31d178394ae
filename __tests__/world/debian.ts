import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../../src/common/errors.ts'
import { debianSources, type DebianRelease } from './apt-sources.ts'
import { cachedFolder } from './cache.ts'
import { run } from './command.ts'

/** Debian's packages without installing them: no root, and nothing of the machine's own state is touched. */

export type DebArchitecture = 'amd64' | 'arm64'

export interface DebOptions {
  /** Default: that of this machine. */
  readonly architecture?: DebArchitecture
  /** Default: `bookworm`, whichever one the machine runs. */
  readonly release?: DebianRelease
}

/**
 * Downloads packages of Debian, verified by apt, and unpacks all of them into one folder. Dependencies are not
 * followed: what is needed is what is named.
 * @param names of binary packages
 * @returns the folder, which looks like `/`; kept for later runs, and not to be written to
 * @throws UserError when this machine has no apt, no Debian keyring, or a package does not exist
 */
export function extractDebs(names: readonly string[], options: DebOptions = {}): Promise<string> {
  return unpackDebs('debs', names, options, () => '.')
}

/** The same, with a folder for each package, called by its name, that looks like `/`. */
export function extractDebsApart(names: readonly string[], options: DebOptions = {}): Promise<string> {
  return unpackDebs('debs-apart', names, options, (name) => name)
}

/** @param place where in the folder a package is unpacked */
async function unpackDebs(
  kind: string,
  names: readonly string[],
  options: DebOptions,
  place: (name: string) => string,
): Promise<string> {
  const { release = 'bookworm', architecture = process.arch === 'arm64' ? 'arm64' : 'amd64' } = options
  const sorted = [...new Set(names)].sort()
  return cachedFolder(kind, [release, architecture, ...sorted], async (folder) => {
    const debs = `${folder}.debs`
    await mkdir(debs)
    try {
      await download(sorted, { release, architecture }, debs)
      for (const deb of (await readdir(debs)).sort()) {
        const [name = ''] = deb.split('_')
        await run('dpkg-deb', ['-x', join(debs, deb), join(folder, place(name))])
      }
    } finally {
      await rm(debs, { recursive: true, force: true })
    }
  })
}

async function download(
  names: readonly string[],
  origin: Required<DebOptions>,
  target: string,
): Promise<void> {
  const apt = async () => ['-q', ...aptOptions(await aptState(origin), origin.architecture)]
  try {
    await run('apt-get', [...(await apt()), 'download', ...names], { cwd: target })
  } catch (error) {
    if (messageOf(error).includes('Unable to locate package')) throw error
    // Lists that were fetched before a point release name files that are gone since.
    await rm(await aptState(origin), { recursive: true, force: true })
    await run('apt-get', [...(await apt()), 'download', ...names], { cwd: target })
  }
}

/** A state of apt's that is ours alone: its configuration, and the lists of what there is. */
async function aptState({ release, architecture }: Required<DebOptions>): Promise<string> {
  return cachedFolder('apt', [release, architecture], async (folder) => {
    await mkdir(join(folder, 'lists/partial'), { recursive: true })
    await writeFile(join(folder, 'status'), '')
    await writeFile(join(folder, 'debian.sources'), await debianSources(release))
    // Lists of options cannot be emptied on the command line, and containers have a hook here that deletes apt's caches.
    await writeFile(
      join(folder, 'apt.conf'),
      '#clear APT::Update;\n#clear APT::Architectures;\n#clear DPkg;\n',
    )
    await run('apt-get', ['-q', ...aptOptions(folder, architecture), 'update'])
  })
}

/** What keeps apt to `folder`; proxies and credentials remain those of the machine. */
function aptOptions(folder: string, architecture: DebArchitecture): string[] {
  const options = {
    'APT::Architecture': architecture,
    'APT::Architectures::': architecture,
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
    'Dir::Cache': join(folder, 'cache'),
    'Dir::Cache::pkgcache': '',
    'Dir::Cache::srcpkgcache': '',
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    'Dir::Etc::sourcelist': join(folder, 'debian.sources'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State': folder,
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::State::status': join(folder, 'status'),
  }
  const pairs = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  return ['-c', join(folder, 'apt.conf'), ...pairs]
}
