import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { channelCredentials } from '../../src/packages/channel-credentials.ts'

let home: string
let log: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'credentials-'))
  log = ''
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    log += String(text)
    return true
  })
})
afterEach(async () => {
  jest.restoreAllMocks()
  await rm(home, { recursive: true })
})

async function saved(content: unknown) {
  await mkdir(join(home, '.mamba/auth'), { recursive: true })
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  await writeFile(join(home, '.mamba/auth/authentication.json'), text)
}

/** What is asked for instead of an address: the address, and the header if there is one. */
async function asked(address: string, channels: string[] = []): Promise<string[]> {
  const { url, headers } = (await channelCredentials(channels, home))(new URL(address))
  return [url.href, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)]
}

const basic = (text: string) => `authorization: Basic ${Buffer.from(text).toString('base64')}`

describe('credentials in the address of a channel', () => {
  const address = 'https://conda.example/team/linux-64/a-1-0.conda'
  it.each<[string, string, string[]]>([
    ['user and password', 'https://me:p%40ss@conda.example/team', [address, basic('me:p@ss')]],
    [
      'a password that is no percent-encoding',
      'https://me:50%@conda.example/team',
      [address, basic('me:50%')],
    ],
    ['a user alone', 'https://me@conda.example/team/', [address, basic('me:')]],
    ['the root of the host', 'https://me:pw@conda.example', [address, basic('me:pw')]],
    [
      'a token',
      'https://conda.example/t/tk-1/team',
      ['https://conda.example/t/tk-1/team/linux-64/a-1-0.conda'],
    ],
    [
      'a token further behind',
      'https://conda.example/team/t/tk-1',
      ['https://conda.example/team/t/tk-1/linux-64/a-1-0.conda'],
    ],
    [
      'both',
      'https://me:pw@conda.example/t/tk-1/team',
      ['https://conda.example/t/tk-1/team/linux-64/a-1-0.conda', basic('me:pw')],
    ],
    ['none', 'https://conda.example/team', [address]],
    ['another host', 'https://me:pw@other.example/team', [address]],
    ['another port', 'https://me:pw@conda.example:8443/team', [address]],
    ['another path', 'https://me:pw@conda.example/other', [address]],
    ['a path that only begins alike', 'https://me:pw@conda.example/te', [address]],
    ['a name', 'conda-forge', [address]],
    ['no address', 'https://[', [address]],
  ])('%s', async (_, channel, expected) => {
    expect(await asked(address, [channel])).toEqual(expected)
  })

  it('are not sent unencrypted when they were given for https', async () => {
    const open = address.replace('https', 'http')
    expect(await asked(open, ['https://me:pw@conda.example/team'])).toEqual([open])
    expect(await asked(open, ['http://me:pw@conda.example/team'])).toEqual([open, basic('me:pw')])
  })

  it('are masked in the log', async () => {
    await channelCredentials(
      ['https://me:p%40ss@conda.example/t/tk-1/team', 'https://key@conda.example'],
      home,
    )
    const encoded = (text: string) => Buffer.from(text).toString('base64')
    for (const secret of ['p@ss', encoded('me:p@ss'), 'tk-1', 'key', encoded('key:')]) {
      expect(log).toContain(`::add-mask::${secret}\n`)
    }
    expect(log).not.toContain('::add-mask::\n')
  })
})

describe("micromamba's authentication.json", () => {
  it('is not needed', async () => {
    expect(await asked('https://conda.example/a')).toEqual(['https://conda.example/a'])
  })

  it('opens hosts and paths, the longest path first, after the address of a channel', async () => {
    await saved({
      'conda.example': { type: 'BearerToken', token: 'host' },
      'conda.example/team/': { type: 'CondaToken', token: 'team' },
      'basic.example:8443': {
        type: 'BasicHTTPAuthentication',
        user: 'me',
        password: Buffer.from('p@ss').toString('base64'),
      },
    })
    expect(await asked('https://conda.example/x/a')).toEqual([
      'https://conda.example/x/a',
      'authorization: Bearer host',
    ])
    expect(await asked('https://conda.example/team/a')).toEqual(['https://conda.example/t/team/team/a'])
    expect(await asked('https://conda.example/teams/a')).toEqual([
      'https://conda.example/teams/a',
      'authorization: Bearer host',
    ])
    expect(await asked('https://basic.example:8443/a')).toEqual([
      'https://basic.example:8443/a',
      basic('me:p@ss'),
    ])
    expect(await asked('https://basic.example/a')).toEqual(['https://basic.example/a'])
    expect(await asked('https://conda.example/team/a', ['https://me:pw@conda.example/team'])).toEqual([
      'https://conda.example/team/a',
      basic('me:pw'),
    ])
    for (const secret of ['host', 'team', 'p@ss', Buffer.from('p@ss').toString('base64')]) {
      expect(log).toContain(`::add-mask::${secret}\n`)
    }
  })

  it('that is no JSON is refused without a word of it', async () => {
    await saved('{"conda.example": secret}')
    const error = await asked('https://conda.example/a').catch(String)
    expect(error).toContain('authentication.json: ')
    expect(error).toContain('it is not JSON')
    expect(error).not.toContain('secret')
  })

  it('with an entry of a kind that is not known is refused', async () => {
    await saved({ 'conda.example': { type: 'Magic' } })
    await expect(asked('https://conda.example/a')).rejects.toThrow("'conda.example' is of the type 'Magic'")
  })

  it('that cannot be read is not passed over', async () => {
    await mkdir(join(home, '.mamba/auth/authentication.json'), { recursive: true })
    await expect(asked('https://conda.example/a')).rejects.toThrow('EISDIR')
  })
})
