import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, open, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { diskError } from '../../src/common/disk.ts'
import { UserError } from '../../src/common/errors.ts'
import { runJob } from '../../src/layers/job.ts'
import { packLayers } from '../../src/layers/pool.ts'
import { writeLayout } from '../../src/outputs/outputs.ts'
import { fetchPackages } from '../../src/packages/download.ts'
import { jobOf, jobPackage } from '../layers/packages.ts'
import { locked } from '../lock/samples.ts'
import { sampleImage } from '../outputs/sample.ts'
import { temporaryFile } from '../packages/make-package.ts'
import { mountSmallDisk, type SmallDisk } from '../world/small-disk.ts'

let disk: SmallDisk
let sealed: SmallDisk
beforeAll(async () => {
  disk = await mountSmallDisk('64k')
  sealed = await mountSmallDisk('64k')
  await sealed.seal()
})
afterAll(async () => {
  await disk.remove()
  await sealed.remove()
})

const thrownBy = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'nothing',
    (error: unknown) => error,
  )

const noRoom = (path: string, needed: string) =>
  RegExp(
    String.raw`there is no room left for '${path}.*'(?: \(in RUNNER_TEMP\))?: .* of 65.5 kB are free, and it takes about ${needed}`,
  )

test('a layer that the disk has no room for: the place, its room, and about what it takes', async () => {
  const item = await jobPackage('big', [{ name: 'big', content: randomBytes(300_000) }])
  const error = await thrownBy(runJob(jobOf([item], join(disk.path, 'layer'))))
  expect(error).toBeInstanceOf(UserError)
  expect(String(error)).toMatch(noRoom(join(disk.path, 'layer'), '30\\d kB'))
  expect(String(error)).toContain('use a runner with a larger disk')
})

test('the same in a thread', async () => {
  const item = await jobPackage('big', [{ name: 'big', content: randomBytes(300_000) }])
  const packing = packLayers([() => Promise.resolve(jobOf([item], join(disk.path, 'layer')))])
  const error = await thrownBy(packing)
  expect(error).toBeInstanceOf(UserError)
  expect(String(error)).toMatch(noRoom(join(disk.path, 'layer'), '30\\d kB'))
})

test('a folder that a thread may not write to', async () => {
  const item = await jobPackage('small', [{ name: 'small', content: 'x' }])
  const packing = packLayers([() => Promise.resolve(jobOf([item], join(sealed.path, 'layer')))])
  const error = await thrownBy(packing)
  expect(error).toBeInstanceOf(UserError)
  expect(String(error)).toContain(`'${join(sealed.path, 'layer')}' is on a disk that is read-only`)
})

test('an archive: also the line of the lockfile', async () => {
  const file = temporaryFile('big.conda', randomBytes(200_000))
  const one = { ...locked('linux-64/big-1.0-0.conda'), url: new URL(`file://${file}`), line: 12 }
  const options = { lockFile: 'env.lock', authorize: (url: URL) => ({ url, headers: {} }) }
  const before = process.env['RUNNER_TEMP']
  process.env['RUNNER_TEMP'] = disk.path
  const error = await thrownBy(fetchPackages([one], join(disk.path, 'packages'), options))
  if (before === undefined) delete process.env['RUNNER_TEMP']
  else process.env['RUNNER_TEMP'] = before
  expect(error).toBeInstanceOf(UserError)
  expect(String(error)).toContain(`env.lock:12: file://${file}: it cannot be written: `)
  expect(String(error)).toMatch(noRoom(disk.path, '200 kB'))
})

test('a layout', async () => {
  const image = await sampleImage('gzip', randomBytes(100_000).toString('base64'))
  const error = await thrownBy(writeLayout(image, join(disk.path, 'image.tar'), []))
  expect(error).toBeInstanceOf(UserError)
  expect(String(error)).toContain('the layout cannot be written: there is no room left')
})

test('whatever else is refused by the disk is told by its path, with the variable that names the place', async () => {
  const place = await mkdtemp(join(disk.path, 'temp-'))
  process.env['RUNNER_TEMP'] = sealed.path
  try {
    expect(diskError(await thrownBy(mkdir(join(sealed.path, 'x'))))?.message).toMatch(
      `'${join(sealed.path, 'x')}' (in RUNNER_TEMP) is on a disk that is read-only`,
    )
  } finally {
    delete process.env['RUNNER_TEMP']
  }
  const writing = pipeline(Readable.from([randomBytes(100_000)]), createWriteStream(join(place, 'y')))
  expect(diskError(await thrownBy(writing))?.message).toMatch(/^there is no room left for a file/)
})

test('what is no fault of a disk is nothing', async () => {
  expect(diskError(new Error('no'))).toBeUndefined()
  expect(diskError(undefined)).toBeUndefined()
  expect(diskError(await thrownBy(writeFile(join(disk.path, 'no/such/folder'), '')))).toBeUndefined()
  const refused = await new Promise((resolve) => {
    createConnection({ port: 1, host: '127.0.0.1' }).on('error', resolve)
  })
  expect(diskError(refused)).toBeUndefined()
})

test('a file that is open already, whose name the system does not say: the place that has no room', async () => {
  const before = process.env['RUNNER_TEMP']
  process.env['RUNNER_TEMP'] = disk.path
  try {
    const file = await open(join(disk.path, 'open'), 'w')
    const error = diskError(await thrownBy(file.writeFile(randomBytes(300_000))))
    await file.close()
    expect(String(error)).toContain(
      `there is no room left for a file in '${disk.path}' (in RUNNER_TEMP): 0 B of 65.5 kB are free`,
    )
  } finally {
    if (before === undefined) delete process.env['RUNNER_TEMP']
    else process.env['RUNNER_TEMP'] = before
  }
})
