import { adviceForProxy, adviceForTls } from '../common/connection-failure.ts'
import { UserError } from '../common/errors.ts'
import { isAtLeast, type LogEntry } from './log.ts'

/** micromamba could not solve: why, in its own words where it has some. */
export class SolveError extends UserError {
  readonly kind: SolveFailure

  constructor(kind: SolveFailure, ...rest: ConstructorParameters<typeof UserError>) {
    super(...rest)
    this.name = 'SolveError'
    this.kind = kind
  }
}

/**
 * - `unsolvable`: no set of packages does what is asked
 * - `channel`: a channel does not exist or cannot be reached
 * - `environment`: micromamba cannot read what is asked
 * - `other`: anything else that it says
 */
export type SolveFailure = 'unsolvable' | 'channel' | 'environment' | 'other'

/**
 * What a run that failed for another reason than its environment's tells of.
 * @param log with every secret masked
 * @param file the environment file, for the error
 * @param channels as the error is to name them
 */
export function explainFailure(
  log: readonly LogEntry[],
  exitCode: number,
  file: string,
  channels: readonly string[] = [],
): SolveError {
  const said = errorsOf(log)
  const [problem] = said.flatMap((line, index) => channelProblem(line, said[index + 1]))
  if (problem) {
    return new SolveError('channel', `a channel cannot be used: ${problem.what}`, {
      at: { url: problem.url },
      advice: adviceFor(problem),
    })
  }
  const unread = passingFailure(log)
  if (unread !== undefined) {
    // micromamba does not say which.
    const which = channels.length === 1 ? `of ${channels.join('')}` : `of one of ${channels.join(', ')}`
    return new SolveError('channel', `the index ${which} could not be loaded, at several tries: ${unread}`, {
      at: { file },
      advice:
        "What comes in its place is no index, or not all of it: look at what the channel's noarch/repodata.json gives on this machine, where a proxy or a captive portal may answer.",
    })
  }
  const yaml = said.findIndex((line) => /^YAML error/.test(line))
  if (yaml >= 0) {
    const lines = said.slice(yaml, yaml + 2).join('\n')
    return new SolveError('environment', `micromamba cannot read it:\n${lines}`, { at: { file } })
  }
  const text = said.join('\n') || 'it said nothing'
  return new SolveError('other', `micromamba failed with exit code ${exitCode}:\n${text}`, { at: { file } })
}

/**
 * What stays as it is, however often it is tried: a client's error, a certificate, a server without TLS, a proxy's refusal, a host that is
 * not there (curl's 6 and 7, which micromamba has tried again by itself).
 */
const lasting =
  /status: 4(?!08|29)\d\d \[|Download error \([67]\)|certificate|wrong version number|CONNECT tunnel failed, response 4/

/**
 * The line that tells that an index could not be loaded this time: a connection was reset, a server was not up to it, or what came is
 * no index, or not all of it. Undefined when another try would come to the same.
 */
export function passingFailure(log: readonly LogEntry[]): string | undefined {
  const said = errorsOf(log).map((line) => line.trim())
  if (
    !said.some((line) => /not loaded!?$|Could not load repodata/i.test(line)) ||
    said.some((line) => lasting.test(line))
  ) {
    return undefined
  }
  return said.find((line) => /status: \d|Download error|Could not load/.test(line)) ?? said[0]
}

/** The explanation of an unsolvable environment; empty when there is none, as up to 2.8 with `--json`. */
export function unsolvableExplanation(log: readonly LogEntry[]): string {
  return errorsOf(log)
    .filter((line) => line !== 'Could not solve for environment specs')
    .join('\n')
    .trim()
}

const boilerplate =
  /^\s*(If you run into this error repeatedly|Please try running|If you still are having|https:\/\/github\.com\/mamba-org\/mamba\/issues)/

/** The lines of errors, requests to report a bug left out. */
function errorsOf(log: readonly LogEntry[]): string[] {
  const lines = log
    .filter(isAtLeast('error'))
    .flatMap((entry) => entry.lines)
    .filter((line) => !boilerplate.test(line))
  return lines.filter((line, index) => line.trim() !== '' || lines[index - 1]?.trim() !== '')
}

interface ChannelProblem {
  readonly url: string
  readonly what: string
  readonly status?: number
}

/**
 * libmamba's words for a download that failed, with the address in brackets (download/downloader.cpp).
 * @param next the line below, which may say more in curl's words
 */
function channelProblem(line: string, next = ''): ChannelProblem[] {
  const answered = /status: (\d{3}) \[(\S+)\]/.exec(line)
  if (answered) {
    const [, status, url = ''] = answered
    return [{ url, what: `its server answered ${status ?? ''}`, status: Number(status) }]
  }
  const failed = /Download error \(\d+\) (.+) \[(\S+)\]/.exec(line)
  if (!failed) return []
  const [, what = '', url = ''] = failed
  const more = /^\s*$|^(Subdir|Download error|Transfer finalized|Multiple errors)/.test(next)
    ? ''
    : `: ${next.trim()}`
  return [{ url, what: what.replace(/^\p{Lu}(?=\p{Ll})/u, (letter) => letter.toLowerCase()) + more }]
}

function adviceFor({ status, what, url }: ChannelProblem): string {
  const aboutConnection =
    adviceForTls(what) ??
    (URL.canParse(url) ? adviceForProxy(what, new URL(url), 'the host of the channel') : undefined)
  if (aboutConnection !== undefined) return aboutConnection
  if (status === 404) {
    return 'Check the name of the channel, and whether it is private: channels do not tell strangers that they exist.'
  }
  if (status === 401 || status === 403) {
    return 'It wants credentials: give them by the inputs auth-host and auth-token, or write them as $VARIABLES into the address of the channel.'
  }
  return 'Check the address of the channel and the network, and try again.'
}
