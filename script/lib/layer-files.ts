import { createHash } from 'node:crypto'
import { isFile, ownerOf, readLayerTar, type LayerBlob, type TarEntry } from '../../src/base/layer-tar.ts'

/** A file that is not the same in two layers. */
export interface FileDifference {
  /** Relative to the image's root. */
  readonly path: string
  /** What of it differs, such as `content, mode`, or in which of the two it is. */
  readonly how: string
}

/** What a layer says of a path. */
type FileFacts = Readonly<Record<'type' | 'mode' | 'owner' | 'target' | 'time' | 'content', string>>

/**
 * Reads two layers, and compares them file by file.
 * @throws Error when one of them is no layer
 */
export async function compareLayers(image: LayerBlob, rebuilt: LayerBlob): Promise<FileDifference[]> {
  const [actual, wanted] = [await readFacts(image), await readFacts(rebuilt)]
  return [...new Set([...actual.keys(), ...wanted.keys()])].sort().flatMap((path): FileDifference[] => {
    const [is, should] = [actual.get(path), wanted.get(path)]
    if (!is) return [{ path, how: 'only when made again' }]
    if (!should) return [{ path, how: 'only in the image' }]
    const differing = (Object.keys(should) as (keyof FileFacts)[]).filter((fact) => is[fact] !== should[fact]) // it has no others
    return differing.length > 0 ? [{ path, how: differing.join(', ') }] : []
  })
}

async function readFacts(blob: LayerBlob): Promise<Map<string, FileFacts>> {
  const facts = new Map<string, FileFacts>()
  for await (const entry of readLayerTar(blob)) facts.set(entry.path, await factsOf(entry))
  return facts
}

async function factsOf({ header, content }: TarEntry): Promise<FileFacts> {
  const hash = createHash('sha256')
  if (isFile(header)) for await (const chunk of content) hash.update(chunk)
  const { uid, gid } = ownerOf(header)
  return {
    type: header.type,
    mode: (header.mode & 0o7777).toString(8),
    owner: `${uid}:${gid}`,
    target: header.linkname,
    time: header.mtime.toISOString(),
    content: hash.digest('hex'),
  }
}
