import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from '@jest/globals'
import { UserError } from '../../src/common/errors.ts'
import { runJob, type LayerJob } from '../../src/layers/job.ts'
import { packLayers } from '../../src/layers/pool.ts'
import { brokenPackage, jobOf, jobPackage } from './packages.ts'

const directory = mkdtempSync(join(tmpdir(), 'pool-'))
afterAll(() => {
  rmSync(directory, { recursive: true })
})

async function jobs(count: number, folder: string) {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const content = `${index} `.repeat(100_000 * (index % 3))
      const name = `package${index}`
      return jobOf([await jobPackage(name, [{ name, content }])], join(directory, `${folder}-${index}`))
    }),
  )
}

/** A job that has not to wait for anything. */
const ready = (job: LayerJob) => () => Promise.resolve(job)

describe('packLayers', () => {
  it.each([1, 2, 5])('packs every layer once on %i threads, the same as without threads', async (threads) => {
    const all = await jobs(7, `on-${threads}`)
    const digests = new Map<number, string[]>()
    await packLayers(
      all.map(ready),
      ({ layer }, index) => digests.set(index, [...(digests.get(index) ?? []), layer.descriptor.digest]),
      threads,
    )
    for (const [index, job] of all.entries()) {
      const { layer } = await runJob({ ...job, file: join(directory, 'alone') })
      expect(digests.get(index)).toEqual([layer.descriptor.digest])
    }
  })

  it('needs no thread for no job', async () => {
    await expect(packLayers([])).resolves.toBeUndefined()
  })

  it("passes a user's error on as one, and begins nothing more", async () => {
    const [good, ...rest] = await jobs(4, 'failing')
    const broken = jobOf([brokenPackage('bad')], join(directory, 'broken'))
    const done: unknown[] = []
    const packing = packLayers(
      [...(good ? [good] : []), broken, ...rest].map(ready),
      (_, index) => done.push(index),
      1,
    )
    const error: unknown = await packing.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UserError)
    expect(String(error)).toContain('package bad-1.0-0 is not a readable .conda file')
    expect(done).toEqual([0])
  })

  it('passes any other error on with its stack', async () => {
    const [job] = await jobs(1, 'bug')
    const packing = packLayers(job ? [ready({ ...job, file: join(directory, 'no/such/folder') })] : [])
    const error: unknown = await packing.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toBeInstanceOf(UserError)
    expect((error as Error).stack).toContain('ENOENT')
  })

  it('begins with what is there, and ends with what cannot be had', async () => {
    const [first, second] = await jobs(2, 'waiting')
    if (!first || !second) throw new Error('there are no jobs')
    const packed: number[] = []
    let arrive: (job: LayerJob) => void = () => undefined
    const later = new Promise<LayerJob>((resolve) => (arrive = resolve))
    const gone = () => Promise.reject(new UserError('the channel no longer has it'))
    const packing = packLayers(
      [() => later, ready(second), gone],
      (_, index) => {
        packed.push(index)
        if (index === 1) arrive(first)
      },
      2,
    )
    await expect(packing).rejects.toThrow('the channel no longer has it')
    expect(packed[0]).toBe(1)
  })

  it('stops when whoever takes the layers fails', async () => {
    const packing = packLayers((await jobs(4, 'refused')).map(ready), () => {
      throw new Error('the upload failed')
    })
    await expect(packing).rejects.toThrow('the upload failed')
  })
})
