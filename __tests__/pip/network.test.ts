import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { startFaultProxy, type Exchange, type Fault, type FaultProxy } from '../world/fault-proxy.ts'
import { newestPip, pipReleases } from '../world/pip.ts'
import { servePythonIndex, type PythonIndex } from '../world/python-index.ts'
import { makeWheel } from '../world/wheels/make.ts'
import { namesOf, openAsking } from './asking.ts'

/** What pip, whose client is not ours, makes of an index's answers. */

const asking = openAsking()
const signature = 'sig-5a0c'
let index: PythonIndex
let proxy: FaultProxy
beforeAll(async () => {
  const files = [
    makeWheel({ name: 'beside', version: '1.0', requires: ['within'] }),
    makeWheel({ name: 'within', version: '1.0' }),
    makeWheel({ name: 'within', version: '2.0' }),
  ]
  // Of one the metadata is known by the index, of the other it is in the wheel, and no hash tells.
  const hasMetadata = (project: string) => project === 'beside'
  index = await servePythonIndex(files, {
    pages: 'html',
    hasMetadata,
    hash: (project) => (project === 'beside' ? 'sha256' : undefined),
  })
  proxy = await startFaultProxy(index.origin.replace('http://', ''))
  process.env['MICROMAMBA_IMAGE_RETRY_SECONDS'] = '0.01'
})
afterEach(() => proxy.spoil())
afterAll(async () => {
  delete process.env['MICROMAMBA_IMAGE_RETRY_SECONDS']
  await proxy.stop()
  await index.stop()
})

const ends = { page: /^\/simple\/within\/$/, metadata: /\.metadata$/, wheel: /within-2.*\.whl$/ }
const places = ['page', 'metadata', 'wheel'] as const

/** Has requests of a kind meet a fault, the first of them or all. */
async function spoil(place: (typeof places)[number], times: number, fault: Fault): Promise<void> {
  await proxy.spoil(({ path }) => ends[place].test(path) && proxy.met.length < times, fault)
}

const cutShort: Fault = async ({ forward, response, socket }) => {
  const { status, headers, body } = await forward()
  response.writeHead(status, { ...headers, 'content-length': String(body.length) })
  response.write(body.subarray(0, body.length / 2), () => socket.end())
  await once(socket, 'close')
}

const status =
  (code: number, retryAfter: string): Fault =>
  ({ response }) =>
    void response.writeHead(code, { 'retry-after': retryAfter }).end()

const redirect =
  (to: (exchange: Exchange) => string): Fault =>
  (exchange) =>
    void exchange.response.writeHead(302, { location: to(exchange) }).end()

const refused = () => proxy.keep({ status: 403, headers: {}, body: Buffer.from('no') })

describe.each(pipReleases)('the pip of %s', (release) => {
  const question = (variables = {}) => ({
    indexes: { index: `${proxy.origin}/simple/` },
    variables: { PIP_TIMEOUT: '5', ...variables },
  })

  describe.each(places)('a %s', (place) => {
    test('that ends before it is whole is asked for again', async () => {
      await spoil(place, 1, cutShort)
      const answer = await asking.resolve(release, ['beside'], question())
      expect(namesOf(answer)).toEqual(['within 2.0', 'beside 1.0'])
      expect(answer.warnings).toEqual([])
      expect(proxy.met).toHaveLength(1)
    })

    test('that never comes whole is named', async () => {
      await spoil(place, Infinity, cutShort)
      const message = await asking.failure(release, ['beside'], question())
      expect(message).toMatch(
        new RegExp(`^${proxy.origin}/\\S+: pip cannot read this (page|file) of an index: `),
      )
      expect(message).toContain('\nCheck the address of the index and the network, and try again.')
    })

    test('that is refused for a year is waited for no longer than by us', async () => {
      await spoil(place, 1, status(429, '31536000'))
      const answer = await asking.resolve(release, ['beside'], question({ PIP_RETRIES: '1' }))
      expect(namesOf(answer)).toEqual(['within 2.0', 'beside 1.0'])
    })

    test.each([
      ['is refused', () => `${proxy.origin}${refused()}`],
      ['leads to a host that is not there', () => 'http://gone.invalid/there'],
    ])('that is led to a signed address which %s: the signature is not shown', async (_, to) => {
      await spoil(
        place,
        Infinity,
        redirect(() => `${to()}?X-Amz-Expires=60&X-Amz-Signature=${signature}`),
      )
      expect(await asking.failure(release, ['beside'], question())).not.toContain(signature)
    })

    test('that is led to no address is named, and python does not speak', async () => {
      await spoil(
        place,
        Infinity,
        redirect(() => `http://[nowhere?X-Amz-Signature=${signature}`),
      )
      const message = await asking.failure(release, ['beside'], question())
      expect(message).toMatch(
        new RegExp(
          `^${proxy.origin}/\\S+: pip cannot read this (page|file) of an index: it redirects to what is no address: http://\\[nowhere\\?X-Amz-Signature=\\*{3}\n.*\\.$`,
        ),
      )
      expect(proxy.met).toHaveLength(1)
    })
  })

  test.each([
    ['a date far off', new Date(Date.now() + 9e9).toUTCString()],
    ['what says nothing', 'soon, -1e9'],
  ])('is told to wait until %s', async (_, retryAfter) => {
    await spoil('wheel', 1, status(429, retryAfter))
    const answer = await asking.resolve(release, ['beside'], question({ PIP_RETRIES: '1' }))
    expect(namesOf(answer)).toEqual(['within 2.0', 'beside 1.0'])
  })
})

test('a download that pip takes up again by itself is none that is lost', async () => {
  await proxy.spoil(
    ({ path, headers }) => ends.metadata.test(path) && headers.range === undefined && proxy.met.length < 1,
    cutShort,
  )
  const answer = await asking.resolve(newestPip, ['beside'], {
    indexes: { index: `${proxy.origin}/simple/` },
    variables: { PIP_RESUME_RETRIES: '2' },
  })
  expect(namesOf(answer)).toEqual(['within 2.0', 'beside 1.0'])
  expect(answer.warnings).toEqual([])
  // pip itself, and no second pip.
  expect(proxy.requests.filter(({ path }) => ends.page.test(path))).toHaveLength(1)
})
