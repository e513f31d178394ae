import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from '@jest/globals'
import { UserError } from '../../src/common/errors.ts'
import { runJob } from '../../src/layers/job.ts'
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

describe('packLayers', () => {
  it.each([1, 2, 5])('packs every layer once on %i threads, the same as without threads', async (threads) => {
    const all = await jobs(7, `on-${threads}`)
    const digests = new Map<unknown, string[]>()
    await packLayers(
      all,
      ({ layer }, job) => digests.set(job, [...(digests.get(job) ?? []), layer.descriptor.digest]),
      threads,
    )
    for (const job of all) {
      const { layer } = await runJob({ ...job, file: join(directory, 'alone') })
      expect(digests.get(job)).toEqual([layer.descriptor.digest])
    }
  })

  it('needs no thread for no job', async () => {
    await expect(packLayers([])).resolves.toBeUndefined()
  })

  it("passes a user's error on as one, and begins nothing more", async () => {
    const [good, ...rest] = await jobs(4, 'failing')
    const broken = jobOf([brokenPackage('bad')], join(directory, 'broken'))
    const done: unknown[] = []
    const packing = packLayers([...(good ? [good] : []), broken, ...rest], (_, job) => done.push(job), 1)
    const error: unknown = await packing.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UserError)
    expect(String(error)).toContain('package bad-1.0-0 is not a readable .conda file')
    expect(done).toEqual([good])
  })

  it('passes any other error on with its stack', async () => {
    const [job] = await jobs(1, 'bug')
    const packing = packLayers(job ? [{ ...job, file: join(directory, 'no/such/folder') }] : [])
    const error: unknown = await packing.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toBeInstanceOf(UserError)
    expect((error as Error).stack).toContain('ENOENT')
  })

  it('stops when whoever takes the layers fails', async () => {
    const packing = packLayers(await jobs(4, 'refused'), () => {
      throw new Error('the upload failed')
    })
    await expect(packing).rejects.toThrow('the upload failed')
  })
})
