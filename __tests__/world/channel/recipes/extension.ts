import { extractDebs } from '../../debian.ts'
import { text, type Recipe } from '../recipe.ts'
import { filesFrom } from '../tree.ts'
import type { Machine } from './machine.ts'

const version = '2.1.2'

/** A package with an extension module, so one for each kind of machine and each python. */
export async function extensionRecipe({ subdir, debian }: Machine): Promise<Recipe> {
  const root = await extractDebs(['python3-markupsafe'], { architecture: debian })
  const from = 'usr/lib/python3/dist-packages/markupsafe/'
  const to = 'lib/python3.11/site-packages'
  const files = await filesFrom(root, (path) =>
    path.startsWith(from) ? `${to}/markupsafe/${path.slice(from.length)}` : undefined,
  )
  const metadata = `Metadata-Version: 2.1\nName: MarkupSafe\nVersion: ${version}\n`
  return {
    name: 'markupsafe',
    version,
    build: 'py311h0_0',
    subdir,
    depends: ['__glibc >=2.17,<3.0.a0', 'python >=3.11,<3.12.0a0', 'python_abi 3.11.* *_cp311'],
    files: [...files, text(`${to}/MarkupSafe-${version}.dist-info/METADATA`, metadata)],
  }
}
