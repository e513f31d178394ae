import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../../../__tests__/world/command.ts'
import type { FaultCase } from './types.ts'
import type { Places, Run, ScenarioName } from './stand.ts'

/** A place that runs write to. */
interface Place {
  readonly name: string
  readonly of: (places: Places) => string
  /** The run that writes there most. */
  readonly scenario: ScenarioName
  readonly inputs?: Run['inputs']
  /** The run can do without. */
  readonly dispensable?: true
}

const temporary: Place = { name: 'RUNNER_TEMP', of: (places) => join(places.temporary), scenario: 'lock' }
const tools: Place = { name: 'tool cache', of: (places) => places.tools, scenario: 'lock', dispensable: true }
const workspace: Place = { name: 'workspace', of: (places) => places.workspace, scenario: 'lock' }
const layout: Place = {
  name: 'layout',
  of: (places) => join(places.workspace, 'out'),
  scenario: 'image',
  inputs: { output: 'out/image.tar' },
}

/** Bytes of disks on which more and more of a run has room. */
const sizes = [4, 16, 64, 128, 256, 512, 1024, 2048, 4096].map((size) => size * 1024)

/** A full disk, one that is read-only, and one of which rights keep the user of the job away, at each place. */
export function diskCases(): FaultCase[] {
  const all = [temporary, tools, workspace, layout]
  return [
    ...[temporary, tools].flatMap((place) => sizes.map((size) => full(place, size))),
    ...[workspace, layout].map((place) => full(place, 4096)),
    ...all.map(sealed),
    ...all.map(closed),
  ]
}

/** Mounts a disk over a folder. */
async function mount(path: string, size: number, { workspace }: Places): Promise<void> {
  const own = path === workspace ? await readFile(join(workspace, 'env.yaml')) : undefined
  await mkdir(path, { recursive: true })
  await run('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=1777`, 'tmpfs', path])
  if (own) await writeFile(join(path, 'env.yaml'), own)
}

function full(place: Place, size: number): FaultCase {
  return onDisk(place, `a disk of ${size / 1024} kB is full`, async (path, places) => {
    await mount(path, Math.max(size, 16 * 1024), places)
    if (size > 4096) return
    // What is there already has room, and nothing more.
    await run('dd', ['if=/dev/zero', `of=${join(path, 'micromamba-image-packages')}`, 'bs=4k']).catch(
      () => undefined,
    )
  })
}

function sealed(place: Place): FaultCase {
  return onDisk(place, 'a disk is read-only', async (path, places) => {
    await mount(path, 2 ** 20, places)
    await run('mount', ['-o', 'remount,ro', path])
  })
}

function closed(place: Place): FaultCase {
  return onDisk(
    place,
    'the user of the job may not write',
    async (path, places) => {
      await mount(path, 2 ** 20, places)
      await run('chmod', ['755', path])
      await run('chown', ['65534:65534', path])
    },
    true,
  )
}

function onDisk(
  place: Place,
  fault: string,
  spoil: (path: string, places: Places) => Promise<void>,
  isHeld = false,
): FaultCase {
  return {
    fault,
    stage: place.name,
    times: 'for ever',
    expects: place.dispensable ? 'survived' : 'either',
    arrange(_, id) {
      let path = ''
      return {
        run: {
          scenario: place.scenario,
          repository: `team/${id}`,
          ...(place.inputs && { inputs: place.inputs }),
          ...(isHeld && {
            steps: { under: ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] },
          }),
          async prepare(places) {
            path = place.of(places)
            await spoil(path, places)
          },
        },
        hasMet: () => path !== '',
        get names() {
          return new RegExp(path.replaceAll(/[.[\]]/g, String.raw`\$&`))
        },
        undo: async () => {
          await run('umount', ['--lazy', path])
        },
      }
    },
  }
}
