import { join, normalize } from 'node:path'
import { serveFiles, type FileRequest, type FileServer } from '../file-server.ts'
import { buildChannel } from './build.ts'
import { addressedFiles, buildScriptedChannel } from './scripted.ts'
import { buildPipChannel } from './with-pip.ts'

export interface ChannelOptions {
  /** What is served; default the channel of real packages. */
  readonly folder?: string
  /**
   * `with link scripts`: besides the real packages those whose link scripts have to be executed. What some of the scripts
   * download is here too, in `/data` at `url`. `with pip`: a real pip besides.
   */
  readonly packages?: 'with link scripts' | 'with pip'
  /** Without these, sent as Basic authentication, everything is 401. */
  readonly login?: { readonly user: string; readonly password: string }
  /** The channel is below `/t/<token>/`, and everything else is 404, as on anaconda.org. */
  readonly token?: string
}

/** `url` is the channel's address without credentials; `sourceUrl` the same with them, for an env.yaml. */
export interface Channel extends FileServer {
  readonly sourceUrl: string
}

const builders = {
  plain: buildChannel,
  'with link scripts': buildScriptedChannel,
  'with pip': buildPipChannel,
}

/** Serves a channel on a free port of this machine. */
export async function startChannel(options: ChannelOptions = {}): Promise<Channel> {
  const { login, token } = options
  const scripted = options.packages === 'with link scripts'
  const folder = options.folder ?? (await builders[options.packages ?? 'plain']())
  let addressed: ReadonlyMap<string, Uint8Array> = new Map()
  const server = await serveFiles((request) => {
    if (request.path.startsWith('/data/')) return addressed.get(request.path)
    if (login && request.headers.authorization !== basic(login)) {
      return { status: 401, headers: { 'www-authenticate': 'Basic realm="channel"' } }
    }
    const path = pathInChannel(request, token)
    return path && (addressed.get(path) ?? join(folder, path))
  })
  if (scripted) addressed = await addressedFiles(folder, server.url)
  const source = new URL(token === undefined ? server.url : `${server.url}/t/${token}`)
  source.username = login?.user ?? ''
  source.password = login?.password ?? ''
  return Object.assign(server, { sourceUrl: source.href.replace(/\/$/, '') })
}

/** `/subdir/file`; undefined for what is no file of a channel. */
function pathInChannel({ path }: FileRequest, token: string | undefined): string | undefined {
  const start = token === undefined ? '' : `/t/${token}`
  if (!path.startsWith(`${start}/`)) return undefined
  const below = normalize(path.slice(start.length))
  return /^\/[^/]+\/[^/]+$/.test(below) ? below : undefined
}

function basic({ user, password }: { user: string; password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}
