import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { readEnvironment } from '../../src/environment/read.ts'

let folder = ''
let log = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-'))
  log = ''
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    log += String(text)
    return true
  })
})
afterEach(async () => {
  jest.restoreAllMocks()
  await rm(folder, { recursive: true })
})

async function read(text: string | Uint8Array) {
  const file = join(folder, 'env.yaml')
  await writeFile(file, text)
  return readEnvironment(file, { PW: 'hunter2' })
}

test('secrets are masked in the log', async () => {
  await read('channels: ["https://me:$PW@host/chan"]\ndependencies: []')
  expect(log).toContain('::add-mask::hunter2')
})

test('warnings are annotations', async () => {
  await read('dependencies: []\nwhatever: 1')
  expect(log).toContain(`::warning file=${join(folder, 'env.yaml')},line=2`)
})

describe('as files come', () => {
  const text = 'name: caf\u00e9 \u{1f40d}\ndependencies:\n  - zlib\n'
  const utf16 = (order: 'le' | 'be', content: string) => {
    const bytes = Buffer.from(content, 'utf16le')
    return order === 'le' ? bytes : bytes.swap16()
  }

  test.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${text}`)],
    ['UTF-16 little endian', utf16('le', `\uFEFF${text}`)],
    ['UTF-16 big endian', utf16('be', `\uFEFF${text}`)],
    ['UTF-16 without a byte order mark', utf16('le', text)],
    ['UTF-16 with the line ends of Windows', utf16('le', `\uFEFF${text.replaceAll('\n', '\r\n')}`)],
    ['UTF-8 with bare CR', Buffer.from(text.replaceAll('\n', '\r'))],
    ['a comment in Latin-1', Buffer.concat([Buffer.from(text), Buffer.from('# f\u00fcr', 'latin1')])],
    [
      'a comment in Latin-1, with CR',
      Buffer.concat([Buffer.from('# f\u00fcr\r', 'latin1'), Buffer.from(text)]),
    ],
  ])('%s', async (_, bytes) => {
    expect(await read(bytes)).toMatchObject({
      name: 'caf\u00e9 \u{1f40d}',
      specs: [{ text: 'zlib' }],
    })
  })

  test.each([
    [
      'a spec in Latin-1',
      Buffer.from('dependencies:\n  - f\u00fcr', 'latin1'),
      2,
      'bytes that are not UTF-8',
    ],
    [
      'half a character',
      Buffer.concat([utf16('le', '\uFEFFa: 1\r\nb: '), Buffer.of(0)]),
      2,
      'UTF-16LE, and damaged',
    ],
    ['half a pair', utf16('be', '\uFEFFa: 1\n\n\ud800b'), 3, 'UTF-16BE, and damaged'],
    ['a NUL', Buffer.from('a: 1\rb: 2\rc: \0'), 3, 'holds a NUL'],
    ['an archive', Buffer.from('504b030414000000', 'hex'), 1, 'holds a NUL'],
    ['UTF-32', Buffer.from('fffe00006100000062000000', 'hex'), 1, 'holds a NUL'],
  ])('%s is refused with its line', async (_, bytes, line, message) => {
    await expect(read(bytes)).rejects.toThrow(`env.yaml:${line}: `)
    await expect(read(bytes)).rejects.toThrow(message)
    await expect(read(bytes)).rejects.toThrow('Save the file as UTF-8.')
  })
})

test.each([
  ['pixi.toml', 'pixi workspace export conda-environment'],
  ['pyproject.toml', 'describes a python project'],
  ['pylock.toml', "in 'lock-file', below the lockfile of the conda packages"],
  ['pylock.dev.toml', 'a lockfile of wheels alone'],
  ['pixi.lock', 'lock-mode: frozen'],
  ['conda-lock.yml', 'lock-mode: frozen'],
  ['dev.conda-lock.yaml', 'lock-mode: frozen'],
  ['requirements.txt', "a list of pip's"],
  ['requirements-dev.txt', "a list of pip's"],
  ['dev_requirements.in', "a list of pip's"],
])('%s is named for what it is, with what to write instead', async (name, said) => {
  const file = join(folder, name)
  await writeFile(file, 'a = [')
  await expect(readEnvironment(file)).rejects.toThrow(said)
  await expect(readEnvironment(file)).rejects.toThrow(`${file}: this `)
})
