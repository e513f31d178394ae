import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { addressOf, maskedUrl, requestFor, type ChannelAddress } from './credentials.ts'
import { Failure, type Message } from './failure.ts'
import { fetchIndex, isJson } from './index-cache.ts'

/** A package's record in repodata.json, as far as it is looked at. */
export interface PackageRecord {
  readonly name: string
  readonly version: string
  readonly build: string
  readonly build_number: number
  readonly depends: readonly string[]
  readonly constrains?: readonly string[]
  readonly subdir: string
  readonly license?: string
  readonly md5?: string
  readonly noarch?: string
  readonly python_site_packages_path?: string
  readonly sha256?: string
  readonly size?: number
  readonly timestamp?: number
  readonly track_features?: string
}

/** A channel's packages: by subdir and file name. */
export interface LoadedChannel {
  readonly address: ChannelAddress
  readonly subdirs: Readonly<Record<string, Readonly<Record<string, PackageRecord>>>>
}

/** A condarc, as far as it says where packages are, and which of them. */
export interface Condarc {
  readonly channels: readonly string[]
  readonly alias: string
  readonly pins: readonly string[]
  /** What `defaults` is. */
  readonly defaults: readonly string[]
  /** Addresses by name. */
  readonly custom: Readonly<Record<string, string>>
}

const noCondarc: Condarc = {
  channels: [],
  alias: 'https://conda.anaconda.org',
  defaults: ['https://repo.anaconda.com/pkgs/main', 'https://repo.anaconda.com/pkgs/r'],
  custom: {},
  pins: [],
}

export async function readCondarc(file: string | undefined): Promise<Condarc> {
  if (file === undefined) return noCondarc
  // Anything else in it is not for the stand-in.
  const content = (parse(await readFile(file, 'utf8')) ?? {}) as {
    channels?: string[]
    channel_alias?: string
    pinned_packages?: string[]
    default_channels?: string[]
    custom_channels?: Record<string, string>
  }
  return {
    channels: content.channels ?? [],
    alias: content.channel_alias ?? noCondarc.alias,
    pins: content.pinned_packages ?? [],
    defaults: content.default_channels ?? noCondarc.defaults,
    custom: content.custom_channels ?? {},
  }
}

/** The address of a channel by its name or address. */
export async function resolveChannel(channel: string, { alias, custom }: Condarc): Promise<ChannelAddress> {
  const parent = custom[channel] ?? alias
  return addressOf(/^\w+:\/\//.test(channel) ? channel : `${parent.replace(/\/+$/, '')}/${channel}`)
}

/** Loads what there is for a platform. A channel has to have noarch; others it may lack. @throws Failure */
export async function loadChannel(address: ChannelAddress, platform: string): Promise<LoadedChannel> {
  const subdirs: Record<string, Record<string, PackageRecord>> = {}
  for (const subdir of ['noarch', platform]) subdirs[subdir] = await loadSubdir(address, subdir)
  return { address, subdirs }
}

async function loadSubdir(address: ChannelAddress, subdir: string): Promise<Record<string, PackageRecord>> {
  const path = `/${subdir}/repodata.json`
  const masked = maskedUrl(address, path)
  const { url, headers } = requestFor(address, path)
  const { status, body } = await fetchIndex(url, headers).catch((error: unknown) => {
    throw notLoaded(address, subdir, `Download error ${curlError(error, url, masked)}`, error)
  })
  if (status === 200 && !isJson(body)) {
    throw new Failure([{ level: 'critical', text: 'Could not load repodata. Cache corrupted?' }])
  }
  if (status === 200) {
    // A channel's own file.
    const { packages = {}, ...rest } = JSON.parse(body) as Record<string, Record<string, PackageRecord>>
    return { ...packages, ...rest['packages.conda'] }
  }
  if (subdir !== 'noarch' && status === 404) return {}
  const what = `Transfer finalized, status: ${status} [${masked}] ${body.length} bytes`
  throw notLoaded(address, subdir, what)
}

/** In curl's words: whether there was no connection, or one that ended too early. */
function curlError(error: unknown, url: string, masked: string): string {
  const { host } = new URL(url)
  const { cause } = error as { cause?: { code?: string } } // fetch's errors
  if (cause?.code === 'UND_ERR_SOCKET' || cause?.code === 'ECONNRESET') {
    return `(56) Failure when receiving data from the peer [${masked}]\nRecv failure: Connection reset by peer`
  }
  const because = `Could not connect to server [${masked}]\nFailed to connect to ${host} after 0 ms`
  return `(7) ${because}: Could not connect to server`
}

function notLoaded(address: ChannelAddress, subdir: string, what: string, cause?: unknown): Failure {
  const text = `Multiple errors occurred:
${what}
Subdir ${maskedUrl(address, '')}/${subdir} not loaded!
If you run into this error repeatedly, your package cache may be corrupted.
Please try running \`mamba clean -a\` to remove this cache before retrying the operation.

If you still are having issues, please report the error on \`mamba-org/mamba\`'s issue tracker:
https://github.com/mamba-org/mamba/issues/new?assignees=&labels=&projects=&template=bug.yml`
  const retries = cause === undefined ? [] : Array.from({ length: 8 }, () => retrying)
  return new Failure([...retries, { level: 'critical', text }])
}

/** Logged before each further try to connect; what is shown on stderr without verbosity begins with errors, though. */
const retrying: Message = { level: 'warning', text: 'Retrying in 2 seconds' }
