import { getProxyUrl } from '@actions/http-client'
import { foreignText } from './foreign.ts'
import { isRecord } from './json.ts'

/** Why there was no connection, where more can be said than the system's words. */
export interface ConnectionFailure {
  readonly what: string
  readonly advice: string
  /** Whether another try may go well. */
  readonly passes: boolean
}

/** OpenSSL's words for certificates, as Node has them for codes (nodejs.org, TLS, "X509 certificate error codes"), by what can be done. */
const untrusted = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_UNTRUSTED',
])

/** What to do where nobody here trusts a server, whoever has found that out. */
export const trustAdvice =
  'If it is the one that it should be, name the certificate of its authority by NODE_EXTRA_CA_CERTS or SSL_CERT_FILE: see docs/private-channels.md.'

/** The same by what another program says: curl's words, OpenSSL's, GnuTLS's and Python's. */
export function adviceForTls(said: string): string | undefined {
  if (/certificate/i.test(said)) {
    if (/expired|not yet valid/i.test(said)) return dateAdvice
    if (
      /no alternative certificate subject name|hostname mismatch|not valid for|does(n't| not) match/i.test(
        said,
      )
    ) {
      return nameAdvice
    }
    // GnuTLS, which git has on Debian, says no more than that.
    return /certificate verification failed/.test(said)
      ? `${trustAdvice} It may have expired as well.`
      : trustAdvice
  }
  return noTls.test(said) ? noTlsAdvice : undefined
}

/**
 * What to do about a proxy that another program complains of, or may mean: curl does not say of a host that it cannot connect to that it is one.
 * @param whose what is behind it, `the host of the channel`
 */
export function adviceForProxy(said: string, url: URL, whose: string): string | undefined {
  const isMeant = /proxy|CONNECT tunnel|\b407\b/i.test(said)
  const mayBeMeant = /connect to|Connection reset|Recv failure|Empty reply|timed out/i.test(said)
  if (!isMeant && !(mayBeMeant && getProxyUrl(url.href) !== '')) return undefined
  return `It is reached by the proxy ${proxyOf(url)}: check HTTPS_PROXY and HTTP_PROXY, and a login in them, or name ${whose} in NO_PROXY.`
}

/** What to do where https leads to plain http. */
export const keepToHttps =
  'Nothing was sent there. Tell whoever runs the server, or use an address that keeps to https.'

/** What is no TLS at all, as OpenSSL and GnuTLS say it. */
const noTls = /wrong version number|packet length too long|unexpected TLS packet/i

const noTlsAdvice =
  'Check the port, and whether the address is to begin with http://; a proxy or a network that wants a login may answer in its place.'

const nameAdvice = 'Use a name that the certificate is for, or have it made for this one.'

const dateAdvice = "Have the certificate renewed by whoever runs the server, and check this machine's clock."

/** @returns undefined where there is no more to say than the error does */
export function describeConnection(error: unknown, url: URL): ConnectionFailure | undefined {
  const { code = '', message } = error as NodeJS.ErrnoException // or whatever else was thrown
  const certificate = `the certificate of ${url.host}`
  if (code === 'CERT_HAS_EXPIRED') {
    return { what: `${certificate} has expired`, advice: dateAdvice, passes: false }
  }
  if (code === 'CERT_NOT_YET_VALID') {
    return { what: `${certificate} is not valid yet`, advice: dateAdvice, passes: false }
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      what: `${certificate} is for other names: ${namesIn(error as { cert?: unknown })}`,
      advice: nameAdvice,
      passes: false,
    }
  }
  if (untrusted.has(code)) {
    const signer = code === 'DEPTH_ZERO_SELF_SIGNED_CERT' ? 'itself alone' : 'nobody who is trusted here'
    return {
      what: `${certificate} is signed by ${signer}`,
      advice: trustAdvice,
      passes: false,
    }
  }
  if (noTls.test(message)) {
    return { what: `what answers at ${url.host} speaks no https`, advice: noTlsAdvice, passes: false }
  }
  return describeProxy(message, url)
}

/** Those that a certificate is for. */
function namesIn({ cert }: { readonly cert?: unknown }): string {
  const names = isRecord(cert) ? cert['subjectaltname'] : undefined
  return typeof names === 'string' ? foreignText(names) : 'none'
}

/** The agents of `@actions/http-client` tunnel by the package `tunnel`, whose words these are. */
function describeProxy(said: string, url: URL): ConnectionFailure | undefined {
  const [, status, cause] =
    /^tunneling socket could not be established, (?:statusCode=(\d+)|cause=(.*))/s.exec(said) ?? []
  const isOdd = said === 'got illegal response body from proxy'
  if (status === undefined && cause === undefined && !isOdd) return undefined
  const proxy = `the proxy ${proxyOf(url)}`
  if (status === '407') return wantsLogin(url)
  if (cause !== undefined) {
    return {
      what: `${proxy} cannot be reached: ${foreignText(cause)}`,
      advice: 'Check HTTPS_PROXY and HTTP_PROXY, and name in NO_PROXY what is reached without one.',
      passes: true,
    }
  }
  return {
    what: `${proxy} would not connect to ${url.host}: it ${status === undefined ? 'gave an answer of its own' : `answered ${status}`}`,
    advice: `Check that the proxy lets this machine reach ${url.host}, or name that in NO_PROXY.`,
    passes: Number(status) >= 500,
  }
}

/** A proxy that answers 407 (RFC 9110, 15.5.8). */
export function wantsLogin(url: URL): ConnectionFailure {
  return {
    what: `the proxy ${proxyOf(url)} wants a login, or another one (407)`,
    advice:
      'Write it into HTTPS_PROXY and HTTP_PROXY, as http://USER:PASSWORD@HOST:PORT with what is special in it percent-encoded, from a secret.',
    passes: false,
  }
}

/** Its host, without a login. */
function proxyOf(url: URL): string {
  const proxy = getProxyUrl(url.href)
  return proxy === '' ? `before ${url.host}` : new URL(proxy).host
}
