import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { certify, type Flaw } from '../../../__tests__/world/certificates.ts'
import { startFaultProxy, type FaultProxy, type KeyPair } from '../../../__tests__/world/fault-proxy.ts'
import { hostsFile } from './hosts.ts'

/** Those with servers of their own. */
type BackName = 'registry' | 'channel' | 'releases' | 'cache' | 'github' | 'index'

/** By https, tokens, the cache's storage and git are elsewhere than those that lead to them. */
export type ServiceName = BackName | 'tokens' | 'storage' | 'git'

export interface Services {
  readonly proxies: Readonly<Record<ServiceName, FaultProxy>>
  /** Where they speak https. */
  readonly company?: Company
  stop(): Promise<void>
}

/** A company whose services have certificates of its own authority, and names that lead to this machine where its file of hosts is. */
export interface Company {
  /** The file of the authority's certificate. */
  readonly certificate: string
  /** Certificates that nobody is to believe. */
  readonly bad: Readonly<Record<Flaw | 'of another name' | 'of an unknown authority', KeyPair>>
  /** Starts a program where there is that file of hosts. */
  readonly under: readonly string[]
  readonly names: readonly string[]
}

/** @param backs the servers behind, `127.0.0.1:PORT` */
export async function startPlainServices(backs: Readonly<Record<BackName, string>>): Promise<Services> {
  const { registry, cache, github, ...others } = await startAll(backs, (_, back) => startFaultProxy(back))
  const proxies = {
    ...{ registry, cache, github, ...others },
    ...{ tokens: registry, storage: cache, git: github },
  }
  return { proxies, stop: () => stopAll(proxies) }
}

/** The same by https. */
export async function startSecureServices(backs: Readonly<Record<BackName, string>>): Promise<Services> {
  const folder = await mkdtemp(join(tmpdir(), 'company-'))
  const all = { ...backs, tokens: backs.registry, storage: backs.cache, git: backs.github }
  const names = Object.keys(all).map(nameOf)
  const own = names.map((name) => `DNS:${name}`)
  const { certificate, ...pair } = await certify(folder, own)
  const stranger = await mkdtemp(join(folder, 'stranger-'))
  const bad = {
    expired: await certify(folder, own, 'expired'),
    'self-signed': await certify(folder, own, 'self-signed'),
    'of another name': await certify(folder, ['DNS:elsewhere.test']),
    'of an unknown authority': await certify(stranger, own),
  }
  const hosts = await hostsFile()
  await hosts.writeNames(names)
  /** What a server says of itself leads to the one that a company has for it. */
  const rename = (text: string) =>
    text
      .replaceAll(`http://${backs.registry}/token`, `${proxies.tokens.origin}/token`)
      .replaceAll(`http://${backs.cache}/account/`, `${proxies.storage.origin}/account/`)
      .replace(/http:\/\/127\.0\.0\.1:\d+/g, (address) => {
        const found = Object.values(proxies).find(({ backHost }) => address === `http://${backHost}`)
        return found?.origin ?? address
      })
  const proxies: Services['proxies'] = await startAll(all, (service, back) =>
    startFaultProxy(back, { secure: { name: nameOf(service), pair }, rename }),
  )
  return {
    proxies,
    company: { certificate, bad, under: hosts.under, names },
    async stop() {
      await stopAll(proxies)
      await hosts.remove()
      await rm(folder, { recursive: true })
    },
  }
}

const nameOf = (service: string) => `${service}.company.test`

async function startAll<Name extends string>(
  backs: Readonly<Record<Name, string>>,
  start: (name: string, back: string) => Promise<FaultProxy>,
): Promise<Record<Name, FaultProxy>> {
  const started = Object.entries<string>(backs).map(
    async ([name, back]) => [name, await start(name, back)] as const,
  )
  // Of the names that were given, which the compiler cannot see.
  return Object.fromEntries(await Promise.all(started)) as Record<Name, FaultProxy>
}

async function stopAll(proxies: Readonly<Record<string, FaultProxy>>): Promise<void> {
  await Promise.all([...new Set(Object.values(proxies))].map((proxy) => proxy.stop()))
}
