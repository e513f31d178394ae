import { afterEach, expect, jest, test } from '@jest/globals'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './command.ts'
import { startWorld } from './world.ts'

// The first run makes what the others find.
jest.setTimeout(300_000)

const stops: (() => Promise<void>)[] = []
afterEach(() => Promise.all(stops.splice(0).map((stop) => stop())))

test('a job in the world can log in to its registry, which has the base', async () => {
  const world = await startWorld({ registry: { auth: 'token' }, base: { compression: 'zstd' } })
  stops.push(world.stop)
  const config = join(world.environment['DOCKER_CONFIG'] ?? '', 'config.json')
  const words = ['inspect', '--tls-verify=false', '--authfile', config, `docker://${world.base.reference}`]
  const inspected: unknown = JSON.parse((await run('skopeo', words)).toString())
  expect(inspected).toMatchObject({ Digest: world.base.digest })
  const anonymous = words.toSpliced(2, 2, '--no-creds')
  await expect(run('skopeo', anonymous)).rejects.toThrow(/authentication required|unauthorized/)
})

test('a base can be like one of micromamba-docker', async () => {
  const world = await startWorld({ registry: {}, base: { micromamba: true } })
  stops.push(world.stop)
  const words = ['inspect', '--tls-verify=false', '--config', `docker://${world.base.reference}`]
  const inspected: unknown = JSON.parse((await run('skopeo', words)).toString())
  expect(inspected).toMatchObject({ config: { User: 'mambauser' } })
})

test("a job's directories and services are there while the world is, and are the world's alone", async () => {
  const world = await startWorld({ registry: {}, cache: {} })
  const other = await startWorld({})
  stops.push(other.stop)
  const names = ['HOME', 'DOCKER_CONFIG', 'RUNNER_TEMP', 'RUNNER_TOOL_CACHE']
  for (const name of names) {
    await access(world.environment[name] ?? '')
    expect(world.environment[name]).not.toBe(other.environment[name])
  }
  expect(other.environment['ACTIONS_RESULTS_URL']).toBeUndefined()
  const addresses = [`http://${world.registry.host}/v2/`, world.environment['ACTIONS_RESULTS_URL'] ?? '']
  for (const address of addresses) await fetch(address)

  await world.stop()
  for (const address of addresses) await expect(fetch(address)).rejects.toThrow()
  await expect(access(world.environment['HOME'] ?? '')).rejects.toThrow(/ENOENT/)
})

test('channel and releases are served, and the inputs lead there', async () => {
  const world = await startWorld({ channel: {}, releases: {}, registry: {}, base: {} })
  stops.push(world.stop)
  expect(world.inputs['base-image']).toBe(world.base.reference)
  const { 'micromamba-url': mirror = '', 'micromamba-version': version = '' } = world.inputs
  expect((await fetch(`${mirror}/${version}/micromamba-linux-64.sha256`)).status).toBe(200)
  const repodata = await fetch(`${world.channel.url}/noarch/repodata.json`)
  expect(await repodata.json()).toHaveProperty('packages')
})

test('what cannot be started leaves nothing behind', async () => {
  await expect(startWorld({ cache: {}, base: {} })).rejects.toThrow('a base needs a registry')
})
