import { readFile, writeFile } from 'node:fs/promises'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import * as core from '@actions/core'
import { messageOf, UserError } from './errors.ts'

/** Variables that name a file of certificates to trust; Node itself reads NODE_EXTRA_CA_CERTS only. */
const variables = ['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE']

/**
 * Has every connection of this process trust the authorities of a company: those in the files that the usual variables name, and in
 * those of the configuration.
 * @param files of the configuration
 * @throws UserError when a file of the configuration cannot be used
 */
export async function trustCertificates(
  files: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const named = variables.flatMap((name) => environment[name] || [])
  const ofVariables = named.map((file) =>
    readCertificates(file).catch((error: unknown) => {
      // Many programs pass over such a variable, and not every job needs it.
      core.warning(messageOf(error))
      return []
    }),
  )
  const extra = await Promise.all([...ofVariables, ...files.map(readCertificates)])
  if (extra.length > 0)
    setDefaultCACertificates([...new Set([...getCACertificates('default'), ...extra.flat()])])
}

/** Whether anybody is trusted besides those whom programs trust by themselves. */
export function extendsTrust(
  files: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): boolean {
  return files.length > 0 || [...variables, 'NODE_EXTRA_CA_CERTS'].some((name) => environment[name])
}

/**
 * Writes whom this process trusts, and the machine, into a file for a program that knows neither of them.
 * @param own a file of that program's own, whose authorities stay
 */
export async function writeTrusted(file: string, own?: string): Promise<void> {
  const ofProgram = own ? await readCertificates(own) : []
  const all = new Set([...ofProgram, ...getCACertificates('system'), ...getCACertificates('default')])
  await writeFile(file, [...all].map((certificate) => `${certificate.trim()}\n`).join(''))
}

async function readCertificates(file: string): Promise<string[]> {
  try {
    const text = await readFile(file, 'utf8')
    const found = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g)
    if (!found) throw new Error('there is no certificate in it')
    return found
  } catch (error) {
    throw new UserError(`the certificates cannot be read: ${messageOf(error)}`, {
      at: { file },
      advice: `It is named by ${variables.join(', ')} or the condarc's ssl_verify, and is to hold certificates in PEM form.`,
      cause: error,
    })
  }
}
