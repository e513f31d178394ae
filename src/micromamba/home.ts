import { access, mkdir, symlink, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'

/** Where libmamba looks for credentials besides authentication.json (context.cpp; curl's .netrc). */
const others = ['.netrc', '.continuum']

/**
 * Lays out a home directory in which micromamba finds other credentials than in the user's own: it has no option that names the
 * file. Only its owner may read it.
 * @param authentication the text of `~/.mamba/auth/authentication.json`
 * @returns the variables that lead there
 */
export async function layHome(folder: string, authentication: string): Promise<Record<string, string>> {
  const file = join(folder, '.mamba', 'auth', 'authentication.json')
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await writeFile(file, authentication, { mode: 0o600 })
  for (const name of others) {
    const own = join(homedir(), name)
    const isThere = await access(own).then(
      () => true,
      () => false,
    )
    if (isThere) await symlink(own, join(folder, name))
  }
  return { HOME: folder, USERPROFILE: folder }
}
