import { basename, relative, resolve } from 'node:path'
import * as core from '@actions/core'
import type { LockingRequest } from '../action/locking-request.ts'
import { formatBaseName } from '../base/name.ts'
import { formatPlatform, type Platform } from '../common/platform.ts'
import { withoutCredentials, withoutPipCredentials, type Environment } from '../environment/read.ts'
import { placeOf, type StaleLock } from '../lock/resolve.ts'
import { listVirtualPackages } from '../micromamba/solve.ts'

/** GitHub shows ten errors of a step, and the one that the run ends with has them all. */
const annotations = 9

/** Each difference at its line of the environment file. */
export function annotate({ differences, file = '' }: StaleLock, environment: Environment): void {
  for (const difference of differences.slice(0, annotations)) {
    const { file: from, line } = placeOf(difference, environment)
    core.error(`${difference.text}: ${basename(file)} was solved before that. Run with lock-mode: update.`, {
      title: 'The lockfile is stale',
      ...(from !== undefined && { file: from }),
      ...(line !== undefined && { startLine: line }),
    })
  }
}

/**
 * What writes the same lock on any machine, quoted for bash, to be run where the workspace is. A condarc may hold secrets: it is left to
 * whoever knows it.
 */
export function updateCommand(request: LockingRequest, file: string, platform: Platform): string {
  const { workspace, lock, base, packages, channels, virtualPackages, condarc, pipIndexes } = request
  const inputs: Record<string, string> = {
    'environment-file': relative(workspace, resolve(workspace, file)),
    'lock-mode': 'update',
    platforms: formatPlatform(platform),
    'base-image': formatBaseName(base),
    'lock-file': lock.file ?? '',
    packages: packages.join('\n'),
    channels: channels.map(withoutCredentials).join('\n'),
    'virtual-packages': listVirtualPackages(virtualPackages).join('\n'),
    'pip-index-url': withoutPipCredentials(pipIndexes.index ?? ''),
    'pip-extra-index-url': (pipIndexes.extra ?? []).map(withoutPipCredentials).join('\n'),
    condarc: condarc === undefined ? '' : '…',
  }
  const words = Object.entries(inputs)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => shellWord(`${name}=${value}`))
  return ['path/to/micromamba-image-action/script/run-action', ...words].join(' ')
}

function shellWord(text: string): string {
  if (/^[\w./:@=…-]+$/.test(text)) return text
  return `$'${text.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'`
}
