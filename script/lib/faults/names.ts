import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startFaultProxy, type FaultProxy } from '../../../__tests__/world/fault-proxy.ts'
import { account } from '../../../__tests__/world/registry.ts'
import { hostsFile } from './hosts.ts'
import { isRequest } from './requests.ts'
import type { Expectation, FaultCase } from './types.ts'

/** Addresses of a name, the first one first. */
interface Addresses {
  readonly fault: string
  /** Of IPv4, where there is one: of this machine nobody listens there, the other one answers nobody (RFC 5737). */
  readonly other?: '127.0.0.1' | '192.0.2.1'
}

const names: readonly Addresses[] = [
  { fault: 'a name with an IPv6 address alone' },
  { fault: 'a name with IPv4 refused and IPv6 alive', other: '127.0.0.1' },
  { fault: 'a name with IPv4 dead and IPv6 alive', other: '192.0.2.1' },
]

/** Names that lead to IPv6, for a registry and for archives of a channel, and one that goes away in the middle of a run. */
export function nameCases(): FaultCase[] {
  return [
    ...names.flatMap((addresses) => [registryAt(addresses), archivesAt(addresses)]),
    registryAt({ fault: 'an IPv6 address in place of a name' }, '[::1]'),
    goneName('once', 'survived'),
    goneName('for ever', 'either'),
  ]
}

const portOf = ({ host }: FaultProxy) => host.replace(/.*:/s, '')

/** What a run has whose registry has another name than that of its base. */
async function loginFor(hosts: readonly string[], folder: string) {
  const auth = Buffer.from(`${account.username}:${account.password}`).toString('base64')
  const auths = Object.fromEntries(hosts.map((host) => [host, { auth }]))
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths }))
  return { DOCKER_CONFIG: folder }
}

function registryAt({ fault, other }: Addresses, name = 'localhost'): FaultCase {
  return {
    fault,
    stage: 'registry',
    times: 'for ever',
    expects: 'survived',
    async arrange(stand, id) {
      const proxy = await startFaultProxy(stand.proxies.registry.backHost, { hostname: '::1' })
      const hosts = await hostsFile()
      await hosts.write(...(other ? [other] : []), '::1')
      const host = `${name}:${portOf(proxy)}`
      const repository = `team/${id}`
      return {
        run: {
          scenario: 'image',
          repository,
          inputs: { tags: `${host}/${repository}:latest` },
          environment: await loginFor([host, stand.proxies.registry.host], hosts.folder),
          steps: { under: hosts.under },
        },
        hasMet: () => proxy.requests.some(({ method }) => method === 'PUT'),
        names: new RegExp(host.replaceAll(/[.[\]]/g, String.raw`\$&`)),
        undo: async () => {
          await proxy.stop()
          await hosts.remove()
        },
      }
    },
  }
}

function archivesAt({ fault, other }: Addresses): FaultCase {
  return {
    fault,
    stage: 'archive of a package',
    times: 'for ever',
    expects: 'survived',
    async arrange(stand, id) {
      const { channel } = stand.proxies
      // The lock has the channel's address, and an image what the lock has: the name is that of a storage.
      const storage = await startFaultProxy(channel.backHost, { hostname: '::1' })
      const hosts = await hostsFile()
      await hosts.write(...(other ? [other] : []), '::1')
      await channel.spoil(isRequest('GET', /\.conda$/), async ({ request, response, forward }) => {
        request.resume()
        const path = storage.keep(await forward())
        response.writeHead(307, { location: `http://localhost:${portOf(storage)}${path}` }).end()
      })
      return {
        run: { scenario: 'image', repository: `team/${id}`, steps: { under: hosts.under } },
        hasMet: () => storage.requests.length > 0,
        names: /localhost/,
        undo: async () => {
          await channel.spoil()
          await storage.stop()
          await hosts.remove()
        },
      }
    },
  }
}

/** The connections end at the same moment, so that the name is looked up. */
function goneName(times: FaultCase['times'], expects: Expectation): FaultCase {
  return {
    fault: 'a name that goes away half-way',
    stage: 'registry',
    times,
    expects,
    async arrange(stand, id) {
      const proxy = await startFaultProxy(stand.proxies.registry.backHost, { hostname: '::1' })
      const hosts = await hostsFile()
      await hosts.write('::1')
      const host = `localhost:${portOf(proxy)}`
      const repository = `team/${id}`
      let isGone = false
      const go = async () => {
        isGone = true
        await hosts.write()
        if (times === 'for ever') return proxy.close()
        await proxy.close(60)
        await hosts.write('::1')
      }
      return {
        run: {
          scenario: 'image',
          repository,
          inputs: { tags: `${host}/${repository}:latest` },
          environment: await loginFor([host, stand.proxies.registry.host], hosts.folder),
          steps: {
            under: hosts.under,
            onLog: (text) => {
              if (text.startsWith('▸ Packages')) void go()
            },
          },
        },
        hasMet: () => isGone,
        names: /localhost/,
        undo: async () => {
          await proxy.stop()
          await hosts.remove()
        },
      }
    },
  }
}
