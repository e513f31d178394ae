import { readdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'
import type { Access } from './credential.ts'

/**
 * The files that may hold a login, in the order in which they are asked: those that docker/login-action's `scope` leaves for
 * buildx, Docker's own, then podman's (containers-auth.json.5).
 */
export interface AuthFiles {
  for(access: Access): Promise<string[]>
}

export function authFiles(environment: NodeJS.ProcessEnv): AuthFiles {
  const home = environment['HOME'] || homedir()
  const docker = environment['DOCKER_CONFIG'] || join(home, '.docker')
  const buildx = environment['BUILDX_CONFIG'] || join(docker, 'buildx')
  const others = [join(docker, 'config.json'), ...podmanFiles(environment, home)]
  let scoped: Promise<ScopedConfig[]> | undefined
  return {
    async for(access) {
      scoped ??= findScoped(join(buildx, 'config'))
      return [...choose(await scoped, access), ...others]
    },
  }
}

function podmanFiles(environment: NodeJS.ProcessEnv, home: string): string[] {
  const { REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR, XDG_CONFIG_HOME } = environment
  // Who names a file wants no other.
  if (REGISTRY_AUTH_FILE) return [REGISTRY_AUTH_FILE]
  const runtime = XDG_RUNTIME_DIR
    ? join(XDG_RUNTIME_DIR, 'containers')
    : process.platform === 'linux' && join('/run', 'containers', String(process.getuid?.()))
  const config = join(XDG_CONFIG_HOME || join(home, '.config'), 'containers')
  return [...(runtime ? [runtime] : []), config].map((directory) => join(directory, 'auth.json'))
}

/** A `config.json` in a folder of buildx, `<registry>[/<repository>][@<action>,…]` (docs.docker.com, "Registry authentication"). */
interface ScopedConfig {
  readonly file: string
  readonly registry: string
  /** Empty: every repository. */
  readonly repository: string
  /** `pull`, `push`; empty: whatever is to be done. */
  readonly actions: readonly string[]
}

async function findScoped(root: string): Promise<ScopedConfig[]> {
  // Nearly nobody has it.
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.name === 'config.json' && !entry.isDirectory())
    .map((entry) => scopedConfig(root, join(entry.parentPath, entry.name)))
}

function scopedConfig(root: string, file: string): ScopedConfig {
  const [name = '', actions = ''] = relative(root, dirname(file)).split(sep).join('/').split('@')
  const [host = '', ...repository] = name.split('/')
  return {
    file,
    registry: host === 'registry-1.docker.io' ? 'docker.io' : host,
    repository: repository.filter((part) => part !== '').join('/'),
    actions: actions.split(',').filter((action) => action !== ''),
  }
}

/** Those that fit, the most precise first: as buildx chooses (util/dockerutil/dockerconfig/configprovider.go). */
function choose(configs: readonly ScopedConfig[], access: Access): string[] {
  const actions = access.writes ? ['pull', 'push'] : ['pull']
  const precision = (config: ScopedConfig) =>
    (config.repository ? 10 : 0) + 2 * config.actions.length + Number(config.actions.includes('push'))
  return configs
    .filter(
      (config) =>
        config.registry === access.registry &&
        (config.repository === '' || config.repository === access.repository) &&
        config.actions.every((action) => actions.includes(action)),
    )
    .sort((one, other) => precision(other) - precision(one))
    .map(({ file }) => file)
}
