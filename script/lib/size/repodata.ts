const [quote, backslash, open, close, openList, closeList] = Buffer.from('"\\{}[]')

/**
 * Finds the records of some packages in a channel's repodata.json, which has up to half a gigabyte: in one pass, without taking the rest
 * apart. Records stand by file names in objects at the top, `packages` and `packages.conda`.
 * @returns file name and JSON text of each
 */
export async function* recordsIn(
  chunks: AsyncIterable<Uint8Array>,
  wanted: Pick<ReadonlyMap<string, unknown>, 'has'>,
): AsyncGenerator<readonly [fileName: string, text: string]> {
  let depth = 0
  let isInString = false
  let isEscaped = false
  /** The string that was begun last, at the depth of file names. */
  let key: number[] = []
  let record: { readonly name: string; readonly parts: Uint8Array[] } | undefined
  for await (const chunk of chunks) {
    let start = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0
      if (isInString) {
        if (isEscaped) isEscaped = false
        else if (byte === backslash) isEscaped = true
        else if (byte === quote) isInString = false
        if (isInString && depth === 2) key.push(byte)
      } else if (byte === quote) {
        isInString = true
        if (depth === 2) key = []
      } else if (byte === open || byte === openList) {
        if (depth++ !== 2) continue
        const name = Buffer.from(key).toString()
        if (wanted.has(name)) record = { name, parts: [] }
        start = at
      } else if (byte === close || byte === closeList) {
        if (--depth !== 2 || !record) continue
        yield [record.name, Buffer.concat([...record.parts, chunk.subarray(start, at + 1)]).toString()]
        record = undefined
      }
    }
    record?.parts.push(chunk.subarray(start))
  }
}
