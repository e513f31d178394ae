import { chmod, chown, copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { probe } from '../../src/execute/probe.ts'
import {
  deleteArguments,
  describeRuntime,
  findRuntimes,
  killArguments,
  readRuntimeError,
  runArguments,
  type Runtime,
} from '../../src/execute/runtime.ts'
import { projectRoot } from '../world/cache.ts'
import { run } from '../world/command.ts'
import { installCrun, openFolder, plainUser } from './containers.ts'

let folder: string
beforeEach(async () => {
  folder = await openFolder()
})
afterEach(() => rm(folder, { recursive: true }))

/** A program of this name that does what a shell script says. */
async function fake(name: string, script: string): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, `#!/bin/sh\n${script}\n`)
  await chmod(file, 0o755)
  return file
}

async function scratch(): Promise<string> {
  return mkdtemp(join(folder, 'scratch-'))
}

const withPath = () => ({ PATH: `${folder}:${process.env['PATH'] ?? ''}` })

describe('the ways to run containers', () => {
  test('are those of root where this process is, each runtime by its first place', async () => {
    const runc = await fake('runc', 'echo "runc version 9"; echo "libseccomp: 2.5.4"')
    const crun = await fake('crun', 'echo "crun version 9"; echo "+SYSTEMD +SELINUX +CAP"')
    expect(await findRuntimes(withPath(), 0)).toEqual([
      { name: 'runc', program: runc, rights: 'root', seccomp: true },
      { name: 'crun', program: crun, rights: 'root', seccomp: false },
    ])
  })

  test('are those of sudo before those of a plain user, where it asks for no password', async () => {
    await fake('runc', '')
    await fake('crun', 'echo "+SECCOMP +EBPF"')
    await fake('sudo', '[ "$*" = "-n true" ]')
    const ways = await findRuntimes(withPath(), 1001)
    expect(ways.map(describeRuntime)).toEqual([
      ...['runc by sudo', 'crun by sudo', 'runc without root', 'crun without root'],
    ])
    expect(ways.map(({ seccomp }) => seccomp)).toEqual([false, true, false, true])
  })

  test('are those of a plain user where sudo asks for one, or is not there', async () => {
    await fake('runc', '')
    await fake('crun', '')
    await fake('sudo', 'echo "sudo: a password is required" >&2; exit 1')
    const ways = await findRuntimes(withPath(), 1001)
    expect(ways.map(describeRuntime)).toEqual(['runc without root', 'crun without root'])
  })

  test('are looked for where PATH does not lead, too', async () => {
    const [found] = await findRuntimes({ PATH: '' }, 0)
    expect(found).toMatchObject({ name: 'runc', rights: 'root', seccomp: true })
  })
})

describe('the command line', () => {
  const place = { id: 'one', state: '/s' }
  const runc: Runtime = { name: 'runc', program: '/usr/bin/runc', rights: 'root', seccomp: true }
  const crun: Runtime = { ...runc, name: 'crun', program: '/usr/bin/crun' }

  test.each<[Runtime, string]>([
    [runc, '/usr/bin/runc --root /s'],
    [{ ...runc, rights: 'sudo' }, 'sudo -n /usr/bin/runc --root /s'],
    [{ ...runc, rights: 'rootless' }, '/usr/bin/runc --root /s'],
    [crun, '/usr/bin/crun --root /s --cgroup-manager=cgroupfs'],
    [{ ...crun, rights: 'rootless' }, '/usr/bin/crun --root /s --cgroup-manager=disabled'],
  ])('of %j', (runtime, beginning) => {
    expect(runArguments(runtime, { ...place, bundle: '/b' }).join(' ')).toBe(
      `${beginning} --log /b/runtime.log --log-format json run --bundle /b one`,
    )
    expect(killArguments(runtime, place).join(' ')).toBe(`${beginning} kill one KILL`)
    expect(deleteArguments(runtime, place).join(' ')).toBe(`${beginning} delete --force one`)
  })
})

describe('a probe', () => {
  const any: Runtime = { name: 'runc', program: '/nowhere/runc', rights: 'root', seccomp: false }

  test('of this machine’s runc as root', async () => {
    const [runc] = await findRuntimes({ PATH: '' }, 0)
    expect(await probe(runc ?? any, await scratch())).toBeUndefined()
  })

  /** Probes the first way of a process that has another user. */
  const probeAsPlainUser = async (environment: NodeJS.ProcessEnv) => {
    const place = await scratch()
    await chown(place, plainUser.uid, plainUser.gid)
    const source = (name: string) => JSON.stringify(join(projectRoot, 'src/execute', name))
    const script = `
      import { mkdtempSync, rmSync } from 'node:fs'
      import { findRuntimes } from ${source('runtime.ts')}
      import { probe } from ${source('probe.ts')}
      const [runtime] = await findRuntimes(process.env)
      const place = mkdtempSync(${JSON.stringify(join(place, 'mine-'))})
      console.log(runtime.rights, await probe(runtime, place))
      rmSync(place, { recursive: true })`
    const user = [`--reuid=${plainUser.uid}`, `--regid=${plainUser.gid}`, '--clear-groups']
    const node = [process.execPath, '--input-type=module', '--eval', script]
    return (await run('setpriv', [...user, ...node], { env: environment, cwd: '/' })).toString()
  }

  test('of this machine’s runc as somebody who is not root', async () => {
    expect(await probeAsPlainUser({ PATH: '/usr/bin' })).toBe('rootless undefined\n')
  })

  test('of this machine’s runc by sudo, which leaves nothing of root’s', async () => {
    await fakeSudo()
    expect(await probeAsPlainUser({ PATH: `${folder}:/usr/bin` })).toBe('sudo undefined\n')
  })

  /** A sudo for the group of the plain user alone: a shell that root's rights are given to. */
  const fakeSudo = async () => {
    const shell = join(folder, 'root-shell')
    await copyFile('/bin/bash', shell)
    await chown(shell, 0, plainUser.gid)
    await chmod(shell, 0o4750)
    const script = `#!${shell} -p\nshift\nexec setpriv --reuid=0 --regid=0 --clear-groups "$@"\n`
    await writeFile(join(folder, 'sudo'), script, { mode: 0o755 })
  }

  test('of a real crun gives what it says where it does not run', async () => {
    await installCrun(folder)
    const crun = (await findRuntimes(withPath(), 0)).find(({ name }) => name === 'crun')
    expect(crun).toMatchObject({ program: join(folder, 'crun'), seccomp: true })
    const answer = await probe(crun ?? any, await scratch())
    // Where cgroups are of one version it runs.
    expect([undefined, expect.stringMatching(/cgroups in hybrid mode not supported/)]).toContainEqual(answer)
  })

  test('of a program that is not there', async () => {
    expect(await probe(any, await scratch())).toBe('spawn /nowhere/runc ENOENT')
  })

  test('of one that says nothing', async () => {
    const program = await fake('runc', 'exit 3')
    expect(await probe({ ...any, program }, await scratch())).toBe('it ended with 3 and no word')
  })

  test('of one that does not end, nor does what it has started', async () => {
    const program = await fake('runc', 'case "$*" in *delete*) exit;; esac; echo starting >&2; sleep 5')
    expect(await probe({ ...any, program }, await scratch(), 1)).toBe('no answer within 1 s')
  })
})

test('why a container could not be started is read once, and told from what a command says', async () => {
  const container = { bundle: folder }
  expect(readRuntimeError(container)).toBeUndefined()
  const lines = [
    { level: 'warning', msg: 'unable to get oom kill count' },
    { level: 'error', msg: 'runc run failed: "x"\nis not there' },
  ]
  await writeFile(join(folder, 'runtime.log'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  expect(readRuntimeError(container)).toBe('runc run failed: "x" is not there')
  expect(readRuntimeError(container)).toBeUndefined()
  await writeFile(join(folder, 'runtime.log'), `${JSON.stringify(lines[0])}\n`)
  expect(readRuntimeError(container)).toBeUndefined()
})
