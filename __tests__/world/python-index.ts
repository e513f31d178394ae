import { createHash } from 'node:crypto'
import { serveFiles, type FileAnswer, type FileRequest } from './file-server.ts'
import type { PythonFile } from './wheels/make.ts'

export interface PythonIndexOptions {
  /** Who may come in; default: everybody. */
  readonly login?: { readonly user: string; readonly password: string }
  /** The same by a token instead. */
  readonly token?: string
  /** Default: JSON (PEP 691) for clients that want it. */
  readonly pages?: 'html'
  /** How a page of a project names its files; default: from the server's root, so that they are where the page is. */
  readonly addresses?: 'whole'
  /** Whether a wheel's METADATA lies beside it (PEP 658, PEP 714). Default: for all projects. */
  readonly hasMetadata?: (project: string) => boolean
  /** What is said of a file's bytes. Default: sha256. */
  readonly hash?: (project: string) => 'sha256' | 'md5' | undefined
}

export interface IndexRequest {
  readonly path: string
  readonly authorization?: string
}

export interface PythonIndex {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string
  /** What is given as index-url. */
  readonly url: string
  /** The same with the login in it. */
  readonly urlWithLogin: string
  /** A page of links to all files, for `--find-links`. */
  readonly links: string
  /** In the order in which they came. */
  readonly requests: IndexRequest[]
  stop(): Promise<void>
}

const json = 'application/vnd.pypi.simple.v1+json'

/** An index of python projects (PEP 503, PEP 691) on this machine. */
export async function servePythonIndex(
  files: readonly PythonFile[],
  options: PythonIndexOptions = {},
): Promise<PythonIndex> {
  const { login, token, pages, addresses, hasMetadata = () => true, hash = () => 'sha256' } = options
  const requests: IndexRequest[] = []
  const projects = new Map<string, PythonFile[]>()
  for (const file of files) projects.set(file.project, [...(projects.get(file.project) ?? []), file])
  const described = (file: PythonFile, place = '') => {
    const { project, fileName, content, metadata, requiresPython, yanked } = file
    const algorithm = hash(project)
    return {
      filename: fileName,
      url: `${place}/files/${encodeURIComponent(fileName)}`,
      hashes: algorithm ? { [algorithm]: digest(algorithm, content) } : {},
      ...(requiresPython !== undefined && { 'requires-python': requiresPython }),
      ...(yanked !== undefined && { yanked: yanked || true }),
      ...(metadata !== undefined &&
        hasMetadata(project) && { 'core-metadata': { sha256: digest('sha256', metadata) } }),
    }
  }
  type Described = ReturnType<typeof described>

  function answer({ path, headers }: FileRequest): FileAnswer | undefined {
    const { authorization } = headers
    requests.push({ path, ...(authorization !== undefined && { authorization }) })
    const key = login ? basic(login) : token === undefined ? undefined : `Bearer ${token}`
    if (key !== undefined && authorization !== key) {
      return {
        status: 401,
        headers: { 'www-authenticate': 'Basic realm="packages"' },
        body: 'who are you?',
      }
    }
    const [, project] = /^\/simple\/([^/]+)\/$/.exec(path) ?? []
    const place = addresses === 'whole' ? `http://${headers.host}` : ''
    const found =
      project === undefined ? undefined : projects.get(project)?.map((file) => described(file, place))
    if (project !== undefined && found) {
      return pages !== 'html' && headers.accept?.includes(json)
        ? page(json, formatJson(project, found))
        : page('text/html', formatHtml(found))
    }
    if (path === '/links') return page('text/html', formatHtml(files.map((file) => described(file))))
    const [, name, isMetadata] = /^\/files\/(.+?)(\.metadata)?$/.exec(path) ?? []
    const file = files.find(({ fileName }) => fileName === name)
    if (isMetadata === undefined) return file?.content
    return file?.metadata !== undefined && hasMetadata(file.project) ? Buffer.from(file.metadata) : undefined
  }

  /** What PEP 714 renamed goes by the new name alone: some pips break at the old one, so that the public index left it out too. */
  function formatJson(name: string, list: readonly Described[]): string {
    return JSON.stringify({ meta: { 'api-version': '1.1' }, name, files: list })
  }

  function formatHtml(list: readonly Described[]): string {
    const links = list.map(({ filename, url, hashes, ...rest }) => {
      const [hash] = Object.entries(hashes)
      const { yanked, 'core-metadata': core, 'requires-python': python } = rest
      const attributes: [string, string][] = [['href', hash ? `${url}#${hash.join('=')}` : url]]
      if (python !== undefined) attributes.push(['data-requires-python', python])
      if (yanked !== undefined) attributes.push(['data-yanked', typeof yanked === 'string' ? yanked : ''])
      for (const of of core ? ['core', 'dist-info'] : []) {
        attributes.push([`data-${of}-metadata`, `sha256=${core ? core.sha256 : ''}`])
      }
      const written = attributes.map(([name, value]) => `${name}="${escape(value)}"`)
      return `<a ${written.join(' ')}>${filename}</a><br>\n`
    })
    return `<!DOCTYPE html>\n<html><body>\n${links.join('')}</body></html>\n`
  }

  const server = await serveFiles(answer)
  const url = `${server.url}/simple/`
  const withLogin = new URL(url)
  if (login) Object.assign(withLogin, { username: login.user, password: login.password })
  return {
    origin: server.url,
    url,
    urlWithLogin: withLogin.href,
    links: `${server.url}/links`,
    requests,
    stop: () => server.stop(),
  }
}

export function basic({ user, password }: { readonly user: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

function page(type: string, body: string): FileAnswer {
  return { status: 200, headers: { 'content-type': type }, body }
}

function digest(algorithm: string, content: string | Uint8Array): string {
  return createHash(algorithm).update(content).digest('hex')
}

function escape(value: string): string {
  return value.replace(/[&"<>]/g, (character) => `&#${character.charCodeAt(0)};`)
}
