import { setTimeout as sleep } from 'node:timers/promises'
import {
  give,
  type Exchange,
  type ProxiedRequest,
  type WholeAnswer,
} from '../../../__tests__/world/fault-proxy.ts'
import { bodyOf } from '../../../__tests__/world/loopback.ts'
import { isRequest, spoilRequests } from './requests.ts'
import { pushOld, type Stand } from './stand.ts'
import type { Expectation, FaultCase } from './types.ts'

type Fault = (exchange: Exchange, stand: Stand) => void | Promise<void>

/** What a registry, of all servers, can do to a push. */
interface RegistryFault {
  readonly name: string
  readonly stage: string
  readonly fits: (request: ProxiedRequest) => boolean
  readonly fault: Fault
  readonly once: Expectation
  readonly forEver: Expectation
  /** The registry moves the tag itself, to what it made of the manifest. */
  readonly movesTag?: boolean
  readonly usual?: boolean
}

const isLook = isRequest('HEAD', /^\/v2\/team\/.*\/blobs\//)
const isUpload = isRequest('PUT', /\/blobs\/uploads\//)
const isTag = isRequest('PUT', /^\/v2\/team\/.*\/manifests\//)
const isWrite = isRequest('POST PUT PATCH DELETE', /^\/v2\/team\//)

/** A refusal as the specification has it, once all of the request is there. */
function refuse(status: number, code: string, message: string, headers: Record<string, string> = {}): Fault {
  return async ({ request, response }) => {
    await bodyOf(request)
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify({ errors: [{ code, message }] }))
  }
}

/** A token that is over: the registry asks for another one. @param isRead whether it has read the body by then */
function expired(isRead: boolean): Fault {
  return async ({ request, response, proxy }) => {
    if (isRead) await bodyOf(request)
    const [, repository = ''] = /^\/v2\/(.+)\/(?:blobs|manifests)\//.exec(request.url ?? '') ?? []
    const scope = `repository:${repository}:pull,push`
    const challenge = `Bearer realm="http://${proxy.host}/token",service="registry",scope="${scope}",error="invalid_token"`
    response.writeHead(401, { 'www-authenticate': challenge, 'content-type': 'application/json' })
    response.end(JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'token expired' }] }))
    if (!isRead) request.resume()
  }
}

const done = (then: (exchange: Exchange, answer: WholeAnswer) => void | Promise<void>): Fault => {
  return async (exchange) => then(exchange, await exchange.forward())
}

/** The repository that a request is about. */
const repositoryOf = ({ url = '' }: Exchange['request']) => /^\/v2\/([^/]+\/[^/]+)/.exec(url)?.[1] ?? ''

const registryFaults: readonly RegistryFault[] = [
  {
    name: 'upload session lost',
    stage: 'upload of a blob',
    fits: isUpload,
    fault: refuse(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry'),
    once: 'survived',
    forEver: 'refused',
    usual: true,
  },
  {
    name: '416 Range Not Satisfiable',
    stage: 'upload of a blob',
    fits: isUpload,
    fault: refuse(416, 'BLOB_UPLOAD_INVALID', 'blob upload invalid'),
    once: 'survived',
    forEver: 'refused',
  },
  {
    name: 'the bytes change on the way',
    stage: 'upload of a blob',
    fits: isUpload,
    fault: refuse(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content'),
    once: 'survived',
    forEver: 'refused',
  },
  {
    name: 'done, and answered late',
    stage: 'upload of a blob',
    fits: isUpload,
    fault: done(async ({ response }, answer) => {
      await sleep(300)
      give(response, answer)
    }),
    once: 'survived',
    forEver: 'survived',
  },
  ...[
    { stage: 'upload of a blob', fits: isUpload },
    { stage: 'manifest under its tag', fits: isTag },
  ].map((where): RegistryFault => ({
    ...where,
    name: 'done, and 504 of a gateway',
    fault: done(({ response }) => {
      response.writeHead(504).end('<html>504 Gateway Time-out</html>')
    }),
    once: 'survived',
    forEver: 'survived',
    usual: where.fits === isTag,
  })),
  ...[
    { stage: 'upload of a blob', fits: isUpload, when: 'before a PUT', isRead: false },
    { stage: 'upload of a blob', fits: isUpload, when: 'within a PUT', isRead: true },
    { stage: 'manifest under its tag', fits: isTag, when: 'before a PUT', isRead: false },
    { stage: 'whether a blob is there', fits: isLook, when: 'before a HEAD', isRead: false },
  ].map(({ stage, fits, when, isRead }): RegistryFault => ({
    name: `token expires ${when}`,
    stage,
    fits,
    fault: expired(isRead),
    once: 'survived',
    forEver: 'refused',
    usual: isRead,
  })),
  {
    name: 'repository is read-only',
    stage: 'every write',
    fits: isWrite,
    fault: refuse(405, 'UNSUPPORTED', 'The operation is unsupported.'),
    once: 'either',
    forEver: 'refused',
  },
  {
    name: 'no right to push',
    stage: 'every write',
    fits: isWrite,
    fault: refuse(403, 'DENIED', 'requested access to the resource is denied'),
    once: 'either',
    forEver: 'refused',
  },
  ...[
    { stage: 'upload of a blob', fits: isUpload },
    { stage: 'manifest under its tag', fits: isTag },
  ].map((where): RegistryFault => ({
    ...where,
    name: 'quota is used up',
    fault: refuse(403, 'DENIED', 'adding 1.0 MiB of storage resource will exceed the configured upper limit'),
    once: 'refused',
    forEver: 'refused',
  })),
  {
    name: 'manifest refused, all blobs are there',
    stage: 'manifest under its tag',
    fits: isTag,
    fault: refuse(400, 'MANIFEST_INVALID', 'manifest invalid'),
    once: 'refused',
    forEver: 'refused',
  },
  {
    name: 'tag moved by somebody else meanwhile',
    stage: 'manifest under its tag',
    fits: isTag,
    fault: async ({ request, response, forward }, { registryHost }) => {
      await pushOld(registryHost, repositoryOf(request), 'somebody else')
      give(response, await forward())
    },
    once: 'survived',
    forEver: 'survived',
  },
  {
    name: 'opens a session in place of a mount',
    stage: 'mount of a blob',
    fits: isRequest('POST', /\/blobs\/uploads\/\?mount=/),
    fault: async ({ request, response, proxy, forward }) => {
      request.url = request.url?.replace(/\?.*/, '')
      const { headers, body } = await forward()
      give(response, { status: 202, headers: { ...headers, host: proxy.host }, body })
    },
    once: 'survived',
    forEver: 'survived',
  },
  {
    name: 'HEAD says that a blob is there, which is not',
    stage: 'whether a blob is there',
    fits: isLook,
    fault: ({ response }) => {
      response.writeHead(200).end()
    },
    once: 'refused',
    forEver: 'refused',
    usual: true,
  },
  {
    name: 'HEAD says that nothing is there',
    stage: 'whether a blob is there',
    fits: isLook,
    fault: ({ response }) => {
      response.writeHead(404).end()
    },
    once: 'survived',
    forEver: 'survived',
  },
  {
    name: 'blobs are collected as garbage before the manifest',
    stage: 'manifest under its tag',
    fits: isTag,
    fault: async ({ response, proxy, forward }, { registryHost }) => {
      const blobs = proxy.requests.filter(isLook).map(({ path }) => `http://${registryHost}${path}`)
      await Promise.all(blobs.map((url) => fetch(url, { method: 'DELETE' })))
      give(response, await forward())
    },
    once: 'refused',
    forEver: 'refused',
    usual: true,
  },
  {
    name: 'the manifest is stored otherwise',
    stage: 'manifest under its tag',
    fits: isTag,
    fault: async ({ response, forward }) => {
      const pretty = (body: Buffer) => Buffer.from(JSON.stringify(JSON.parse(body.toString()), null, 2))
      give(response, await forward(pretty))
    },
    once: 'refused',
    forEver: 'refused',
    movesTag: true,
  },
  {
    name: 'a blob is said to be stored otherwise, and is there',
    stage: 'upload of a blob',
    fits: isUpload,
    fault: done(({ response }, answer) => {
      const headers = { ...answer.headers, 'docker-content-digest': `sha256:${'0'.repeat(64)}` }
      give(response, { ...answer, headers })
    }),
    once: 'survived',
    forEver: 'survived',
  },
]

/** Each of them, once and for ever. */
export function registryCases(): FaultCase[] {
  return registryFaults.flatMap((fault) =>
    (['once', 'for ever'] as const).map((times) => ({
      fault: fault.name,
      stage: fault.stage,
      times,
      expects: times === 'once' ? fault.once : fault.forEver,
      ...(fault.usual && { usual: true }),
      arrange: async (stand, id) => ({
        ...(await spoilRequests(stand, id, {
          ...{ service: 'registry', scenario: 'image', fits: fault.fits, times },
          fault: (exchange) => fault.fault(exchange, stand),
        })),
        ...(fault.movesTag && { movesTag: true }),
      }),
    })),
  )
}
