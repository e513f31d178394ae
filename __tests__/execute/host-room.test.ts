import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { digestOf } from '../../src/common/digest.ts'
import { UserError } from '../../src/common/errors.ts'
import { openHostRoom } from '../../src/execute/host-room.ts'
import { findRuntimes, type Runtime } from '../../src/execute/runtime.ts'
import { layerMediaTypes } from '../../src/oci/media-types.ts'
import type { ImageLayer } from '../../src/oci/image.ts'
import { minimalDebian } from '../world/base.ts'
import { writeTar } from '../world/tar.ts'
import { openFolder } from './containers.ts'

const user = { uid: 0, gid: 0 }
let folder: string
let temporary: string | undefined
let runtime: Runtime

beforeAll(async () => {
  const found = (await findRuntimes(process.env)).find(({ rights }) => rights === 'root')
  if (!found) throw new Error('these tests are run as root, with runc: script/bootstrap installs it')
  runtime = found
  folder = await openFolder()
  temporary = process.env['RUNNER_TEMP']
  process.env['RUNNER_TEMP'] = folder
})

afterAll(async () => {
  if (temporary === undefined) delete process.env['RUNNER_TEMP']
  else process.env['RUNNER_TEMP'] = temporary
  await rm(folder, { recursive: true })
})

/** A layer that is not on this machine. */
function remote(bytes: Buffer, open: () => Promise<Readable>): ImageLayer {
  const digest = digestOf(bytes)
  return {
    descriptor: { mediaType: layerMediaTypes.none, digest, size: bytes.length },
    diffId: digest,
    createdBy: '',
    from: 'base',
    open,
  }
}

async function tarOf(path: string, content: string): Promise<Buffer> {
  const file = join(folder, 'layer.tar')
  await writeTar(file, [{ path, content }])
  const bytes = await readFile(file)
  await rm(file)
  return bytes
}

test('a layer that an image has several times is fetched once', async () => {
  const debian = await readFile(await minimalDebian())
  const tars = [debian, await tarOf('a', 'a\n'), await tarOf('b', 'b\n')]
  const opened: number[] = []
  const layers = tars.map((bytes, index) =>
    remote(bytes, () => {
      opened.push(index)
      return Promise.resolve(Readable.from([bytes]))
    }),
  )
  const [base, a, b] = layers
  const room = await openHostRoom(
    { layers: [base, a, a, b, a].flatMap((layer) => layer ?? []), user },
    runtime,
  )
  try {
    const lines: string[] = []
    const command = { args: ['/bin/cat', '/a', '/b'], env: {}, user, cwd: '/', network: false, timeout: 60 }
    expect(await room.run(command, (line) => lines.push(line))).toMatchObject({ exitCode: 0 })
    expect(lines).toEqual(['a', 'b'])
    expect(opened).toEqual([0, 1, 2])
  } finally {
    await room.close()
  }
  expect(await readdir(folder)).toEqual([])
})

test('one that cannot be had ends those that are on their way, and leaves nothing', async () => {
  const stalled = new PassThrough()
  stalled.write('the beginning')
  const layers = [
    remote(Buffer.from('missing'), () => Promise.reject(new UserError('the registry has no such layer'))),
    remote(Buffer.from('stalled'), () => Promise.resolve(stalled)),
  ]
  await expect(openHostRoom({ layers, user }, runtime)).rejects.toThrow('the registry has no such layer')
  expect(stalled.destroyed).toBe(true)
  expect(await readdir(folder)).toEqual([])
})
