import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Owner } from '../layers/types.ts'
import { hostname } from './conditions.ts'
import type { IdMapping, NamespaceType, RuntimeConfig, RuntimeMount } from './runtime-spec.ts'
import { seccompProfile } from './seccomp.ts'
import { secretsFolder } from './secrets.ts'
import type { Command } from './types.ts'

/** What a container has of this machine. All paths are absolute. */
export interface Place {
  /** The image's file system. What is mounted in it needs a place there, which the runtime makes where the image has none. */
  readonly root: string
  /** An empty folder of mode 1777 that is its `/tmp`. */
  readonly temporary: string
  /** A folder made by `writeNetworkFiles`. */
  readonly networkFiles: string
  /** Whether the runtime can filter system calls. */
  readonly seccomp: boolean
  /**
   * Who runs the runtime, when that is not root. This user can map a single id, its own, and runc wants that to be root in the container.
   * So each command sees itself as root there, and a command of another user as one without capabilities.
   */
  readonly rootless?: Owner
}

/**
 * What root may do in a container: docker's default (moby, `daemon/pkg/oci/caps/defaults.go`) without NET_RAW, by which a command
 * could read what others on the machine's network send.
 */
export const rootCapabilities = [
  'CAP_AUDIT_WRITE',
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_MKNOD',
  'CAP_NET_BIND_SERVICE',
  'CAP_SETFCAP',
  'CAP_SETGID',
  'CAP_SETPCAP',
  'CAP_SETUID',
  'CAP_SYS_CHROOT',
] as const

/** As docker hides them from containers, and keeps them from being written (moby, `daemon/pkg/oci/defaults.go`). */
const maskedPaths = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/sys/devices/virtual/powercap',
  '/sys/firmware',
] as const
const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'] as const

/**
 * The `config.json` of a container that runs one command. It has namespaces of its own for all but the network, where the command
 * may use that; nothing of the machine's file system but what `place` names; and no variable but the command's. Its secrets come over
 * standard input, see `secrets.ts`. Without HOME among its variables runtimes add one, each as it sees fit.
 */
export function ociConfig(command: Command, place: Place): RuntimeConfig {
  const { rootless } = place
  const user = rootless ? { uid: 0, gid: 0 } : { uid: command.user.uid, gid: command.user.gid }
  const capabilities = command.user.uid === 0 ? rootCapabilities : []
  const namespaces: NamespaceType[] = [
    ...(['pid', 'mount', 'ipc', 'uts', 'cgroup'] as const),
    ...(command.network ? [] : (['network'] as const)),
    ...(rootless ? (['user'] as const) : []),
  ]
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user: { ...user, umask: 0o022 },
      args: command.args,
      env: Object.entries(command.env).map(([name, value]) => `${name}=${value}`),
      cwd: command.cwd,
      // Nothing is inheritable: a program has what its user is, not what its caller was (CVE-2022-24769).
      capabilities: {
        bounding: capabilities,
        effective: capabilities,
        permitted: capabilities,
        inheritable: [],
        ambient: [],
      },
      noNewPrivileges: true,
    },
    root: { path: place.root, readonly: false },
    hostname,
    mounts: mountsOf(command, place, user),
    linux: {
      namespaces: namespaces.map((type) => ({ type })),
      ...(rootless
        ? { uidMappings: mappingTo(rootless.uid), gidMappings: mappingTo(rootless.gid) }
        : // The runtime adds the harmless ones. Who is not root can make no device and no such rule either.
          { resources: { devices: [{ allow: false, access: 'rwm' }] } }),
      ...(place.seccomp && { seccomp: seccompProfile() }),
      maskedPaths,
      readonlyPaths,
    },
  }
}

function mappingTo(hostID: number): IdMapping[] {
  return [{ containerID: 0, hostID, size: 1 }]
}

function mountsOf(command: Command, place: Place, user: Owner): RuntimeMount[] {
  const own = ['nosuid', 'nodev']
  const fresh = (type: string, destination: string, options: readonly string[]) => ({
    destination,
    type,
    source: type,
    options,
  })
  const bound = (source: string, destination: string, options: readonly string[]) => ({
    destination,
    type: 'bind',
    source,
    options: ['bind', 'rprivate', ...own, ...options],
  })
  const networkFile = (name: string) =>
    bound(join(place.networkFiles, name), `/etc/${name}`, ['ro', 'noexec'])
  return [
    fresh('proc', '/proc', [...own, 'noexec']),
    fresh('tmpfs', '/dev', ['nosuid', 'strictatime', 'mode=0755', 'size=65536k']),
    // The group `tty` is 5 where there is such an id at all.
    fresh('devpts', '/dev/pts', [
      ...['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'],
      ...(place.rootless ? [] : ['gid=5']),
    ]),
    fresh('tmpfs', '/dev/shm', [...own, 'noexec', 'mode=1777', 'size=65536k']),
    fresh('mqueue', '/dev/mqueue', [...own, 'noexec']),
    // It shows a network, and only who owns that may mount it.
    ...(place.rootless && command.network ? [] : [fresh('sysfs', '/sys', [...own, 'noexec', 'ro'])]),
    bound(place.temporary, '/tmp', ['rw']),
    fresh('tmpfs', '/run', [...own, 'mode=0755']),
    ...(command.secrets === undefined
      ? []
      : [
          fresh('tmpfs', secretsFolder, [
            ...[...own, 'noexec', 'mode=0700', 'size=16384k'],
            ...[`uid=${user.uid}`, `gid=${user.gid}`],
          ]),
        ]),
    ...['hosts', 'hostname', ...(command.network ? ['resolv.conf'] : [])].map(networkFile),
  ]
}

/**
 * Makes a folder, unless it is there, with the `/etc/hosts` and `/etc/hostname` of all containers, and the machine's `/etc/resolv.conf`
 * for those that use its network.
 * @param folder its parent is there
 */
export async function writeNetworkFiles(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o755, recursive: true })
  const hosts = [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    `127.0.1.1\t${hostname}`,
  ]
  await writeFile(join(folder, 'hosts'), `${hosts.join('\n')}\n`, { mode: 0o644 })
  await writeFile(join(folder, 'hostname'), `${hostname}\n`, { mode: 0o644 })
  const resolver = join(folder, 'resolv.conf')
  // Where there is none the resolver asks this machine.
  await copyFile('/etc/resolv.conf', resolver).catch(() => writeFile(resolver, ''))
}
