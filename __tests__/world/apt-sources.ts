import { messageOf, UserError } from '../../src/common/errors.ts'
import { exists } from './cache.ts'
import { run } from './command.ts'

/** Where packages of Debian and Ubuntu come from: in the format of apt, for apt and mmdebstrap alike. */

/** The releases that the test world knows, by their code names. */
export type DebianRelease = 'bullseye' | 'bookworm' | 'trixie' | 'forky'
/** Whether tests ask the one that is to be the next as well, which changes from day to day: they do each night. */
export const hasNextRelease = process.env['NEXT_RELEASE'] === 'true'

export type UbuntuRelease = 'jammy' | 'noble'

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** The sources of a release of Debian: from where this machine gets it, or else Debian's own. */
export async function debianSources(release: DebianRelease): Promise<string> {
  if (!(await exists(keyring))) {
    throw new UserError('there is no keyring to verify Debian packages with', {
      at: { file: keyring },
      advice: 'Install debian-archive-keyring; Ubuntu has it too.',
    })
  }
  return formatSources('debian', release, 'http://deb.debian.org/debian', keyring)
}

/**
 * The sources of a release of Ubuntu.
 * @param keys the file of Ubuntu's keys, which machines with Debian need not have
 */
export function ubuntuSources(release: UbuntuRelease, keys: string): Promise<string> {
  return formatSources('ubuntu', release, 'http://archive.ubuntu.com/ubuntu', keys)
}

async function formatSources(vendor: string, release: string, elsewhere: string, keys: string) {
  const sources = await machineSources(vendor, release)
  return (sources.length > 0 ? sources : [`${elsewhere} ${release}`])
    .map((source) => source.split(' '))
    .map(
      ([uri, suite]) => `Types: deb\nURIs: ${uri}\nSuites: ${suite}\nComponents: main\nSigned-By: ${keys}\n`,
    )
    .join('\n')
}

/** `URI SUITE` of each. */
async function machineSources(vendor: string, release: string): Promise<string[]> {
  const query = ['--format', '$(REPO_URI) $(RELEASE) $(COMPONENT)', 'Created-By: Packages']
  const targets = await run('apt-get', ['indextargets', ...query]).catch((error: unknown) => {
    throw new UserError(`Debian packages cannot be had here: ${messageOf(error)}`, {
      advice: 'The test world is made of them: it needs a machine with apt, that is Debian or Ubuntu.',
      cause: error,
    })
  })
  const pattern = new RegExp(
    `^(\\S+/${vendor}(?:-security)?/? ${release}(?:-updates|-security)?) main$`,
    'gm',
  )
  return [...targets.toString().matchAll(pattern)].map(([, source = '']) => source)
}
