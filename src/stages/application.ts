import { buildLayer, type LayerSettings } from '../layers/build.ts'
import { openingAsNeeded } from '../layers/prefix-contents.ts'
import type { ImageLayer } from '../oci/image.ts'
import type { BuiltMember } from './package-layers.ts'
import type { Plan } from './plan.ts'

/** The files of the workspace that are copied into the image. */
export async function applicationLayer(
  { base, wanted }: Plan,
  members: readonly BuiltMember[],
  settings: LayerSettings,
): Promise<ImageLayer[]> {
  const { copied, inputs } = wanted
  if (!copied) return []
  const { uid, gid, home } = wanted.base.summary.user
  const below = {
    base: await base.files(),
    owner: { uid, gid },
    workdir: inputs.options.start.workdir ?? '/tmp',
    hasDirectory: (path: string) => isAbove(home.slice(1), path) || hasDirectory(members, path),
  }
  const entries = await openingAsNeeded(() => copied.entries(below))
  return [await buildLayer('application', entries, settings)]
}

/** Whether the layers of the environments bring a directory; its path is relative to the image's root. */
function hasDirectory(members: readonly BuiltMember[], path: string): boolean {
  return members.some(({ prefix, contents }) => {
    const root = prefix.slice(1)
    if (isAbove(root, path)) return true
    return path.startsWith(`${root}/`) && contents.kindOf(path.slice(root.length + 1)) === 'directory'
  })
}

/** Whether `path` is `below`, or a directory above it. */
function isAbove(below: string, path: string): boolean {
  return `${below}/`.startsWith(`${path}/`)
}
