import { parentsOf } from '../../../src/packages/archive-path.ts'
import type { LayerContents, SizedFile } from './layer-contents.ts'

/** What a container sees of an image's layers. */
export interface Visible {
  readonly files: ReadonlyMap<string, SizedFile>
  readonly records: ReadonlyMap<string, string>
  /** Bytes of files that upper layers replace or take away: pulled, and never seen. */
  readonly hidden: number
}

/** @param layers the lowest first */
export function stackLayers(layers: readonly LayerContents[]): Visible {
  const files = new Map<string, SizedFile>()
  const records = new Map<string, string>()
  let hidden = 0
  const hide = (path: string) => {
    hidden += files.get(path)?.size ?? 0
    files.delete(path)
    records.delete(path)
  }
  for (const layer of layers) {
    const gone = new Set(layer.removed)
    const emptied = new Set(layer.opaque)
    // A whiteout hides what lower layers have, never what its own layer brings (OCI image-spec, layer.md).
    if (gone.size + emptied.size > 0) {
      for (const path of [...files.keys()]) {
        const parents = parentsOf(path)
        const isGone = gone.has(path) || [...parents].some((one) => gone.has(one) || emptied.has(one))
        if (isGone) hide(path)
      }
    }
    for (const file of layer.files) {
      hide(file.path)
      files.set(file.path, file)
    }
    for (const [path, text] of layer.records) records.set(path, text)
  }
  return { files, records, hidden }
}
