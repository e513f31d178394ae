import { homeMode } from '../image/user-files.ts'
import { buildLayer, directoryOfPrefix, type LayerSettings } from '../layers/build.ts'
import type { DirectoryState } from '../layers/copy-overlay.ts'
import { openingAsNeeded } from '../layers/prefix-contents.ts'
import type { ImageLayer } from '../oci/image.ts'
import type { BuiltMember } from './package-layers.ts'
import type { Plan } from './plan.ts'

/** The files of the workspace that are copied into the image. */
export async function applicationLayer(
  plan: Plan,
  members: readonly BuiltMember[],
  settings: LayerSettings,
): Promise<ImageLayer[]> {
  const { base, wanted } = plan
  const { copied, inputs } = wanted
  if (!copied) return []
  const { uid, gid, home } = wanted.base.summary.user
  const files = await base.files()
  const below = {
    base: files,
    owner: { uid, gid },
    workdir: inputs.options.start.workdir ?? '/tmp',
    directoryAt: (path: string) => {
      // A home that the base has not is the wiring's.
      if (path === home.slice(1)) return { uid, gid, mode: files.get(path)?.mode ?? homeMode }
      if (files.get(path) || isAbove(home.slice(1), path)) return files.get(path) ? undefined : ofRoot
      return directoryOf(members, path, plan)
    },
  }
  const entries = await openingAsNeeded(() => copied.entries(below))
  return [await buildLayer('application', entries, settings)]
}

const ofRoot: DirectoryState = { uid: 0, gid: 0, mode: 0o755 }

/** What a directory is that the layers of the environments bring; its path is relative to the image's root. */
function directoryOf(
  members: readonly BuiltMember[],
  path: string,
  { base, owner }: Plan,
): DirectoryState | undefined {
  const rootPrefix = base.rootPrefix.slice(1)
  const isThere = members.some(({ prefix, contents }) => {
    const root = prefix.slice(1)
    if (isAbove(root, path)) return true
    return path.startsWith(`${root}/`) && contents.kindOf(path.slice(root.length + 1)) === 'directory'
  })
  if (!isThere) return undefined
  const isWithin = path === rootPrefix || path.startsWith(`${rootPrefix}/`)
  return isWithin ? directoryOfPrefix(path, base.rootPrefix, owner) : ofRoot
}

/** Whether `path` is `below`, or a directory above it. */
function isAbove(below: string, path: string): boolean {
  return `${below}/`.startsWith(`${path}/`)
}
