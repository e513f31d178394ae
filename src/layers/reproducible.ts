import { constants } from 'node:zlib'

/**
 * Every rule that makes a layer's bytes a function of its packages, and of nothing else: not of the clock, the
 * machine, its user, locale or number of cores, the order in which packages arrive, or the stream's chunks.
 *
 * 1. Packages stand in the order of the lock, the files of each in the order of its archive, bytecode behind its source,
 *    what else linking makes (entry points, the conda-meta record) behind them. An entry's parent directories stand before it, once.
 * 2. A path stands once: inside a layer, the package that is later in the lock has it.
 * 3. A file's time is the one that its package's archive has for it, since bytecode is valid only for a source of the
 *    time that it was compiled from. A file of `copy` has SOURCE_DATE_EPOCH, or else `contentTime`. Everything else (directories,
 *    links, what we make) has `fixedTime`.
 * 4. Owners are numbers, never names. Modes are those of the archive, `directoryMode` for directories, those of `openMode` for
 *    what everybody may write, through `groupAsOwner` if the prefix is its group's too. A hard link has those of its file.
 * 5. No extended attributes, no devices, PAX records only for what ustar has no room for; names that mean a removal only
 *    where one is meant.
 * 6. The tar is compressed in chunks of `chunkSize`, however it came in, and ended by itself, by one compressor with the
 *    settings below, whose version belongs to the layer key.
 *
 * What changes any byte that these rules or the linking of packages lead to must change `packerFormat`, which belongs to
 * every layer key; for bytecode, a function of source, path and python's version, that is `bytecodeFormat`.
 */
export const packerFormat = 4

/**
 * 1980-01-02T00:00:00Z, in seconds. zip holds local times from 1980-01-01T00:00:00 on, and tools that make one refuse earlier ones: a
 * day later it is 1980 in every time zone.
 */
export const fixedTime = 315_619_200

/** 2020-01-01T00:00:00Z, in seconds. */
const lastContentTime = 1_577_836_800

/**
 * A time made of a file's content, in seconds: between `fixedTime` and 2020, so never in the future. Web servers, caches of bytecode
 * and rsync take a file for unchanged whose time and size are; with one time for all they would keep on giving what was there
 * before. Another content has another time but for one chance in a billion, and the same content has the same one in each image. The
 * time of the commit would be another in every commit, and with it the layer.
 * @param sha256 the content's
 */
export function contentTime(sha256: Buffer): number {
  return fixedTime + (sha256.readUIntBE(0, 6) % (lastContentTime - fixedTime))
}

export const directoryMode = 0o755

/**
 * Upstream's root prefix can be written by everybody, so that `--user` with any number can install: what every install
 * writes in has this mode, in each layer that names it.
 */
export const rootPrefixMode = 0o777
export const rootPrefixFileMode = 0o666

/** What that is, relative to the root prefix: itself, the records, the environments, and the environment's own files. */
const openDirectories: readonly string[] = ['', 'conda-meta', 'envs']
const openFiles: readonly string[] = ['conda-meta/history', 'conda-meta/state']

/**
 * The mode of a file or directory that everybody may write.
 * @param path relative to the root prefix
 * @returns undefined for all others
 */
export function openMode(type: 'file' | 'directory', path: string): number | undefined {
  if (type === 'directory') return openDirectories.includes(path) ? rootPrefixMode : undefined
  return openFiles.includes(path) ? rootPrefixFileMode : undefined
}

/** A mode in which the group may do what the owner may. */
export function groupAsOwner(mode: number): number {
  return (mode & ~0o070) | ((mode & 0o700) >> 3)
}

/** Bytes. */
export const chunkSize = 1024 * 1024

/**
 * A window of 4 MiB, twice the level's own, finds more of what the packages of a layer have in common: the reference
 * workload's layers are 1 % smaller, and compressing takes a tenth less time.
 */
export const zstdSettings = {
  [constants.ZSTD_c_compressionLevel]: 3,
  [constants.ZSTD_c_windowLog]: 22,
  [constants.ZSTD_c_checksumFlag]: 1,
} as const

export const gzipLevel = 6
