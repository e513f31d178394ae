import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '../../../__tests__/world/command.ts'
import type { ScenarioName } from './stand.ts'
import type { Expectation, FaultCase } from './types.ts'

/** The files by which a step talks to its runner, as the runner of these cases calls them, and whether a run can do without. */
const files: readonly { readonly name: string; readonly variable: string; readonly expects: Expectation }[] =
  [
    // What later steps would have to know cannot be told.
    { name: 'output', variable: 'GITHUB_OUTPUT', expects: 'either' },
    { name: 'summary', variable: 'GITHUB_STEP_SUMMARY', expects: 'survived' },
    { name: 'env', variable: 'GITHUB_ENV', expects: 'survived' },
    { name: 'state', variable: 'GITHUB_STATE', expects: 'survived' },
  ]

/** A disk without room, and one on which there is some. */
const rooms = [0, 4, 8].map((size) => size * 1024)

/** Each of the files on a full disk, in a run that solves and in one that saves its archives. */
export function runnerFileCases(): FaultCase[] {
  return files.flatMap((file) =>
    (['lock', 'save'] as const).flatMap((scenario) => rooms.map((room) => onFullDisk(file, scenario, room))),
  )
}

function onFullDisk(
  { name, variable, expects }: (typeof files)[number],
  scenario: ScenarioName,
  room: number,
): FaultCase {
  return {
    fault: room === 0 ? 'a disk without room' : `a disk with ${room / 1024} kB of room`,
    stage: `${variable}, ${scenario}`,
    times: 'for ever',
    expects,
    scenario,
    async arrange(_, id) {
      const folder = await mkdtemp(join(tmpdir(), 'runner-files-'))
      const disk = join(folder, 'disk')
      await mkdir(disk)
      await run('mount', ['-t', 'tmpfs', '-o', `size=${room + 4096}`, 'tmpfs', disk])
      await writeFile(join(disk, 'other'), Buffer.alloc(4096))
      await writeFile(join(disk, name), '')
      await symlink(join(disk, name), join(folder, name))
      return {
        run: { scenario, repository: `team/${id}`, steps: { files: folder } },
        hasMet: () => true,
        names: new RegExp(`/${name}'`),
        undo: async () => {
          await run('umount', ['--lazy', disk])
          await rm(folder, { recursive: true })
        },
      }
    },
  }
}
