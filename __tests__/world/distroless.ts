import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cachedFolder, sourcesOf } from './cache.ts'
import { extractDebs } from './debian.ts'
import { pushImage, type PushedImage } from './push-image.ts'
import type { Registry } from './registry.ts'
import { entriesOf, writeTar, type TarEntry } from './tar.ts'

/** Root file systems of glibc and what programs expect beside it, without any shell: like gcr.io/distroless/cc-debian12. */

const packages = ['base-files', 'ca-certificates', 'libc6', 'libgcc-s1', 'libstdc++6', 'netbase', 'tzdata']

const passwd = `root:x:0:0:root:/root:/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin
nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin
`
const group = 'root:x:0:\nnobody:x:65534:\ntty:x:5:\nstaff:x:50:\nnonroot:x:65532:\n'

export interface DistrolessForm {
  /** As its config says it; default: `0`, as in the image without `:nonroot`. */
  readonly user?: string
  /** As Ubuntu's chiselled ones can be: neither users nor a /tmp. */
  readonly isBare?: boolean
}

export async function pushDistroless(
  registry: Pick<Registry, 'host' | 'backHost'>,
  nameAndTag: string,
  { user = '0', isBare = false }: DistrolessForm = {},
): Promise<PushedImage> {
  const config = {
    User: user,
    Env: [
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt',
    ],
    WorkingDir: user === '0' ? '/' : '/home/nonroot',
  }
  return pushImage(registry, nameAndTag, { layers: [await distroless(isBare)], config }, {})
}

/** @returns the path of a tar */
async function distroless(isBare: boolean): Promise<string> {
  const debs = await extractDebs(packages)
  const ingredients = [
    debs,
    String(isBare),
    ...(await sourcesOf(import.meta.filename, join(import.meta.dirname, 'tar.ts'))),
  ]
  const folder = await cachedFolder('distroless', ingredients, async (unfinished) => {
    await writeTar(join(unfinished, 'rootfs.tar'), await entries(debs, isBare))
  })
  return join(folder, 'rootfs.tar')
}

async function entries(debs: string, isBare: boolean): Promise<TarEntry[]> {
  // Its /usr is not merged, and no package's programs are taken.
  const left = /^(?:usr\/share\/(?:doc|lintian|man|base-files)|(?:usr\/)?s?bin|etc\/(?:profile|skel))/
  const found = await entriesOf(debs, (path) => (left.test(path) ? undefined : path))
  const certificates = join(debs, 'usr/share/ca-certificates/mozilla')
  const bundle = (await readdir(certificates)).sort().map((name) => readFile(join(certificates, name)))
  const all = new Map(found.map((entry) => [entry.path, entry]))
  const made: TarEntry[] = [
    { path: 'etc/passwd', content: passwd },
    { path: 'etc/group', content: group },
    { path: 'etc/ssl/certs/ca-certificates.crt', content: Buffer.concat(await Promise.all(bundle)) },
    { path: 'home/nonroot', mode: 0o700, owner: 65532 },
    { path: 'root', mode: 0o700 },
    { path: 'tmp', mode: 0o1777 },
  ]
  for (const entry of made) all.set(entry.path, entry)
  if (isBare) for (const path of ['etc/passwd', 'etc/group', 'home/nonroot', 'tmp']) all.delete(path)
  return [...all.values()]
}
