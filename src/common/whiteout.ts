/**
 * Names by which a layer says that something of the layers below it is gone (OCI image-spec, layer.md, "Whiteouts"): `.wh.x` that x
 * is, `.wh..wh..opq` that all of its directory is.
 */
const mark = '.wh.'

/** Whether a path, with `/`, has a part that no file of a layer can be called. */
export function isReserved(path: string): boolean {
  return path.includes(mark) && path.split('/').some((name) => name.startsWith(mark))
}

/** The path of the entry that says that `path` is gone. */
export function whiteoutPath(path: string): string {
  const slash = path.lastIndexOf('/') + 1
  return `${path.slice(0, slash)}${mark}${path.slice(slash)}`
}

/** The path of the entry that says that of what was in the directory `path` nothing is left. */
export function opaquePath(path: string): string {
  return `${path}/${mark}${mark}.opq`
}
