import { createHash, getHashes, type Hash } from 'node:crypto'
import { safePath } from '../archive-path.ts'
import { parseCsv } from './csv.ts'
import { refusal } from './refusal.ts'

/** A row of a RECORD as it is written: a path, mostly with a hash and a size. Others may have more fields, or fewer. */
export type RecordRow = readonly [path: string, ...rest: string[]]

/**
 * Reads the RECORD of a wheel (PEP 376).
 * @param wheel for errors
 * @throws UserError for a row without a path, or with one that leaves the prefix
 */
export function parseRecord(text: string, wheel: string): RecordRow[] {
  return parseCsv(text).map(([path, ...rest]) => {
    if (path === undefined) throw refusal(wheel, 'its RECORD has an empty line')
    safePath(path, wheel, 'its RECORD')
    return [path, ...rest]
  })
}

/** What a RECORD says that a file must hash to. */
export interface RecordedHash {
  readonly algorithm: string
  /** base64url without padding. */
  readonly value: string
}

const known = new Set(getHashes())

/**
 * Holds the files of a wheel against its RECORD: each has a row but RECORD itself and its signatures, with its size. A row for which there is
 * no file is let pass, as pip lets it.
 * @param recordName the RECORD's own
 * @returns the hashes that the rows have, by the file's name
 * @throws UserError when they do not fit
 */
export function checkRecord(
  rows: readonly RecordRow[],
  files: readonly { readonly name: string; readonly size: number }[],
  recordName: string,
  wheel: string,
): Map<string, RecordedHash> {
  const exempt = ['', '.jws', '.p7s'].map((suffix) => recordName + suffix)
  const sizes = new Map(files.map(({ name, size }) => [name, size]))
  for (const name of exempt) sizes.delete(name)
  const unlisted = new Set(sizes.keys())
  const hashes = new Map<string, RecordedHash>()
  for (const [name, hash = '', recorded = ''] of rows) {
    const size = sizes.get(name)
    if (size === undefined) continue
    unlisted.delete(name)
    if (recorded !== '' && recorded !== String(size)) {
      throw refusal(wheel, `its RECORD says that '${name}' has ${recorded} bytes, and it has ${size}`)
    }
    if (hash !== '') hashes.set(name, parseHash(hash, name, wheel))
  }
  const [missing] = unlisted
  if (missing !== undefined) throw refusal(wheel, `its RECORD does not list '${missing}'`)
  return hashes
}

function parseHash(text: string, name: string, wheel: string): RecordedHash {
  const [algorithm = '', value = ''] = text.split(/=(.*)/s)
  if (!known.has(algorithm)) throw refusal(wheel, `its RECORD has the hash '${text}' of '${name}'`)
  return { algorithm, value: value.replace(/=+$/, '') }
}

/**
 * Gives content on while it is held against its hash.
 * @throws UserError at its end, when it is not what the RECORD says
 */
export async function* verified(
  content: AsyncIterable<Uint8Array>,
  recorded: RecordedHash | undefined,
  name: string,
  wheel: string,
): AsyncGenerator<Uint8Array> {
  const hash: Hash | undefined = recorded && createHash(recorded.algorithm)
  for await (const chunk of content) {
    hash?.update(chunk)
    yield chunk
  }
  if (hash && hash.digest('base64url') !== recorded?.value) {
    throw refusal(wheel, `the hash of '${name}' is not what its RECORD says`)
  }
}
