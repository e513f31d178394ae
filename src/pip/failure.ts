import type { CommandOutcome } from '../common/command.ts'
import { adviceForProxy, adviceForTls, keepToHttps } from '../common/connection-failure.ts'
import { UserError } from '../common/errors.ts'
import { foreignLines, foreignText } from '../common/foreign.ts'
import { masked, type Environment } from '../environment/read.ts'
import { isNoise, type PipEvent } from './events.ts'
import { adviceForGit } from './git-login.ts'
import { lineNamedIn, placeIn } from './requirements-text.ts'
import type { PipTarget } from './tags.ts'

/** What a run of pip was about, as far as its failure is to say it. */
export interface Asked {
  readonly environment: Pick<Environment, 'file' | 'pip'>
  /** What pip takes the environment file for. */
  readonly fileForPip: string
  readonly target: PipTarget
  readonly secrets: readonly string[]
  /** What is to stay as the lock before has it. */
  readonly constraints?: readonly string[]
}

/** What a run that came to nothing tells of: pip's own explanation, at the line that it is about. */
export function explainFailure(
  outcome: CommandOutcome,
  events: readonly PipEvent[],
  asked: Asked,
): UserError {
  const lost = lostPage(events, asked)
  if (lost) return lost
  const { environment, fileForPip, target, secrets } = asked
  const { file } = environment
  const { said, about } = explanationOf(events)
  if (said === '' || said.startsWith('Exception:')) return brokenOff(outcome, events, asked)
  const place = placeIn(about)
  const line = place === undefined ? lineNamedIn(said, environment.pip?.lines ?? []) : place.line
  const at = place && place.file !== fileForPip ? place : { file, ...(line !== undefined && { line }) }
  const text = said.replaceAll(`-r ${fileForPip} (line `, `${file} (line `).replaceAll(fileForPip, file)
  const what = isUnreadable(said)
    ? 'pip cannot read the list'
    : `pip cannot find what to install for ${describeTarget(target)}`
  return new UserError(`${what}:\n${foreignLines(masked(text, secrets))}`, {
    at,
    advice: adviceFor(said, events, asked),
  })
}

function isUnreadable(said: string): boolean {
  return /Invalid requirement|not a valid editable|Could not open /.test(said)
}

/**
 * Refuses an answer that was given without an index that could not be asked: pip goes on without it, and would go on otherwise next time. A
 * page that is not there, or not for us (some hosts say 403 of all that they do not have), is a project that the index does not have.
 * @throws UserError naming the page
 */
export function refuseLostPages(events: readonly PipEvent[], asked: Asked): void {
  const lost = lostPage(events, asked)
  if (lost) throw lost
}

type Unreachable = Extract<PipEvent, { readonly event: 'unreachable' }>

const isBusy = (status: number) => status === 408 || status === 429 || status >= 500

/** What pip has not had, after all that it has tried by itself. */
function lostIn(events: readonly PipEvent[]): Unreachable[] {
  return events.filter((event, index): event is Unreachable => {
    if (event.event !== 'unreachable') return false
    const { status, url } = event
    if (status !== null && status !== 401 && !isBusy(status)) return false
    return !events.slice(index).some((later) => later.event === 'reached' && later.url === url)
  })
}

/** What comes to the same another time, or has been tried again by pip. */
const lasting = /Max retries exceeded|certificate|refused a redirect|what is no address/i

/** Whether what failed may go well another time: not where pip has tried again by itself, as when no connection is made. */
export function mayPass(events: readonly PipEvent[]): boolean {
  const lost = lostIn(events)
  return lost.length > 0 && lost.every(({ status, reason }) => status !== 401 && !lasting.test(reason))
}

function lostPage(events: readonly PipEvent[], { secrets }: Asked): UserError | undefined {
  const [lost] = lostIn(events)
  if (!lost) return undefined
  const reason = foreignText(masked(lost.reason, secrets))
  const isFile = /\.(whl|metadata|gz|zip)([?#]|$)/.test(lost.url)
  return new UserError(`pip cannot read this ${isFile ? 'file' : 'page'} of an index: ${reason}`, {
    at: { url: foreignText(masked(lost.url, secrets)) },
    advice:
      lost.status === 401
        ? 'It wants a login: give it by the inputs auth-host, auth-username and auth-password, in ~/.netrc, or as ${VARIABLES} in the address.'
        : (adviceForConnection(lost) ?? 'Check the address of the index and the network, and try again.'),
  })
}

function adviceForConnection({ reason, url }: Unreachable): string | undefined {
  if (reason.includes('refused a redirect from https')) return keepToHttps
  if (reason.includes('what is no address')) {
    return 'Tell whoever runs the index, or what answers in its place, or use another address of it.'
  }
  return (
    adviceForTls(reason) ??
    (URL.canParse(url) ? adviceForProxy(reason, new URL(url), 'the host of the index') : undefined)
  )
}

const fluff = /^(ResolutionImpossible: for help|To fix this you could|\d\. (loosen|remove) )/

/**
 * What pip says: its warnings and what comes from its first error on, without advice for its command line; of a program that failed, what
 * that said.
 * @returns with it, the text that may tell the place
 */
function explanationOf(events: readonly PipEvent[]): { said: string; about: string } {
  const log = events.filter((event) => event.event === 'log')
  const error = log.findIndex(({ level }) => level === 'ERROR' || level === 'CRITICAL')
  if (error < 0) return { said: '', about: '' }
  const before = log.slice(0, error)
  const command = before.findLastIndex(({ text }) => text.startsWith('Running command '))
  if (command >= 0 && /subprocess|^Failed to build/.test(log[error]?.text ?? '')) {
    const collecting = before.findLast(({ text }) => /^(Collecting|Obtaining) /.test(text))?.text ?? ''
    return { said: textOf(before.slice(command)), about: collecting }
  }
  const warnings = before.filter(({ level, text }) => level === 'WARNING' && !isNoise(text))
  const said = textOf([...warnings, ...log.slice(error)])
  return { said, about: said }
}

function textOf(log: readonly { readonly text: string }[]): string {
  const texts = new Set(log.map(({ text }) => text.trim()))
  const lines = [...texts].join('\n').split('\n')
  return lines
    .filter((line) => !fluff.test(line.trim()))
    .join('\n')
    .replace(/\n(\s*\n)+/g, '\n\n')
    .trim()
}

/** pip ended without a word of its own: it is none that the program knows its way in, or was ended, or met what it does not know. */
function brokenOff(
  { exitCode, stderr }: CommandOutcome,
  events: readonly PipEvent[],
  { environment, secrets }: Asked,
): UserError {
  const pip = events.find((event) => event.event === 'pip')
  const crash = events.findLast((event) => event.event === 'crash')
  const lines = stderr.trim().split('\n')
  const isPython = crash !== undefined || stderr.includes('Traceback')
  const last = isPython ? (crash?.reason ?? lines.at(-1)) : lines.slice(-20).join('\n')
  const url = crash?.url ?? undefined
  const other = "another version of it among the dependencies: 'pip <27' has been tried."
  const advice = isPython
    ? url === undefined
      ? `Ask for ${other}`
      : `Check what ${foreignText(masked(url, secrets))} answers, which it had asked last, or ask for ${other}`
    : 'Somebody killed it, or the machine had no memory left.'
  return new UserError(
    `pip ${pip?.version ?? ''} ended with ${exitCode ?? 'a signal'}:\n${foreignLines(masked(last || 'it said nothing', secrets))}`,
    { at: { file: environment.file }, advice },
  )
}

export function describeTarget({ version, subdir, glibc }: PipTarget): string {
  return `python ${version} on ${subdir} with glibc ${glibc}`
}

function adviceFor(
  said: string,
  events: readonly PipEvent[],
  { target, secrets, constraints = [] }: Asked,
): string | undefined {
  const held = heldIn(said, constraints)
  if (held.length > 0) {
    return `Only what 'update-only' names may change, and it does not name ${held.join(', ')}: add it there, or loosen what is asked.`
  }
  if (/HTTP error \d|\d (Client|Server) Error/.test(said)) {
    return `Check the address and the network, and whether it is private: the inputs auth-host, auth-username and auth-password open it.${lookedIn(events, secrets)}`
  }
  if (said.includes('DO NOT MATCH THE HASHES')) {
    return `What came is not what the list, or the index, says: it has been changed, or came damaged, and then another run may do.${lookedIn(events, secrets)}`
  }
  if (said.includes('conflicting dependencies')) {
    return 'Loosen or drop one of these requirements.'
  }
  const [, single] = /Invalid requirement: '([^'\s=]+=[^'\s=]+)'/.exec(said) ?? []
  if (single !== undefined) return `Write ${single.replace('=', '==')}; a single = is conda's.`
  if (/Invalid requirement|not a valid editable/.test(said)) {
    return 'Write it as in a requirements file: NAME==VERSION, NAME @ URL, -r FILE, a path that is there.'
  }
  if (/not installable|not appear to be a Python project/.test(said)) {
    return 'Give the folder that has a pyproject.toml or setup.py, in a repository by #subdirectory=.'
  }
  if (said.includes('would show the login of')) {
    return 'Only git over https takes it otherwise: put the project into such a repository, or into an index.'
  }
  if (said.includes('Could not open ')) {
    return 'Files are looked for from the folder of the environment file; those of another file from its own.'
  }
  if (said.includes('not a supported wheel')) {
    return `Give the wheel that is for ${describeTarget(target)}.`
  }
  if (said.includes('require a different python version')) {
    return 'Ask for a version that takes this python, or for another python among the dependencies.'
  }
  if (said.includes('(from versions: none)')) return adviceForNone(events, target, secrets)
  if (said.includes('No matching distribution')) {
    return `Ask for one of the versions that there are for ${describeTarget(target)}.`
  }
  if (/hash/i.test(said)) return 'Give all requirements their versions and hashes, or none.'
  if (said.includes("find command 'git'"))
    return 'Install git on the runner, or give the address of an archive.'
  const cloned = /git clone .*?(\w+:\/\/\S+)/.exec(said)?.[1]
  if (cloned !== undefined) return adviceForGit(said, cloned)
  return undefined
}

/** Where pip says that it looks, without logins. */
function lookedIn(events: readonly PipEvent[], secrets: readonly string[]): string {
  const line = events.find((event) => event.event === 'log' && event.text.startsWith('Looking in indexes: '))
  return line?.event === 'log'
    ? ` The indexes: ${foreignText(masked(line.text.replace('Looking in indexes: ', ''), secrets))}.`
    : ''
}

/** The projects that pip complains of at the version which they are to keep. */
function heldIn(said: string, constraints: readonly string[]): string[] {
  const named = constraints.filter((held) =>
    new RegExp(`(^|\\s)${escapeRegExp(held)}(?![\\w.+!-])`).test(said),
  )
  return named.map((held) => held.replace(/==.*$/, ''))
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}

/** No version at all: there is no such project, or it has nothing for the target. */
function adviceForNone(events: readonly PipEvent[], target: PipTarget, secrets: readonly string[]): string {
  const missing = events.some((event) => event.event === 'unreachable' && event.status === 404)
  const refused = events.some((event) => event.event === 'unreachable' && event.status === 403)
  if (refused) {
    return (
      'An index keeps it from us, or does not have it: check the name, and give its login by the inputs auth-host, auth-username and auth-password.' +
      lookedIn(events, secrets)
    )
  }
  if (missing) {
    return (
      "No index has a project of that name: check it, or name its index by '--extra-index-url' in the list or the input pip-extra-index-url." +
      lookedIn(events, secrets)
    )
  }
  return `It has nothing for ${describeTarget(target)}: ask for another version, another python, or take it from a channel.${lookedIn(events, secrets)}`
}
