import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
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

test('a pip section is refused by its first line, with the way round it', async () => {
  await expect(read('dependencies:\n  - pip\n  - pip:\n    - flask\n    - jinja2')).rejects.toThrow(
    /env\.yaml:4: 'pip:' is not supported yet, so 'flask' cannot be installed\n.*Dockerfile.* FROM the image/,
  )
})

test('an empty one asks for nothing', async () => {
  expect((await read('dependencies:\n  - pip:')).specs).toEqual([])
})

test('what is not text is refused', async () => {
  await expect(read(Uint8Array.of(0xff, 0xfe, 0x00))).rejects.toThrow(/env\.yaml: it cannot be read/)
})
