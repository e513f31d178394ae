import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { readMembers } from '../../src/stages/environments.ts'

let workspace = ''
beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'members-'))
})
afterEach(() => rm(workspace, { recursive: true }))

/** Reads files that say these names. */
async function membersOf(names: Readonly<Record<string, string>>) {
  for (const [file, name] of Object.entries(names)) {
    await writeFile(join(workspace, file), `# environment\nname: ${name}\ndependencies: []\n`)
  }
  const environmentFiles = Object.keys(names)
  return readMembers({
    workspace,
    environmentFiles,
    packages: [],
    channels: [],
    lock: { mode: 'auto', updateOnly: [] },
  })
}

describe('names', () => {
  const odd = ['my env', '/scratch/me/env', 'a:b', 'x#1', '..', '"a\\tb"']

  test.each([...odd, '""'])('%s is as good as any for an only environment', async (name) => {
    expect(await membersOf({ 'env.yaml': name })).toMatchObject([{ name: 'base' }])
  })

  test.each(odd)('%s is none beside others, and its line is said', async (name) => {
    const members = membersOf({ 'env.yaml': 'base', 'more.yaml': name })
    await expect(members).rejects.toThrow(/more\.yaml:2: '.*' is no name for an environment beside others/s)
  })

  test('an empty one is none: the file goes by its stem', async () => {
    const members = await membersOf({ 'env.yaml': 'base', 'more.yaml': '""' })
    expect(members.map(({ name }) => name)).toEqual(['base', 'more'])
  })

  test('a stem is held to the same', async () => {
    await expect(membersOf({ 'env.yaml': 'base', 'more of it.yaml': '' })).rejects.toThrow(
      "'more of it' is no name for an environment beside others",
    )
  })
})
