import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { seconds } from './types.ts'

/**
 * No program that repacks packages can be much faster than decompressing, compressing and hashing their bytes, on all cores.
 * @param archives paths of .conda files
 * @returns seconds
 */
export function measureFloor(archives: readonly string[]): number {
  // The members of a .conda are stored zstd frames; what is not a frame is skipped over by unzip.
  const pipeline = `unzip -p "{}" "pkg-*" | zstd -dc | zstd -3 -qc | sha256sum >/dev/null`
  const start = performance.now()
  execFileSync('sh', [
    '-c',
    `printf '%s\\n' "$@" | xargs -P ${availableParallelism()} -I{} sh -c '${pipeline}'`,
    'floor',
    ...archives,
  ])
  return seconds(start)
}
