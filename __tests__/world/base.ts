import { join } from 'node:path'
import { cachedFolder } from './cache.ts'
import { pushImage, pushIndex, type ImageForm, type ImageRecipe, type PushedImage } from './push-image.ts'
import type { Registry } from './registry.ts'
import { debianBase, minimalDebian } from './rootfs.ts'
import { readTexts, writeTar, type TarEntry } from './tar.ts'

export { debianBase, minimalDebian, ubuntuBase } from './rootfs.ts'
export { pushImage, pushIndex, type ImageForm, type ImageRecipe, type PushedImage } from './push-image.ts'

const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export interface BaseOptions extends ImageForm {
  /** The tar of the root file system; default: `debianBase()`, which needs root to be made. */
  readonly rootfs?: string
  readonly architecture?: ImageRecipe['architecture']
}

/** A plain Debian image, as `docker.io/library/debian` is one. */
export async function pushBase(
  registry: Pick<Registry, 'host' | 'backHost'>,
  nameAndTag: string,
  options: BaseOptions = {},
): Promise<PushedImage> {
  const rootfs = options.rootfs ?? (await debianBase())
  const config = { Env: [path], Cmd: ['bash'] }
  return pushImage(registry, nameAndTag, { ...options, layers: [rootfs], config }, options)
}

/** A base under one name for amd64 and arm64, just enough for shells. */
export async function pushBaseOfBoth(
  registry: Pick<Registry, 'host' | 'backHost'>,
): Promise<{ readonly reference: string }> {
  const images = await Promise.all(
    (['amd64', 'arm64'] as const).map(async (architecture) =>
      pushBase(registry, `library/debian:${architecture}`, {
        rootfs: await minimalDebian({ architecture }),
        architecture,
      }),
    ),
  )
  return pushIndex(registry, 'library/debian:both', images)
}

/**
 * An image as micromamba-docker makes them: its user, its root prefix without packages, its micromamba, its config.
 *
 * Of three layers, so that nothing of it is right for whoever reads the layers apart: the second leaves a package's
 * record in the root prefix and another user's name, which the third takes away again.
 * @param options.micromamba the content of its `/bin/micromamba`
 */
export async function pushMicromambaBase(
  registry: Pick<Registry, 'host' | 'backHost'>,
  nameAndTag: string,
  options: BaseOptions & { readonly micromamba: Uint8Array },
): Promise<PushedImage> {
  const rootfs = options.rootfs ?? (await debianBase())
  const layers = [rootfs, await leftoversLayer(), await micromambaLayer(rootfs, options.micromamba)]
  const config = {
    User: user,
    Env: [
      path,
      'LANG=C.UTF-8',
      'LC_ALL=C.UTF-8',
      'ENV_NAME=base',
      'MAMBA_ROOT_PREFIX=/opt/conda',
      `MAMBA_USER=${user}`,
      `MAMBA_USER_ID=${id}`,
      `MAMBA_USER_GID=${id}`,
      'MAMBA_EXE=/bin/micromamba',
    ],
    Entrypoint: ['/usr/local/bin/_entrypoint.sh'],
    Cmd: ['/bin/bash'],
    Shell: ['/usr/local/bin/_dockerfile_shell.sh'],
    WorkingDir: '/tmp',
  }
  return pushImage(registry, nameAndTag, { ...options, layers, config }, options)
}

const user = 'mambauser'
const id = 57439

function leftoversLayer(): Promise<string> {
  return layerOf('leftovers', [
    { path: 'etc/arg_mamba_user', content: 'somebody-else\n' },
    { path: 'opt/conda/conda-meta' },
    { path: 'opt/conda/conda-meta/leftover-1.0-0.json', content: '{"name": "leftover"}\n' },
    { path: 'usr/share/leftover', content: 'left over\n' },
  ])
}

async function micromambaLayer(rootfs: string, micromamba: Uint8Array): Promise<string> {
  const texts = await readTexts(rootfs, ['etc/passwd', 'etc/group', 'etc/shadow', 'etc/skel/.bashrc'])
  const shadow = texts.get('etc/shadow')
  const bashrc = texts.get('etc/skel/.bashrc') ?? ''
  return layerOf('micromamba', [
    { path: 'etc/arg_mamba_user', content: `${user}\n` },
    { path: 'etc/group', content: `${texts.get('etc/group') ?? ''}${user}:x:${id}:\n` },
    {
      path: 'etc/passwd',
      content: `${texts.get('etc/passwd') ?? ''}${user}:x:${id}:${id}::/home/${user}:/bin/bash\n`,
    },
    ...(shadow === undefined
      ? []
      : [{ path: 'etc/shadow', content: `${shadow}${user}:!:19675:0:99999:7:::\n`, mode: 0o640 }]),
    { path: 'etc/skel/.bashrc', content: `${bashrc}. /usr/local/bin/_activate_current_env.sh\n` },
    { path: `home/${user}`, mode: 0o700, owner: id },
    {
      path: `home/${user}/.bashrc`,
      content: `${bashrc}. /usr/local/bin/_activate_current_env.sh\n`,
      owner: id,
    },
    { path: 'opt/conda', mode: 0o777, owner: id },
    { path: 'opt/conda/.wh..wh..opq', content: '' },
    { path: 'opt/conda/conda-meta', mode: 0o777, owner: id },
    { path: 'usr/bin/micromamba', content: micromamba, mode: 0o755 },
    { path: 'usr/share/.wh.leftover', content: '' },
  ])
}

/** A layer's tar, made once for the same entries. */
async function layerOf(name: string, entries: readonly TarEntry[]): Promise<string> {
  const ingredients = entries.map((entry) =>
    JSON.stringify({ ...entry, content: entry.content && Buffer.from(entry.content).toString('base64') }),
  )
  const folder = await cachedFolder(`layer-${name}`, ingredients, (unfinished) =>
    writeTar(join(unfinished, 'layer.tar'), entries),
  )
  return join(folder, 'layer.tar')
}
