import type { Request } from '../action/request.ts'
import type { ImageLayer } from '../oci/image.ts'
import { buildLayer, type LayerSettings } from '../layers/build.ts'
import { copyEntries } from '../layers/copy.ts'
import { settle } from '../layers/survey.ts'
import type { LayerEntry } from '../layers/types.ts'
import type { Plan } from './groups.ts'
import type { LaidMember } from './prefix.ts'

/** The files that the request copies into the image. */
export async function applicationLayer(
  { copy, workspace, start }: Request,
  { ground: { base, summary } }: Plan,
  members: readonly LaidMember[],
  settings: LayerSettings,
): Promise<ImageLayer[]> {
  if (copy.length === 0) return []
  const { uid, gid, home } = summary.user
  const ground = {
    workspace,
    base: await base.files(),
    owner: { uid, gid },
    workdir: start.workdir ?? '/tmp',
    hasDirectory: (path: string) => isAbove(home.slice(1), path) || hasDirectory(members, path),
  }
  const entries = await settle(async () => {
    const laid: LayerEntry[] = []
    for await (const entry of copyEntries(copy, ground)) laid.push(entry)
    return laid
  })
  return [await buildLayer('application', entries, settings)]
}

/** Whether the layers of the environments bring a directory; its path is relative to the image's root. */
function hasDirectory(members: readonly LaidMember[], path: string): boolean {
  return members.some(({ prefix, survey }) => {
    const root = prefix.slice(1)
    if (isAbove(root, path)) return true
    return path.startsWith(`${root}/`) && survey.kindOf(path.slice(root.length + 1)) === 'directory'
  })
}

/** Whether `path` is `below`, or a directory above it. */
function isAbove(below: string, path: string): boolean {
  return `${below}/`.startsWith(`${path}/`)
}
