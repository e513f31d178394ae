import { createHash } from 'node:crypto'
import { access, chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { UserError } from '../../src/common/errors.ts'
import { remoteOf } from '../../src/micromamba/fetch.ts'
import { installMicromamba } from '../../src/micromamba/install.ts'
import { keepBinary } from '../../src/micromamba/kept.ts'
import { machineSubdir } from '../../src/micromamba/release.ts'
import { serve, type TestServer } from '../registry/servers.ts'

const version = '0.1.0-7'
const here = machineSubdir() ?? ''
const binary = '#!/bin/sh\necho 0.1.0\n'
const sha256 = createHash('sha256').update(binary).digest('hex')
const wrong = '0'.repeat(64)

let folder = ''
let log = ''
let server: TestServer | undefined
const environment = { ...process.env }
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'install-'))
  process.env['RUNNER_TOOL_CACHE'] = join(folder, 'tools')
  process.env['RUNNER_TEMP'] = join(folder, 'temp')
  await mkdir(join(folder, 'temp'))
  delete process.env['MAMBA_EXE']
  log = ''
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    log += String(text)
    return true
  })
})
afterEach(async () => {
  jest.restoreAllMocks()
  process.env = { ...environment }
  await server?.close()
  server = undefined
  await rm(folder, { recursive: true })
})

/** A mirror that has the release, unless `answer` has dealt with a request. */
async function mirror(answer: (...args: Parameters<RequestListener>) => boolean = () => false) {
  server = await serve((request, response) => {
    if (answer(request, response)) return
    const path = request.url ?? ''
    if (path.endsWith('.sha256')) response.end(sha256)
    else if (path.startsWith(`/${version}/micromamba-`)) response.end(binary)
    else response.writeHead(404).end()
  })
  return { url: `http://${server.host}`, requests: server.requests }
}

const leftovers = () => readdir(join(folder, 'temp'))

describe('a release', () => {
  test('is whole at any time for other jobs, while one replaces it', async () => {
    const file = join(folder, 'download')
    await writeFile(file, binary)
    const path = await keepBinary(file, version, here)
    let isOver = false
    const other = (async () => {
      const seen = new Set<string>()
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- it changes meanwhile
      while (!isOver) seen.add(await readFile(path, 'utf8').catch(String))
      return [...seen]
    })()
    for (let times = 0; times < 30; times++) await keepBinary(file, version, here)
    isOver = true
    expect(await other).toEqual([binary])
    expect(await readdir(join(folder, 'tools', 'micromamba', version, here))).toEqual(['micromamba'])
  })

  test('is downloaded, verified, kept executable in the tool cache, and found there', async () => {
    const { url, requests } = await mirror()
    const first = await installMicromamba({ version, url, download: true })
    expect(first).toEqual({
      path: join(folder, 'tools', 'micromamba', version, here, 'micromamba'),
      version,
      sha256,
    })
    expect(await readFile(first.path, 'utf8')).toBe(binary)
    expect((await stat(first.path)).mode & 0o777).toBe(0o755)
    expect(requests).toEqual([
      `GET /${version}/micromamba-${here}.sha256`,
      `GET /${version}/micromamba-${here}`,
    ])
    expect(await leftovers()).toEqual([])

    expect(await installMicromamba({ version, url, download: true })).toEqual(first)
    expect(requests.slice(2)).toEqual([`GET /${version}/micromamba-${here}.sha256`])
  })

  test('of another platform can be had too, to which the checksum of this one does not apply', async () => {
    const { url } = await mirror()
    const { path } = await installMicromamba(
      { version, url, download: true, checksum: wrong },
      'linux-ppc64le',
    )
    expect(path).toBe(join(folder, 'tools', 'micromamba', version, 'linux-ppc64le', 'micromamba'))
  })

  test('needs no other checksum than the one given', async () => {
    const { url, requests } = await mirror()
    await installMicromamba({ version, url, download: true, checksum: sha256.toUpperCase() })
    await installMicromamba({ version, url, download: true, checksum: sha256 })
    expect(requests).toEqual([`GET /${version}/micromamba-${here}`])
  })

  test('that was damaged in the tool cache is replaced', async () => {
    const { url } = await mirror()
    const source = { version, url, download: true, checksum: sha256 }
    const { path } = await installMicromamba(source)
    await writeFile(path, 'evil')
    await installMicromamba(source)
    expect(await readFile(path, 'utf8')).toBe(binary)
    expect(log).toContain('::warning')
  })

  test('comes from a folder as well', async () => {
    await mkdir(join(folder, 'mirror', version), { recursive: true })
    const file = join(folder, 'mirror', version, `micromamba-${here}`)
    await writeFile(file, binary)
    await writeFile(`${file}.sha256`, sha256)
    const installed = await installMicromamba({ version, url: `file://${folder}/mirror`, download: true })
    expect(installed.sha256).toBe(sha256)
  })
})

describe('a mismatch is fatal and leaves nothing', () => {
  test.each([
    ['the release says otherwise', version, undefined, wrong, 'micromamba-.*\\.sha256 says 0{64}'],
    ['the input says otherwise', version, wrong, sha256, "the input 'micromamba-checksum' says 0{64}"],
    ['the table says otherwise', '2.9.0-0', undefined, sha256, 'the table of known releases says'],
    [
      'the table says otherwise than the input',
      '2.9.0-0',
      sha256,
      sha256,
      'the table of known releases says',
    ],
  ])('%s', async (_, asked, checksum, published, message) => {
    const { url } = await mirror((request, response) => {
      response.end(request.url?.endsWith('.sha256') ? published : binary)
      return true
    })
    await expect(installMicromamba({ version: asked, url, download: true, checksum }, here)).rejects.toThrow(
      new RegExp(`its sha256 is ${sha256}; .*${message}`),
    )
    expect(await leftovers()).toEqual([])
    await expect(access(join(folder, 'tools'))).rejects.toThrow('ENOENT')
  })
})

describe('a bad connection', () => {
  test.each([500, 503, 429])('%d is tried again', async (status) => {
    let calls = 0
    const { url } = await mirror((_, response) => {
      if (++calls > 2) return false
      response.writeHead(status).end()
      return true
    })
    expect((await installMicromamba({ version, url, download: true, checksum: sha256 })).sha256).toBe(sha256)
    expect(calls).toBe(3)
  })

  test.each(['at once', 'halfway'])('that breaks %s is tried again', async (when) => {
    let calls = 0
    const { url } = await mirror((_, response) => {
      if (++calls > 2) return false
      if (when === 'at once') response.destroy()
      else {
        response.writeHead(200, { 'content-length': binary.length })
        response.write(binary.slice(0, 5), () => response.destroy())
      }
      return true
    })
    const { path } = await installMicromamba({ version, url, download: true, checksum: sha256 })
    expect(await readFile(path, 'utf8')).toBe(binary)
  })

  test('that never gets better ends with the address', async () => {
    const { url } = await mirror((_, response) => {
      response.writeHead(503).end()
      return true
    })
    await expect(installMicromamba({ version, url, download: true, checksum: sha256 })).rejects.toThrow(
      `${url}/${version}/micromamba-${here}: micromamba could not be downloaded: the server answered 503\n`,
    )
    expect(await leftovers()).toEqual([])
  })

  test.each([403, 410])('%d is an answer', async (status) => {
    const { url, requests } = await mirror((_, response) => {
      response.writeHead(status).end()
      return true
    })
    await expect(installMicromamba({ version, url, download: true, checksum: sha256 })).rejects.toThrow(
      `the server answered ${status}`,
    )
    expect(requests).toHaveLength(1)
  })
})

test('a release that does not exist', async () => {
  const { url } = await mirror((_, response) => {
    response.writeHead(404).end()
    return true
  })
  await expect(installMicromamba({ version, url, download: true })).rejects.toThrow(
    'there is no checksum of this release',
  )
  await expect(installMicromamba({ version, url, download: true, checksum: sha256 })).rejects.toThrow(
    'there is no such release of micromamba',
  )
})

test('a checksum that is a web page', async () => {
  const { url } = await mirror((request, response) => {
    if (!request.url?.endsWith('.sha256')) return false
    response.end('<html>Sign in</html>')
    return true
  })
  await expect(installMicromamba({ version, url, download: true })).rejects.toThrow('is malformed')
})

test('the token is for github.com, not for mirrors', async () => {
  const seen: (string | undefined)[] = []
  const { url } = await mirror((request) => {
    seen.push(request.headers.authorization)
    return false
  })
  await installMicromamba({ version, url, download: true, token: 'hunter2' })
  expect(seen).toEqual([undefined, undefined])
})

describe('an address with credentials', () => {
  const login = `Basic ${Buffer.from('ada:s3cr%t/').toString('base64')}`
  const withLogin = (url: string) => url.replace('://', '://ada:s3cr%25t%2F@')

  test('opens the mirror, and is shown without them', async () => {
    const seen: (string | undefined)[] = []
    const { url } = await mirror((request) => {
      seen.push(request.headers.authorization)
      return false
    })
    await installMicromamba({ version, url: withLogin(url), download: true, token: 'hunter2' })
    expect(seen).toEqual([login, login])
    expect(log).toContain(`downloading ${url}/${version}`)
    expect(log).not.toMatch(/s3cr|ada/)
  })

  test.each([
    ['there is no checksum', {}, 404],
    ['there is no release', { checksum: sha256 }, 404],
    ['the server does not let in', { checksum: sha256 }, 403],
    ['another file', { checksum: wrong }, 200],
  ])('is named without them: %s', async (_, more, status) => {
    const { url } = await mirror((_request, response) => {
      response.writeHead(status).end('')
      return true
    })
    const source = {
      version,
      url: `${withLogin(url)}/t/tk-1/{version}/micromamba-{subdir}?sig=q1`,
      download: true,
      ...more,
    }
    const failure = await installMicromamba(source).then(String, String)
    expect(failure).toContain(`${url}/${version}/micromamba-${here}`)
    expect(failure).not.toMatch(/s3cr|ada|tk-1|q1/)
  })

  test('and the token is for github.com alone, from there', () => {
    const [github, other] = ['https://github.com/a/b', 'https://github.com.evil.org/a'].map(
      (url) => new URL(url),
    )
    if (!github || !other) throw new Error('both are addresses')
    const bearer = 'Bearer t'
    expect(remoteOf(github, 't')).toEqual({ url: github, authorization: bearer })
    expect(remoteOf(github, 't', 'https://github.com')).toEqual({ url: github, authorization: bearer })
    expect(remoteOf(github, 't', 'https://github.example.com')).toEqual({ url: github })
    expect(remoteOf(github, 't', 'https://org.ghe.com')).toEqual({ url: github })
    expect(remoteOf(other, 't')).toEqual({ url: other })
    expect(remoteOf(new URL('http://github.com/a'), 't')).toEqual({ url: new URL('http://github.com/a') })
  })
})

describe('a runner', () => {
  const kept = () => join(folder, 'temp', 'micromamba-image-tools', version, here, 'micromamba')

  test.each([
    ['without a tool cache', undefined, false],
    ['whose tool cache cannot be written', 'file/tools', true],
  ])('%s keeps the binary for the job', async (_, toolCache, warns) => {
    if (toolCache === undefined) delete process.env['RUNNER_TOOL_CACHE']
    else process.env['RUNNER_TOOL_CACHE'] = join(folder, toolCache)
    await writeFile(join(folder, 'file'), '')
    const { url, requests } = await mirror()
    const source = { version, url, download: true, checksum: sha256 }
    const installed = await installMicromamba(source)
    expect(installed.path).toBe(kept())
    expect((await stat(kept())).mode & 0o777).toBe(0o755)
    expect(log.includes('::warning::The tool cache cannot be written')).toBe(warns)
    expect(await installMicromamba(source)).toEqual(installed)
    expect(requests).toHaveLength(1)
  })

  test('whose temporary folder cannot be written is told so', async () => {
    await writeFile(join(folder, 'file'), '')
    process.env['RUNNER_TEMP'] = join(folder, 'file/temp')
    const { url } = await mirror()
    const failure = installMicromamba({ version, url, download: true, checksum: sha256 })
    await expect(failure).rejects.toThrow(UserError)
    await expect(failure).rejects.toThrow(
      `${folder}/file/temp: the folder for temporary files cannot be written: `,
    )
  })
})

describe('without a download', () => {
  async function put(name: string, text = binary) {
    const path = join(folder, name, 'micromamba')
    await mkdir(join(folder, name))
    await writeFile(path, text)
    await chmod(path, 0o755)
    return path
  }
  const install = (subdir?: string) => installMicromamba({ version, download: false }, subdir)

  test('the first on PATH is taken', async () => {
    const path = await put('one')
    await put('two')
    await mkdir(join(folder, 'none'))
    process.env['PATH'] = ['none', 'one', 'two'].map((name) => join(folder, name)).join(delimiter)
    expect(await install()).toEqual({ path, version: '0.1.0', sha256 })
  })

  test('MAMBA_EXE goes before PATH, unless it is another program', async () => {
    process.env['PATH'] = join(folder, 'one')
    const onPath = await put('one')
    const named = await put('two')
    process.env['MAMBA_EXE'] = named
    expect((await install()).path).toBe(named)
    process.env['MAMBA_EXE'] = '/opt/conda/bin/mamba'
    expect((await install()).path).toBe(onPath)
  })

  test.each([
    ['there is none', '', undefined, 'there is no micromamba on PATH'],
    ['it is something else', '#!/bin/sh\necho hello\n', undefined, "it says 'hello'"],
    ['it cannot be run', '#!/no/such/shell\n', undefined, 'micromamba cannot be run'],
    [
      'it is for another platform',
      binary,
      'linux-s390x',
      'micromamba for linux-s390x is needed in the image',
    ],
  ])('%s', async (_, text, subdir, message) => {
    process.env['PATH'] = join(folder, 'one')
    if (text !== '') await put('one', text)
    await expect(install(subdir)).rejects.toThrow(message)
  })
})
