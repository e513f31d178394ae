import { afterEach, expect, jest, test } from '@jest/globals'
import type * as Reproducible from '../../src/layers/reproducible.ts'
import type { Compression } from '../../src/layers/types.ts'

const rules = '../../src/layers/reproducible.ts'
const real = { ...(await import('../../src/layers/reproducible.ts')) }
const { zstd } = process.versions

afterEach(() => {
  setZstd(zstd)
})

/** As if Node were one with another zstd. */
function setZstd(version: string | undefined): void {
  Object.defineProperty(process, 'versions', {
    value: { ...process.versions, zstd: version },
    configurable: true,
  })
}

/** The key of a layer under changed rules. */
async function keyUnder(changes: Partial<typeof Reproducible>, compression: Compression = 'zstd') {
  jest.resetModules()
  jest.unstable_mockModule(rules, () => ({ ...real, ...changes }))
  const { layerKey } = await import('../../src/layers/key.ts')
  return layerKey({
    prefix: '/opt/conda',
    rootPrefix: '/opt/conda',
    owner: { uid: 1, gid: 1 },
    compression,
    packages: [],
  })
}

test("another zstd, such as another Node's, makes another key, and none of gzip's, which is not Node's", async () => {
  const [before, gzip] = [await keyUnder({}), await keyUnder({}, 'gzip')]
  setZstd('99.0.0')
  expect(await keyUnder({})).not.toBe(before)
  expect(await keyUnder({}, 'gzip')).toBe(gzip)
  setZstd(zstd)
  expect(await keyUnder({})).toBe(before)
})

test.each<[string, Partial<typeof Reproducible>, Compression]>([
  ["zstd's level", { zstdSettings: { ...real.zstdSettings, 100: 4 } as never }, 'zstd'],
  ["gzip's level", { gzipLevel: 7 as never }, 'gzip'],
  ['the format of the packer', { packerFormat: (real.packerFormat + 1) as never }, 'zstd'],
  ['the mode of directories', { directoryMode: 0o700 as never }, 'zstd'],
  ['the mode of the root prefix', { rootPrefixMode: 0o755 as never }, 'zstd'],
])('a key depends on %s', async (_, changes, compression) => {
  expect(await keyUnder(changes, compression)).not.toBe(await keyUnder({}, compression))
})
