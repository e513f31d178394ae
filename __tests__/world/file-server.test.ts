import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { serveFiles, type FileServer } from './file-server.ts'

let server: FileServer

beforeEach(async () => {
  server = await serveFiles(({ path }) => (path === '/digits' ? Buffer.from('0123456789') : undefined))
})
afterEach(() => server.stop())

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${server.url}${path}`, { headers })

describe('serveFiles', () => {
  test('serves, and logs', async () => {
    expect(await (await get('/digits?query')).text()).toBe('0123456789')
    expect((await get('/nothing')).status).toBe(404)
    await fetch(`${server.url}/digits`, { method: 'HEAD' })
    expect(server.requests).toEqual([
      { method: 'GET', path: '/digits', status: 200, bytes: 10 },
      { method: 'GET', path: '/nothing', status: 404, bytes: 0 },
      { method: 'HEAD', path: '/digits', status: 200, bytes: 0 },
    ])
  })

  test('the rest of a file, when it is still the same', async () => {
    const etag = (await get('/digits')).headers.get('etag') ?? ''
    const rest = await get('/digits', { range: 'bytes=4-', 'if-range': etag })
    expect([rest.status, rest.headers.get('content-range'), await rest.text()]).toEqual([
      206,
      'bytes 4-9/10',
      '456789',
    ])
    const whole = await get('/digits', { range: 'bytes=4-', 'if-range': '"another"' })
    expect([whole.status, await whole.text()]).toEqual([200, '0123456789'])
    expect((await get('/digits', { range: 'bytes=11-' })).status).toBe(416)
  })

  test('answers in another way as often as is wanted', async () => {
    server.disturb = ({ before }) =>
      before < 2 ? { status: 503, headers: { 'retry-after': '0' } } : undefined
    const statuses = []
    for (let count = 0; count < 3; count++) statuses.push((await get('/digits')).status)
    expect(statuses).toEqual([503, 503, 200])
  })

  test('breaks the connection after some bytes', async () => {
    server.disturb = () => ({ cutAfter: 3 })
    const response = await get('/digits')
    expect(response.headers.get('content-length')).toBe('10')
    await expect(response.text()).rejects.toThrow()
    expect(server.requests).toMatchObject([{ bytes: 3 }])
  })
})
