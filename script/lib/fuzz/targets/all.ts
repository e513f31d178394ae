import type { FuzzTarget } from '../target.ts'
import { baseLayer, bzip2, condaZip, gzipLayer, tar, wheelZip, zstd } from './archives.ts'
import { entryPoints, infoFiles, pathsJson, record } from './metadata.ts'
import { marker, pylock } from './pylock.ts'
import { annotations, challenge, configs, manifests, reference, retryAfter, said, users } from './registry.ts'
import { againstBash, shell } from './shell.ts'
import { environment, frozen, lock, requirement } from './texts.ts'

/** Every reader of what comes from elsewhere. */
export const targets: readonly FuzzTarget[] = [
  lock,
  frozen,
  pylock,
  marker,
  environment,
  requirement,
  tar,
  wheelZip,
  condaZip,
  bzip2,
  zstd,
  baseLayer,
  gzipLayer,
  pathsJson,
  infoFiles,
  record,
  entryPoints,
  reference,
  challenge,
  retryAfter,
  manifests,
  configs,
  annotations,
  users,
  said,
  shell,
  againstBash,
] as readonly FuzzTarget[] // each is given inputs of its own kind only
