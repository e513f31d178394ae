import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file of hosts that one run has, in a mount namespace of its own. */
export async function hostsFile() {
  const folder = await mkdtemp(join(tmpdir(), 'names-'))
  const file = join(folder, 'hosts')
  const others = '127.0.0.1 machine\n'
  return {
    folder,
    /** @param addresses of `localhost`, to which plain http may be spoken */
    write: (...addresses: readonly string[]) =>
      writeFile(file, others + addresses.map((address) => `${address} localhost\n`).join('')),
    /** @param hosts names of this machine */
    writeNames: (hosts: readonly string[]) =>
      writeFile(file, others + hosts.map((host) => `127.0.0.1 ${host}\n`).join('')),
    // Shells would drop variables whose names have hyphens, as those of inputs have.
    under: ['unshare', '--mount', 'perl', '-e', perl, file],
    remove: () => rm(folder, { recursive: true }),
  }
}

const perl = 'system("mount", "--bind", shift, "/etc/hosts") == 0 or die; exec @ARGV'
