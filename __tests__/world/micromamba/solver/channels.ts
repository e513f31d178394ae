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

/** What OpenSSL finds about certificates, by Node's codes. */
const certificateProblems: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'self-signed certificate in certificate chain',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unable to get local issuer certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unable to get local issuer certificate',
}

/** In curl's words: whether there was no connection, or one that nobody trusts, or one that ended too early. */
function curlError(error: unknown, url: string, masked: string): string {
  const { host, hostname } = new URL(url)
  const { code, message } = innermost(error)
  const problem = certificateProblems[code]
  const untrusted = `(60) SSL peer certificate or SSH remote key was not OK [${masked}]\n`
  if (problem !== undefined) return `${untrusted}SSL certificate OpenSSL verify result: ${problem}`
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `${untrusted}SSL: no alternative certificate subject name matches target host name '${hostname}'`
  }
  const noTls = `(35) SSL connect error [${masked}]\nTLS connect error: error:`
  if (/wrong version number|packet length too long/i.test(message)) {
    return `${noTls}0A00010B:SSL routines::wrong version number`
  }
  if (/before secure TLS connection/.test(message)) return `${noTls}00000000:lib(0)::reason(0)`
  const [, status] = /Proxy response \((\d+)\)/.exec(message) ?? []
  const received = `(56) Failure when receiving data from the peer [${masked}]\n`
  if (status !== undefined) return `${received}CONNECT tunnel failed, response ${status}`
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET') {
    return `${received}Recv failure: Connection reset by peer`
  }
  const because = `Could not connect to server [${masked}]\nFailed to connect to ${proxyFor(url) ?? host} after 0 ms`
  return `(7) ${because}: Could not connect to server`
}

/** Where an error of fetch begins. */
function innermost(error: unknown): { readonly code: string; readonly message: string } {
  const { cause, code, message } = error as { cause?: unknown; code?: unknown; message: string }
  return cause === undefined ? { code: String(code), message } : innermost(cause)
}

/** Whom curl connects to in place of the host. */
function proxyFor(url: string): string | undefined {
  const { protocol, hostname } = new URL(url)
  const proxy = process.env[protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY']
  const without = (process.env['NO_PROXY'] ?? '').split(',')
  return proxy && !without.includes(hostname) ? new URL(proxy).host : undefined
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
