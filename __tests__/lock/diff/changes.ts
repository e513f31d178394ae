import { diffLocks, type LockChange, type PackageFacts } from '../../../src/lock/diff/diff.ts'
import type { Lock } from '../../../src/lock/types.ts'
import { header, locked } from '../samples.ts'

/** A package as it is written in a test: `name version build`, and what is known of it. */
export type Item = readonly [text: string, facts?: PackageFacts]

/** The difference of two locks for a platform; builds are `0` unless they are given. */
export async function changeOf(
  before: readonly Item[],
  after: readonly Item[],
  more: {
    platform?: string
    environment?: string
    specs?: string[]
    known?: Parameters<typeof diffLocks>[2]
  } = {},
): Promise<LockChange> {
  const { platform = 'linux-64', environment = 'env.yaml', specs = [], known } = more
  const facts = new Map<string, PackageFacts>()
  const lock = (items: readonly Item[]): Lock => ({
    header: { ...header, specs },
    wheels: [],
    packages: items.map(([text, of]) => {
      const [name = '', version = '', build = '0'] = text.split(' ')
      const item = locked(`c/noarch/${name}-${version}-${build}.conda`)
      if (of) facts.set(item.url.href, of)
      return item
    }),
  })
  return { environment, platform, diff: await diffLocks(lock(before), lock(after), { facts, ...known }) }
}
