import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cachedFolder } from '../../../__tests__/world/cache.ts'
import { readPublished, writePackages, writeRepodata } from '../../../__tests__/world/channel/publish.ts'
import { script, text, type Recipe } from '../../../__tests__/world/channel/recipe.ts'
import { buildPipChannel } from '../../../__tests__/world/channel/with-pip.ts'
import { buildBackend, sourceFiles } from '../../../__tests__/world/wheels/backend.ts'
import { makeSdist } from '../../../__tests__/world/wheels/make.ts'

/** What of the runs that have commands run takes its time: long enough to be met. */
const pause = 'sleep 2.0471'

/** Whether a process is that, by its line. */
export const isPause = (line: string) => line.startsWith(pause)

/** A line of `run` that waits. */
export const waitingRun = `${pause}; echo done >~/done`

const waitingPackage: Recipe = {
  name: 'script-waits',
  version: '1.0',
  build: 'h0_0',
  subdir: 'noarch',
  noarch: 'generic',
  depends: [],
  files: [
    text('share/script-waits/README', 'what else is here the script has made\n'),
    script(
      'bin/.script-waits-post-link.sh',
      `#!/bin/bash\n${pause}; echo >"$PREFIX/share/script-waits/made"\n`,
    ),
  ],
}

/** The channel with a real pip, and besides it a package whose link script waits. @returns its path */
export async function waitingChannel(): Promise<string> {
  const plain = await buildPipChannel()
  return cachedFolder('waiting-channel', [plain, JSON.stringify(waitingPackage)], async (folder) => {
    const published = await writePackages(folder, () => Promise.resolve([waitingPackage]))
    const others = await readPublished(plain)
    for (const { subdir, fileName } of others) {
      await copyFile(join(plain, subdir, fileName), join(folder, subdir, fileName))
    }
    await writeRepodata(folder, [...others, ...published])
  })
}

/** A source distribution whose wheel takes its time to be built. */
export function waitingSource() {
  const build = 'def build_wheel(folder, settings=None, metadata_directory=None):\n'
  const backend = buildBackend.replace(
    build,
    `${build}    subprocess.run(${JSON.stringify(pause.split(' '))})\n`,
  )
  const files = { 'waits.py': 'answer = 42\n', 'in_tree_backend.py': backend }
  return makeSdist({ name: 'waits', version: '1.0', files: sourceFiles('waits', '1.0', files) })
}
