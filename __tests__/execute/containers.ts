import { spawn } from 'node:child_process'
import { chmod, chown, copyFile, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ociConfig, writeNetworkFiles } from '../../src/execute/bundle.ts'
import {
  findRuntimes,
  runArguments,
  runtimeVariables,
  type Container,
  type Runtime,
  type RuntimeName,
} from '../../src/execute/runtime.ts'
import { secretsInput, withSecrets } from '../../src/execute/secrets.ts'
import type { Command } from '../../src/execute/types.ts'
import { unpackLayers } from '../../script/lib/unpack.ts'
import { minimalDebian } from '../world/base.ts'
import { run } from '../world/command.ts'
import { extractDebs } from '../world/debian.ts'

/** A user of this machine that has nothing, not even a name. */
export const plainUser = { uid: 12345, gid: 12346 }

/** A folder that any user of this machine can come to. */
export async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'execute-'))
  await chmod(folder, 0o755)
  return folder
}

/** The file system of an image: shells, coreutils, and a perl that makes system calls by their number. */
export async function makeTree(root: string): Promise<void> {
  await mkdir(root)
  const file = await minimalDebian()
  await unpackLayers([{ file, mediaType: 'application/vnd.oci.image.layer.v1.tar' }], root)
  const perl = await extractDebs(['perl-base', 'libcrypt1'])
  await copyFile(join(perl, 'usr/bin/perl'), join(root, 'usr/bin/perl'))
  await run('sh', ['-c', 'cp "$1"/lib/*/libcrypt.so.1* "$2"/usr/lib/*-linux-gnu/', 'sh', perl, root])
}

export interface Ran {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  /** What was its `/tmp`, and where its config lies. */
  readonly temporary: string
  readonly bundle: string
}

/** Runs commands in the tree of a folder as `runtime.rights` say, `rootless` being the plain user's. */
export class Containers {
  readonly runtime: Runtime
  readonly root: string
  readonly #folder: string
  #count = 0

  private constructor(runtime: Runtime, folder: string) {
    this.runtime = runtime
    this.#folder = folder
    this.root = join(folder, 'root')
  }

  /** @throws Error where this machine has no runc, or the process is not root's */
  static async make(name: RuntimeName, rights: 'root' | 'rootless'): Promise<Containers> {
    const folder = await openFolder()
    if (name === 'crun') await installCrun(folder)
    const environment = { PATH: `${folder}:${process.env['PATH'] ?? ''}` }
    const found = (await findRuntimes(environment, 0)).find((runtime) => runtime.name === name)
    if (!found) throw new Error(`there is no ${name} on this machine: script/bootstrap installs runc`)
    const containers = new Containers({ ...found, rights }, folder)
    await makeTree(containers.root)
    if (rights === 'rootless') await run('chown', ['-R', `${plainUser.uid}:${plainUser.gid}`, folder])
    return containers
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true })
  }

  /** @param beside what the test does while it runs, given the path of a folder that is its `/tmp` */
  async run(
    command: Partial<Command> & Pick<Command, 'args'>,
    beside: (temporary: string, container: Container) => Promise<void> = () => Promise.resolve(),
  ): Promise<Ran> {
    const folder = join(this.#folder, `${(this.#count += 1)}`)
    const [bundle, state, temporary] = ['bundle', 'state', 'tmp'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    const networkFiles = join(folder, 'etc')
    for (const made of [folder, bundle, state, temporary]) await mkdir(made)
    await chmod(temporary, 0o1777)
    await writeNetworkFiles(networkFiles)
    const { secrets, args } = command
    const rootless = this.runtime.rights === 'rootless' ? plainUser : undefined
    const config = ociConfig(
      {
        env: { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' },
        user: { uid: 0, gid: 0 },
        cwd: '/',
        network: false,
        timeout: 60,
        ...command,
        args: secrets ? withSecrets(args) : args,
      },
      {
        root: this.root,
        temporary,
        networkFiles,
        seccomp: this.runtime.seccomp,
        ...(rootless && { rootless }),
      },
    )
    await writeFile(join(bundle, 'config.json'), JSON.stringify(config))
    if (rootless) {
      for (const own of [folder, bundle, state, temporary]) await chown(own, rootless.uid, rootless.gid)
    }
    const place = { id: `test-${process.pid}-${this.#count}`, state }
    const [program, ...words] = this.asItsUser(runArguments(this.runtime, { ...place, bundle }))
    const child = spawn(program, words, {
      // Far from any secret of the test's.
      env: runtimeVariables(place),
      stdio: [secrets ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    })
    if (secrets) child.stdin?.end(secretsInput(secrets))
    const output = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (text: string) => (output[name] += text))
    }
    const ended = new Promise<number | null>((resolve, reject) => {
      child.on('error', reject).on('close', resolve)
    })
    const [exitCode] = await Promise.all([ended, beside(temporary, { ...place, bundle })])
    return { exitCode, ...output, temporary, bundle }
  }

  /** The command line that runs another one as whoever runs the runtime. Not by `uid` of spawn, which keeps the groups of root. */
  asItsUser(words: readonly string[]): [string, ...string[]] {
    const { uid, gid } = this.runtime.rights === 'rootless' ? plainUser : { uid: 0, gid: 0 }
    const asUser: [string, ...string[]] = [
      'setpriv',
      `--reuid=${uid}`,
      `--regid=${gid}`,
      '--clear-groups',
      ...words,
    ]
    if (this.runtime.name === 'runc') return asUser
    // crun wants cgroups to be of one version, which they are not on every machine.
    const script = 'mount -t cgroup2 none /sys/fs/cgroup && exec "$@"'
    return ['unshare', '--mount', 'sh', '-c', script, 'sh', ...asUser]
  }
}

/** Puts Debian's crun into a folder, with what it needs. */
export async function installCrun(folder: string): Promise<void> {
  const libraries = ['libyajl2', 'libseccomp2', 'libcap2', 'libsystemd0', 'libgcrypt20', 'libgpg-error0']
  const debs = await extractDebs(['crun', ...libraries])
  const path = `${debs}/usr/lib/$(uname -m)-linux-gnu:${debs}/lib/$(uname -m)-linux-gnu`
  const script = `#!/bin/sh\nLD_LIBRARY_PATH=${path} exec ${debs}/usr/bin/crun "$@"\n`
  await writeFile(join(folder, 'crun'), script, { mode: 0o755 })
}
