import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './command.ts'

/** What may be wrong with a certificate besides that its authority is a stranger. */
export type Flaw = 'expired' | 'self-signed'

export interface Certified {
  readonly key: Buffer
  readonly cert: Buffer
  /** The file of the authority's certificate. */
  readonly certificate: string
}

const newKey = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/**
 * Makes a certificate and, the first time, the authority that gives it.
 * @param folder for the authority
 * @param names as `subjectAltName` has them, `DNS:example.org` or `IP:127.0.0.1`
 */
export async function certify(folder: string, names: readonly string[], flaw?: Flaw): Promise<Certified> {
  const at = (name: string) => join(folder, name)
  const certificate = at('ca.pem')
  const known = await readFile(certificate).catch(() => undefined)
  if (!known) {
    await run('openssl', [
      ...newKey,
      ...['-x509', '-days', '30', '-subj', '/CN=A company', '-keyout', at('ca.key'), '-out', certificate],
    ])
  }
  await run('openssl', [...newKey, '-subj', '/CN=hosts', '-keyout', at('key.pem'), '-out', at('request.pem')])
  await writeFile(at('names'), `subjectAltName=${names.join(',')}`)
  const signed =
    flaw === 'self-signed'
      ? ['-signkey', at('key.pem')]
      : ['-CA', certificate, '-CAkey', at('ca.key'), '-CAcreateserial']
  await run('openssl', [
    ...['x509', '-req', '-in', at('request.pem'), '-days', flaw === 'expired' ? '-1' : '30'],
    ...['-extfile', at('names'), ...signed, '-out', at('cert.pem')],
  ])
  return { key: await readFile(at('key.pem')), cert: await readFile(at('cert.pem')), certificate }
}
