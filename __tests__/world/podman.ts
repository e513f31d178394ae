import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeRoomForContainers } from './engine-cgroups.ts'
import { run } from './command.ts'

export interface Podman {
  /** The variables by which a podman has a storage of its own. */
  readonly environment: { readonly CONTAINERS_CONF: string; readonly CONTAINERS_STORAGE_CONF: string }
  /** Removes its containers, images and configuration. */
  remove(): Promise<void>
}

/**
 * A podman without images that shares nothing with another on this machine. It has runc run its containers and copies its layers, both of which
 * work inside of containers too.
 */
export async function ownPodman(): Promise<Podman> {
  await makeRoomForContainers()
  const folder = await mkdtemp(join(tmpdir(), 'podman-'))
  const environment = {
    CONTAINERS_CONF: join(folder, 'containers.conf'),
    CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf'),
  }
  const containers = [
    '[containers]',
    'default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]',
    '[engine]',
    'runtime = "runc"',
    'cgroup_manager = "cgroupfs"',
    'events_logger = "none"',
    `tmp_dir = "${join(folder, 'tmp')}"`,
  ]
  const storage = [
    '[storage]',
    'driver = "vfs"',
    `runroot = "${join(folder, 'run')}"`,
    `graphroot = "${join(folder, 'data')}"`,
  ]
  await writeFile(environment.CONTAINERS_CONF, `${containers.join('\n')}\n`)
  await writeFile(environment.CONTAINERS_STORAGE_CONF, `${storage.join('\n')}\n`)
  return {
    environment,
    async remove() {
      const env = { ...process.env, ...environment }
      await run('podman', ['rm', '--all', '--force', '--volumes'], { env })
      await run('podman', ['rmi', '--all', '--force'], { env })
      await rm(folder, { recursive: true, force: true })
    },
  }
}
