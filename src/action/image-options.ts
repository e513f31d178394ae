import { UserError } from '../common/errors.ts'
import type { StartSettings } from '../image/config.ts'
import { checkLine, type EnvironmentLines } from '../image/environment.ts'
import { contextAnnotations } from '../image/labels.ts'
import { parseUserWish } from '../base/user-wish.ts'
import type { ImageOptions } from '../image/inputs.ts'
import { parseExclude } from '../prefix/exclude.ts'
import { parseRunLines } from '../image/run-lines.ts'
import { readEventFile, textIn } from './event.ts'
import type { Annotations } from './annotations.ts'
import { boolean, choice, command, keyValues, list, listOf, pairs, text, valueOf } from './inputs.ts'
import { readRootPrefix } from './locking-request.ts'

export function readImageOptions(
  annotations: Annotations['manifest'],
  environment: NodeJS.ProcessEnv,
): ImageOptions {
  return {
    environmentName: text('environment-name'),
    rootPrefix: readRootPrefix(),
    start: readStart(),
    ...readUser(),
    groupWritable: boolean('group-writable'),
    compression: choice('compression', ['zstd', 'gzip']),
    labels: withOrigin(keyValues('labels'), environment),
    annotations: withOrigin(annotations, environment),
    linkScripts: {
      mode: choice('link-scripts', ['run', 'skip', 'refuse']),
      skip: list('link-scripts-skip'),
      network: boolean('link-scripts-network'),
    },
    run: readRun(),
    compilePyc: boolean('compile-pyc'),
    ...readExclude(),
  }
}

function readExclude(): Pick<ImageOptions, 'exclude' | 'excludeCheck'> {
  const exclude = parseExclude(valueOf('exclude'), 'exclude')
  return { ...(exclude.length > 0 && { exclude }), ...(boolean('exclude-check') && { excludeCheck: true }) }
}

function readRun(): ImageOptions['run'] {
  const user = text('run-user')
  return {
    commands: parseRunLines(valueOf('run')),
    ...(user !== undefined && { user: parseUserWish(user, { input: 'run-user' }) }),
    squash: boolean('run-squash'),
    network: choice('run-network', ['default', 'none']) === 'default',
  }
}

/**
 * Labels or annotations with those that the run's context tells; what the user gave wins. The time of the commit is in the event that
 * started the workflow.
 */
function withOrigin(
  given: Readonly<Record<string, string>>,
  environment: NodeJS.ProcessEnv,
): Record<string, string> {
  const event = readEvent(environment['GITHUB_EVENT_PATH'])
  const commitTime = new Date(event.commitTime ?? '')
  return contextAnnotations(environment, {
    perCommit: boolean('commit-labels'),
    ...(!Number.isNaN(commitTime.getTime()) && { commitTime }),
    given,
  })
}

function readStart(): StartSettings {
  const [workdir, ...more] = listOf('workdir', /^\//, 'an absolute path')
  if (more.length > 0) throw new UserError('there can be one only', { at: { input: 'workdir' } })
  const stopSignal = text('stop-signal')
  if (stopSignal !== undefined && !/^(SIG[A-Z0-9+-]+|\d{1,2})$/.test(stopSignal)) {
    throw new UserError(`'${stopSignal}' is not a signal`, {
      at: { input: 'stop-signal' },
      advice: 'Write it as SIGTERM, or as a number.',
    })
  }
  return {
    activation: choice('activation', ['none', 'entrypoint', 'everywhere']),
    entrypoint: command('entrypoint'),
    cmd: command('cmd'),
    workdir,
    env: readEnv(),
    expose: listOf('expose', /^\d{1,5}(-\d{1,5})?(\/(tcp|udp|sctp))?$/, 'a port, such as 8080 or 53/udp'),
    volumes: listOf('volumes', /^\//, 'an absolute path'),
    stopSignal,
  }
}

function readEnv(): EnvironmentLines {
  const lines = pairs('env')
  lines.forEach(checkLine)
  return lines
}

/** One that is asked for by number only is named by number. */
function readUser(): Pick<ImageOptions, 'user' | 'userNumeric'> {
  const wish = text('user')
  const user = wish === undefined ? undefined : parseUserWish(wish, { input: 'user' })
  return { user, userNumeric: boolean('user-numeric') || (user !== undefined && user.name === undefined) }
}

/** The part of a workflow's event that is looked at; not every event has it. */
export function readEvent(path: string | undefined): {
  readonly commitTime?: string
  readonly defaultBranch?: string
} {
  const event = readEventFile(path)
  return {
    commitTime: textIn(event['head_commit'], 'timestamp'),
    defaultBranch: textIn(event['repository'], 'default_branch'),
  }
}
