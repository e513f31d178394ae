import { isRecord } from '../../src/common/json.ts'
import { execute, type Outcome } from './engine.ts'
import type { Json } from './image-content.ts'

/** What of an image's config a start needs. */
export interface StartConfig {
  readonly env: readonly string[]
  readonly entrypoint: readonly string[]
}

/** @param config an image's, as JSON has it */
export function startConfig(config: Json): StartConfig {
  const { Env: env, Entrypoint: entrypoint } = isRecord(config['config']) ? config['config'] : {}
  return { env: textsOf(env), entrypoint: textsOf(entrypoint) }
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}

/** How a process got the image's files as its own, or why none could. */
export type Start =
  { readonly way: string; readonly outcome: Outcome } | { readonly problems: readonly string[] }

/** As strong as this machine permits: each needs less than the one before. */
const ways: readonly { readonly way: string; readonly words: readonly string[] }[] = [
  {
    way: 'in a user namespace',
    words: ['unshare', '--user', '--map-root-user', '--mount', '--pid', '--fork'],
  },
  { way: 'in a mount namespace, as root', words: ['unshare', '--mount', '--pid', '--fork'] },
  { way: 'by chroot alone, as root', words: [] },
]

/** Gives the image the machine's devices, which goes with the namespace, and becomes what the image is to start. */
const script = `
PATH="$PATH:/usr/sbin:/sbin"
root="$1" isolated="$2"
shift 2
if [ "$isolated" = yes ]; then
  mkdir -p "$root/dev" "$root/proc" && mount --rbind /dev "$root/dev" || exit 125
  # Some machines permit no new one, and little needs it.
  mount -t proc proc "$root/proc" 2>/dev/null || true
fi
exec chroot "$root" /usr/bin/env -i "$@"`

/**
 * Starts a command in the unpacked files of an image, without a container engine: in a user namespace, which needs no
 * rights, or as root. It is no container: network, host name and limits are the machine's.
 * @returns what the command did, or why this machine lets none start
 */
export async function startUnpacked(
  root: string,
  { env, entrypoint }: StartConfig,
  command: readonly string[],
): Promise<Start> {
  const problems: string[] = []
  for (const { way, words } of ways) {
    const isolated = words.length > 0 ? 'yes' : 'no'
    const args = [...words, 'sh', '-c', script, 'start', root, isolated, 'HOME=/root', ...env]
    const start = (started: readonly string[]) => execute('env', [...args, ...started], process.env, '')
    const tried = await start(['true']).catch((error: unknown) => ({ code: 1, stderr: String(error) }))
    if (tried.code === 0) return { way, outcome: await start([...entrypoint, ...command]) }
    problems.push(`${way}: ${tried.stderr.trim() || `exit ${tried.code}`}`)
  }
  return { problems }
}
