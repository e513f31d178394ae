import { messageOf, UserError } from '../common/errors.ts'
import { mapConcurrently } from '../common/concurrency.ts'
import { FileTree, impliedDirectory, resolvePath, type BaseFile } from './file-tree.ts'
import { readLayerFiles } from './layer-files.ts'
import type { ImageLayer } from '../oci/image.ts'

export type { BaseFile } from './file-tree.ts'

/** The files of an image without their content. Paths are relative to its root, `etc/passwd`; the root is ''. */
export class BaseFiles {
  readonly #files: ReadonlyMap<string, BaseFile>

  constructor(files: ReadonlyMap<string, BaseFile>) {
    this.#files = files
  }

  /** What is at a path, links on the way and at its end followed. */
  get(path: string): BaseFile | undefined {
    return this.#files.get(resolvePath(this.#files, path, { followLast: true }))
  }

  /** Whether a path of some kind is there, links not followed. */
  some(test: (path: string) => boolean): boolean {
    return this.#files.keys().some(test)
  }

  /** What is below a directory, by its path relative to it, in the order of the paths: a directory before what it holds. */
  below(directory: string): [string, BaseFile][] {
    const start = `${resolvePath(this.#files, directory, { followLast: true })}/`
    return [...this.#files]
      .filter(([path]) => path.startsWith(start))
      .map(([path, file]): [string, BaseFile] => [path.slice(start.length), file])
      .sort(([a], [b]) => (a < b ? -1 : 1))
  }

  /** The text of one of the files whose content was wanted. */
  text(path: string): string | undefined {
    return this.get(path)?.content?.toString()
  }

  /**
   * Where something that is put at a path has to go, so that it is found there: links among its parent directories are
   * followed. A layer that gave `bin/x` to an image whose `bin` is a link to `usr/bin` would replace the link.
   */
  place(path: string): string {
    return resolvePath(this.#files, path, { followLast: false })
  }
}

/** How many layers are read at a time: decompression is done beside the loop that reads the tar. */
const layersAtOnce = 3

/**
 * Reads the layers of an image as streams: memory is bounded by the number of its paths, whatever the files weigh.
 * @param layers the lowest first
 * @param wanted the paths whose content is to be kept
 * @throws UserError when a layer cannot be read
 */
export async function readBaseFiles(
  layers: readonly ImageLayer[],
  wanted: (path: string) => boolean,
): Promise<BaseFiles> {
  const contents = await mapConcurrently(layers, layersAtOnce, async (layer) => {
    try {
      return await readLayerFiles(layer, wanted)
    } catch (error) {
      if (error instanceof UserError) throw error
      throw new UserError(
        `the base image's layer ${layer.descriptor.digest} cannot be read: ${messageOf(error)}`,
        { at: { input: 'base-image' }, cause: error },
      )
    }
  })
  const tree = new FileTree<BaseFile>(impliedDirectory)
  for (const files of contents) tree.apply(files)
  return new BaseFiles(tree.files)
}
