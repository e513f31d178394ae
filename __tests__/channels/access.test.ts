import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { openChannels, parseCondarc, type Grant } from '../../src/channels/access.ts'

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
async function asked(address: string, channels: string[] = [], given: Grant[] = []): Promise<string[]> {
  const { authorize } = await openChannels({ channels, given, home })
  const { url, headers } = authorize(new URL(address))
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

  it('are not sent unencrypted', async () => {
    const open = address.replace('https', 'http')
    expect(await asked(open, ['https://me:pw@conda.example/team'])).toEqual([open])
  })

  it('are masked in the log', async () => {
    await openChannels({
      channels: ['https://me:p%40ss@conda.example/t/tk-1/team', 'https://key@conda.example'],
      home,
    })
    const encoded = (text: string) => Buffer.from(text).toString('base64')
    for (const secret of [
      'p@ss',
      'p%2540ss',
      encoded('me:p@ss'),
      'tk-1',
      '/t/tk-1/',
      'key',
      encoded('key:'),
    ]) {
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

describe('credentials that the inputs give', () => {
  const given: Grant[] = [
    { place: 'prefix.example', withSubdomains: true, credentials: [{ type: 'bearer', token: 'bearer-1' }] },
    {
      place: 'conda.example/team',
      credentials: [{ type: 'basic', user: 'me', password: 'p@ss w/rd' }],
    },
    { place: 'quetz.example', credentials: [{ type: 'conda-token', token: 'tk-1' }] },
  ]
  const bearer = 'authorization: Bearer bearer-1'

  it.each<[string, string[]]>([
    ['https://prefix.example/a', [bearer]],
    ['https://repo.prefix.example/a', [bearer]],
    ['https://notprefix.example/a', []],
    ['https://prefix.example.org/a', []],
    ['https://conda.example/team/a', [basic('me:p@ss w/rd')]],
    ['https://conda.example/a', []],
    ['http://repo.prefix.example/a', []],
  ])('%s', async (address, expected) => {
    expect(await asked(address, [], given)).toEqual([address, ...expected])
  })

  it('open a path with a token', async () => {
    expect(await asked('https://quetz.example/get/c/a', [], given)).toEqual([
      'https://quetz.example/t/tk-1/get/c/a',
    ])
  })

  it("reach micromamba beside the user's own, which yield to them, by the hosts that are asked", async () => {
    await saved({
      'prefix.example': { type: 'CondaToken', token: 'old' },
      'mine.example': { type: 'CondaToken', token: 'mine' },
    })
    const { authentication = '{}' } = await openChannels({
      channels: ['https://repo.prefix.example/c', 'conda-forge'],
      given,
      home,
    })
    expect(JSON.parse(authentication)).toEqual({
      'prefix.example': { type: 'BearerToken', token: 'bearer-1' },
      'repo.prefix.example': { type: 'BearerToken', token: 'bearer-1' },
      'conda.example/team': {
        type: 'BasicHTTPAuthentication',
        user: 'me',
        password: Buffer.from('p@ss w/rd').toString('base64'),
      },
      'quetz.example': { type: 'CondaToken', token: 'tk-1' },
      'mine.example': { type: 'CondaToken', token: 'mine' },
    })
  })

  it('are not given to micromamba for a channel by plain http, where it would send them', async () => {
    await expect(openChannels({ channels: ['http://repo.prefix.example/c'], given, home })).rejects.toThrow(
      /^http:\/\/repo.prefix.example\/c: there are credentials for this channel, which plain http/,
    )
    await expect(openChannels({ channels: ['http://me:pw@conda.example/t/tk/c'], home })).rejects.toThrow(
      /^http:\/\/conda.example\/c: /,
    )
    await openChannels({ channels: ['http://me:pw@127.0.0.1:8080/c', 'http://conda.example/c'], given, home })
  })
})

describe("a condarc's addresses", () => {
  it('open what they lead to: alias, custom channels, mirrors and channels', async () => {
    const condarc = parseCondarc(
      `channel_alias: https://me:alias-pw@alias.example/conda/
custom_channels: {team: https://conda.example/t/custom-tk/x}
mirrored_channels: {conda-forge: ["https://$MIRROR_USER:\${MIRROR_PASSWORD}@mirror.example/cf"]}
channels: ["https://conda.example/t/channel-tk/y"]
`,
      { MIRROR_USER: 'me', MIRROR_PASSWORD: 'mirror-pw' },
    )
    const { authorize, secrets } = await openChannels({ condarc, home })
    const sent = (address: string) => {
      const { url, headers } = authorize(new URL(address))
      return [url.href, ...Object.values(headers)]
    }
    expect(sent('https://alias.example/conda/c/a')[1]).toBe(
      basic('me:alias-pw').replace('authorization: ', ''),
    )
    expect(sent('https://conda.example/x/team/a')).toEqual(['https://conda.example/t/custom-tk/x/team/a'])
    expect(sent('https://conda.example/y/a')).toEqual(['https://conda.example/t/channel-tk/y/a'])
    expect(sent('https://mirror.example/cf/a')[1]).toBe(basic('me:mirror-pw').replace('authorization: ', ''))
    expect(secrets).toEqual(expect.arrayContaining(['alias-pw', 'custom-tk', 'channel-tk', 'mirror-pw']))
  })
})
