/** Bytes of a first line, `#!` included and the newline not, that Linux is sure to read whole. */
const longestShebang = 127

const shebang = /^#! *(\/(?:\\ |[^ \n\r\t])*)(.*)$/

/**
 * Replaces a first line that is too long a shebang by one through `env`, arguments kept (libmamba 2.8, link.cpp:
 * `replace_long_shebang`). Whatever else the file is stays as it is.
 */
export function shortenShebang(content: Buffer): Buffer {
  if (content[0] !== 0x23 || content[1] !== 0x21) return content
  const newline = content.indexOf(0x0a)
  const end = newline < 0 ? content.length : newline
  if (end <= longestShebang) return content
  // One character a byte: paths and arguments are whatever bytes they are.
  const match = shebang.exec(content.toString('latin1', 0, end))
  if (!match) return content
  const [, path = '', rest = ''] = match
  const line = `#!/usr/bin/env ${path.slice(path.lastIndexOf('/') + 1)}${rest}`
  return Buffer.concat([Buffer.from(line, 'latin1'), content.subarray(end)])
}

/**
 * The first line, or lines, of a script that python runs. A path that a shebang cannot hold is given to `exec` by a
 * shell, in lines that python takes for a string (libmamba 2.8, link.cpp: `python_shebang`).
 * @param python the absolute path of the executable
 */
export function pythonShebang(python: string): string {
  const fits = Buffer.byteLength(python) <= longestShebang - 2 && !python.includes(' ')
  return fits ? `#!${python}` : `#!/bin/sh\n'''exec' "${python}" "$0" "$@" #'''`
}
