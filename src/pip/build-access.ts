import { statSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isConfidential, opens, present, type Grant } from '../channels/grant.ts'
import { UserError } from '../common/errors.ts'
import { readOptions, type Options } from '../environment/pip/options.ts'
import { RequirementProblem } from '../environment/pip/problem.ts'
import { decoded, type PipLine } from '../environment/read.ts'
import { headerGrants } from './grants.ts'
import { loginFor, type Login, type Netrc } from './netrc.ts'
import type { PipIndexes } from './settings.ts'

/** What a build has to reach the indexes with. */
export interface BuildAccess {
  readonly variables: Readonly<Record<string, string>>
  /** Files, by their names, for the command alone. */
  readonly secrets: Readonly<Record<string, string>>
  /** The path of the secret that says what opens hosts by a header, for `buildProgram`. */
  readonly grantsFile?: string
  /** Folders of this machine whose archives are to lie at these paths, which are absolute. */
  readonly folders: readonly { readonly folder: string; readonly path: string }[]
}

/** What says where packages come from, and how they are fetched, by variables of pip's; of `settings` all but what is about this machine. */
const taken = [
  ...([
    'INDEX_URL',
    'EXTRA_INDEX_URL',
    'FIND_LINKS',
    'NO_INDEX',
    'TRUSTED_HOST',
    'PROXY',
    'TIMEOUT',
  ] as const),
  ...(['RETRIES', 'RESUME_RETRIES', 'USE_FEATURE', 'USE_DEPRECATED'] as const),
]
type Taken = (typeof taken)[number]

/**
 * The same indexes that resolving asks. A login is in no variable, since pip hands addresses on in arguments: it is in a netrc of the
 * command, and what a netrc cannot say, such as a token, in a file of its own; for the hosts of the indexes and no others.
 * @param asked.lines of the list and its files, with variables filled in
 * @param asked.folder where pip runs when it resolves, absolute
 * @param asked.variables the user's, with what their configuration sets
 * @param asked.certificates the text of those to trust
 * @param asked.clientCertificate the text of the user's own
 * @param asked.secretsFolder where the command finds its secrets
 * @param asked.linksFolder where it finds what folders of this machine have; both absolute
 * @throws UserError for an index that is a folder of this machine
 */
export function buildAccess(asked: {
  readonly lines: readonly Pick<PipLine, 'text' | 'file'>[]
  readonly folder: string
  readonly indexes: PipIndexes
  readonly grants: readonly Grant[]
  readonly variables: Readonly<NodeJS.ProcessEnv>
  readonly netrc?: Netrc
  readonly certificates?: string
  readonly clientCertificate?: string
  readonly secretsFolder: string
  readonly linksFolder: string
}): BuildAccess {
  const { grants, netrc = new Map(), certificates, clientCertificate, secretsFolder } = asked
  const places = placesAsked(asked)
  const isOffline = /^(1|true|yes|on|y|t)$/i.test(places.NO_INDEX[0] ?? '')
  for (const index of isOffline ? [] : [...places.INDEX_URL, ...places.EXTRA_INDEX_URL]) refuseFolder(index)

  const machines = new Map<string, string>()
  const tokens = new Set<Grant>()
  const bare = (text: string): string => {
    if (!/^https?:/.test(text) || !URL.canParse(text)) return text
    const url = new URL(text)
    const grant = isConfidential(url) ? grants.find((one) => opens(one, url)) : undefined
    const login =
      loginOf(url) ?? (grant && loginIn(grant)) ?? (grant ? undefined : loginFor(netrc, url.hostname))
    if (login && !machines.has(url.hostname)) machines.set(url.hostname, formatLogin(login))
    if (grant && !login) tokens.add(grant)
    return Object.assign(url, { username: '', password: '' }).href
  }
  const folders: BuildAccess['folders'][number][] = []
  const links = places.FIND_LINKS.flatMap((link) => {
    const folder = folderOf(link, asked.folder)
    if (folder === undefined) return [bare(link)]
    if (!isFolder(folder)) return []
    const path = `${asked.linksFolder}/${folders.length}`
    folders.push({ folder, path })
    return [path]
  })
  const words = { ...places, FIND_LINKS: links }
  const set = taken.flatMap((name): [string, string][] => {
    const value = words[name].map(name.endsWith('_URL') ? bare : (text) => text).join(' ')
    return value === '' ? [] : [[`PIP_${name}`, value]]
  })
  const files = {
    netrc: [...machines].map(([host, login]) => `machine ${host} ${login}\n`).join(''),
    'index-grants.json': tokens.size > 0 ? JSON.stringify(headerGrants([...tokens])) : '',
    'certificates.pem': certificates ?? '',
    'client.pem': clientCertificate ?? '',
  }
  const has = (name: keyof typeof files) => files[name] !== ''
  return {
    variables: {
      ...Object.fromEntries(set),
      PIP_CONFIG_FILE: '/dev/null',
      ...(has('netrc') && { NETRC: `${secretsFolder}/netrc` }),
      ...(has('certificates.pem') && { PIP_CERT: `${secretsFolder}/certificates.pem` }),
      ...(has('client.pem') && { PIP_CLIENT_CERT: `${secretsFolder}/client.pem` }),
    },
    secrets: Object.fromEntries(Object.entries(files).filter(([, text]) => text !== '')),
    ...(has('index-grants.json') && { grantsFile: `${secretsFolder}/index-grants.json` }),
    folders,
  }
}

/** Lines go over inputs, and these over variables; an index that a line names takes the place of all before it (req_file.py). */
function placesAsked({
  lines,
  indexes,
  variables,
}: Parameters<typeof buildAccess>[0]): Record<Taken, string[]> {
  const words = (name: Taken) => (variables[`PIP_${name}`] ?? '').split(/\s+/).filter((word) => word !== '')
  const places = Object.fromEntries(taken.map((name) => [name, words(name)])) as Record<Taken, string[]> // of all names
  if (indexes.index !== undefined) places.INDEX_URL = [indexes.index]
  if (indexes.extra?.length) places.EXTRA_INDEX_URL = [...indexes.extra]
  for (const { text, file } of lines) {
    const options = optionsOf(text)
    const of = (name: string) => options.get(name) ?? []
    const index = of('--index-url').at(-1)
    if (index !== undefined) Object.assign(places, { INDEX_URL: [index], EXTRA_INDEX_URL: [] })
    places.EXTRA_INDEX_URL.push(...of('--extra-index-url'))
    places.FIND_LINKS.push(
      ...of('--find-links')
        .slice(0, 1)
        .map((link) => beside(link, file)),
    )
    places.TRUSTED_HOST.push(...of('--trusted-host'))
    if (options.has('--no-index')) places.NO_INDEX = ['1']
  }
  return places
}

function optionsOf(text: string): Options {
  try {
    return text.startsWith('-') ? readOptions(text) : new Map()
  } catch (error) {
    if (error instanceof RequirementProblem) return new Map()
    throw error
  }
}

/** What lies beside the file that names it goes before what lies where pip runs, which is beside the environment file. */
function beside(link: string, file: string): string {
  if (!isAbsolute(file)) return link
  const path = resolve(file, '..', link)
  return statSync(path, { throwIfNoEntry: false }) ? path : link
}

/** Where it leads to on this machine, if it does. */
function folderOf(place: string, folder: string): string | undefined {
  if (/^file:\/\//i.test(place)) return fileURLToPath(place.replace(/[?#].*$/s, ''))
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(place) ? undefined : resolve(folder, place.replace(/^file:/i, ''))
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function refuseFolder(index: string): void {
  if (/^https?:\/\//i.test(index)) return
  throw new UserError(`the index '${index}' is on this machine, where what builds a wheel does not see it`, {
    advice:
      "Serve it over http, 'python -m http.server', or name a folder of archives by '--find-links', which builds see.",
  })
}

function loginOf({ username, password }: URL): Login | undefined {
  return username === '' ? undefined : { user: decoded(username), password: decoded(password) }
}

function loginIn(grant: Grant): Login | undefined {
  const header = present(grant, new URL('https://index.invalid')).headers['authorization']
  const [, encoded] = /^Basic (.*)$/.exec(header ?? '') ?? []
  if (encoded === undefined) return undefined
  const [user = '', ...password] = Buffer.from(encoded, 'base64').toString().split(':')
  return { user, password: password.join(':') }
}

function formatLogin({ user, password }: Login): string {
  const quoted = (text: string) =>
    /^[^\s"'\\#]+$/.test(text) ? text : `"${text.replace(/["\\]/g, String.raw`\$&`)}"`
  return `login ${quoted(user)} password ${quoted(password)}`
}
