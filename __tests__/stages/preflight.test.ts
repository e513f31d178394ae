import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { inputVariables, readInputs } from '../../script/lib/action-metadata.ts'
import { readRequest } from '../../src/action/request.ts'
import { createRegistryClient, RegistryError, type RegistryClient } from '../../src/registry/registry.ts'
import { checkBeforehand } from '../../src/stages/preflight.ts'

let workspace: string
const variables = { ...process.env }
const declared = await readInputs('action.yml')

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'preflight-'))
  await writeFile(join(workspace, 'file'), '')
})
afterEach(() => {
  process.env = { ...variables }
})
afterAll(() => rm(workspace, { recursive: true }))

type Permission = Awaited<ReturnType<RegistryClient['checkPush']>>
const reason = new RegistryError('the registry says no', { status: 403 })

/** Checks a run with these inputs, whose registry answers like that. */
async function check(
  inputs: Readonly<Record<string, string>>,
  permission: Permission = { kind: 'writable' },
) {
  Object.assign(process.env, inputVariables(declared, inputs))
  const request = readRequest({ GITHUB_WORKSPACE: workspace })
  const registry = { ...createRegistryClient(), checkPush: () => Promise.resolve(permission) }
  return checkBeforehand(request, [{ name: 'base', file: 'env.yaml' }], registry)
}

const tags = 'ghcr.io/org/app:1'

test.each<[string, Permission['kind'], boolean | 'error']>([
  ['true', 'writable', true],
  ['true', 'unknown', true],
  ['true', 'denied', 'error'],
  ['true', 'read-only', 'error'],
  ['auto', 'writable', true],
  ['auto', 'unknown', true],
  // A login that lacks a right is a mistake; only a token that cannot have it is not.
  ['auto', 'denied', 'error'],
  ['auto', 'read-only', false],
  ['false', 'denied', false],
])('push: %s with a login that is %s', async (push, kind, expected) => {
  const permission = kind === 'writable' ? { kind } : { kind, reason }
  const checked = check({ push, tags }, permission)
  if (expected === 'error') await expect(checked).rejects.toBe(reason)
  else expect((await checked).push).toBe(expected)
})

test('a registry that cannot be reached ends the run before its work', async () => {
  const unreachable = new RegistryError('cannot be reached', {})
  const checked = check({ push: 'auto', tags }, { kind: 'unknown', reason: unreachable })
  await expect(checked).rejects.toBe(unreachable)
})

test.each([
  ['a file on the way', 'file/layout', /cannot be written/],
  ['something else in its place', 'file', /not a directory is there/],
  ['a compressed one', 'image.tar.gz', /written compressed/],
])('an output that cannot be written is found before the work: %s', async (_, output, message) => {
  await expect(check({ output })).rejects.toThrow(message)
})

test('so is an engine that is not there', async () => {
  process.env['CONTAINER_ENGINE'] = 'no-such-engine'
  await expect(check({ load: 'true' })).rejects.toMatchObject({ input: 'load' })
})

test('and the name of an environment that is not among them', async () => {
  await expect(check({ 'environment-name': 'other' })).rejects.toMatchObject({ input: 'environment-name' })
})
