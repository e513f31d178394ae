import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { saveForPost, setLateOutputs, setOutput } from '../../src/action/runner-files.ts'
import { UserError } from '../../src/common/errors.ts'
import { mountSmallDisk, type SmallDisk } from '../world/small-disk.ts'

let disk: SmallDisk
let file: string
let said: string
const before = { ...process.env }

beforeEach(async () => {
  disk = await mountSmallDisk('4k')
  file = join(disk.path, 'file')
  await writeFile(file, '')
  process.env['GITHUB_OUTPUT'] = file
  process.env['GITHUB_STATE'] = file
  said = ''
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text)
    return true
  })
})
afterEach(async () => {
  jest.restoreAllMocks()
  process.env = { ...before }
  await disk.remove()
})

const large = 'x'.repeat(10_000)

test('an output that has no room is an error that names it, and the file has what it had: of a half the runner fails', () => {
  setOutput('small', 'here')
  const whole = readFileSync(file, 'utf8')
  expect(whole).toMatch(/^small<<(\S+)\nhere\n\1\n$/)
  const thrown = (() => {
    try {
      setOutput('large', large)
    } catch (error) {
      return error
    }
  })()
  expect(thrown).toBeInstanceOf(UserError)
  expect(String(thrown)).toContain(`the output 'large' cannot be set: there is no room left for '${file}'`)
  expect(readFileSync(file, 'utf8')).toBe(whole)
})

test('of what is done by then it is a warning, as it is of what the post step would have', () => {
  setLateOutputs(() => {
    setOutput('tags', large)
  })
  saveForPost('scratch', large)
  expect(said).toMatch(/::warning::Not all is told to the next steps: .*the output 'tags' cannot be set/)
  expect(said).toMatch(/::warning::The post step is not told of 'scratch'.*there is no room left for '/)
  expect(readFileSync(file, 'utf8')).toBe('')
})
