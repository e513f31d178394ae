/** Linux's (limits.h): bytes of a name. */
const nameLimit = 255

/** Of Linux's 4,096 bytes (PATH_MAX) some are for the prefix, and for the folder that a container engine unpacks an image in. */
const pathLimit = 3840

/**
 * Why no image can have a file of this path: the end of a sentence.
 * @param path with `/` between names
 */
export function unusableName(path: string): string | undefined {
  if (path.includes('\0')) return 'holds a NUL'
  // What would be written as another character would be another path.
  if (!path.isWellFormed()) return 'is no text'
  // A code unit is three bytes at most.
  if (path.length * 3 <= nameLimit) return undefined
  const bytes = Buffer.byteLength(path)
  if (bytes > pathLimit) return `has ${bytes} bytes, and ${pathLimit} are the most`
  if (bytes <= nameLimit) return undefined
  const isLong = path.split('/').some((name) => Buffer.byteLength(name) > nameLimit)
  return isLong ? `has a name of more than ${nameLimit} bytes` : undefined
}
