import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exists } from './cache.ts'

const root = '/sys/fs/cgroup'

/**
 * Inside a container, the root of the control groups that one sees holds the container's processes, and a group with
 * processes cannot have groups with controllers below it (kernel documentation, cgroup-v2, "No Internal Process
 * Constraint"). The processes move to a group beside those of the engine, as Docker's own images for nested engines do.
 */
export async function makeRoomForContainers(): Promise<void> {
  // The machine's true root has no type, and is free of the constraint; version 1 has no controllers file.
  if (!(await exists(join(root, 'cgroup.type'))) || !(await exists(join(root, 'cgroup.controllers')))) return
  const group = join(root, 'init')
  await mkdir(group, { recursive: true })
  for (const id of await read('cgroup.procs')) {
    await writeFile(join(group, 'cgroup.procs'), id).catch(() => undefined) // it ended meanwhile
  }
  const controllers = await read('cgroup.controllers')
  await writeFile(join(root, 'cgroup.subtree_control'), controllers.map((name) => `+${name}`).join(' '))
}

async function read(name: string): Promise<string[]> {
  return (await readFile(join(root, name), 'utf8')).split(/\s+/).filter(Boolean)
}
