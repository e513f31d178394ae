import { messageOf, UserError } from '../common/errors.ts'
import { mapConcurrently } from '../common/concurrency.ts'
import { FileTree, impliedDirectory, resolvePath, type BaseFile } from './file-tree.ts'
import { readLayerFiles, type Room } from './layer-files.ts'
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

  /**
   * The text of one of the files whose content was wanted; undefined when there is no file.
   * @throws UserError for a file that was not read, since it is too large, or a link leads to where nobody looked
   */
  text(path: string): string | undefined {
    const file = this.get(path)
    if (file?.type !== 'file' || file.content) return file?.content?.toString()
    throw new UserError(
      `its /${path} cannot be read: it is too large, or a link to where no such file belongs`,
      {
        at: { input: 'base-image' },
        advice: 'Use another base.',
      },
    )
  }

  /**
   * Where something that is put at a path has to go, so that it is found there: links among its parent directories are
   * followed. A layer that gave `bin/x` to an image whose `bin` is a link to `usr/bin` would replace the link.
   */
  place(path: string): string {
    return resolvePath(this.#files, path, { followLast: false })
  }
}

/** How much of an image there may be in memory: paths, of which the largest have some hundred thousand, and bytes of what is wanted. */
const mostOfAnImage = { paths: 2_000_000, bytes: 128 * 1024 * 1024 }

/** How many layers are read at a time: decompression is done beside the loop that reads the tar. */
const layersAtOnce = 3

/**
 * Reads the layers of an image as streams: memory is bounded by the number of its paths, whatever the files weigh.
 * @param layers the lowest first
 * @param wanted the paths whose content is to be kept
 * @param most how much there may be of it
 * @throws UserError when a layer cannot be read, or there is more
 */
export async function readBaseFiles(
  layers: readonly ImageLayer[],
  wanted: (path: string) => boolean,
  most: Readonly<Room> = mostOfAnImage,
): Promise<BaseFiles> {
  const room = { ...most }
  const contents = await mapConcurrently(layers, layersAtOnce, async (layer) => {
    try {
      return await readLayerFiles(layer, wanted, room)
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
