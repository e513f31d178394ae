import { chmod, chown, copyFile, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { ownPodman, type Podman } from '../world/podman.ts'
import { startWorld } from '../world/world.ts'
import { runUnder, type Conditions } from './conditions.ts'
import { environmentFile } from './job.ts'
import { MadeImage } from './made-image.ts'

const parts = {
  channel: { packages: 'with link scripts' },
  releases: {},
  registry: {},
  engine: {},
  base: {},
} as const
let world: Awaited<ReturnType<typeof startWorld<typeof parts>>>
let podman: Podman
let folder: string

beforeAll(async () => {
  ;[world, podman] = await Promise.all([startWorld(parts), ownPodman()])
  folder = await mkdtemp(join(await realpath(tmpdir()), 'executors-'))
  await chmod(folder, 0o755)
})

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
  await podman.remove()
  await world.stop()
})

const scripted = [
  'graphviz',
  'gdk-pixbuf',
  'librsvg',
  'script-removes',
  'script-placeholder',
  'script-prints',
]

const commands = `
dot -Tsvg -o ~/drawn.svg <<<'graph { a -- b }'
umask 027; mkdir -p ~/a/b ~/shut; echo "$CONDA_PREFIX" >~/a/b/file; ln ~/a/b/file ~/hard; ln -s a/b ~/soft; chmod 700 ~/shut
rm -r /opt/conda/share/script-placeholder ~/a/b; echo changed >/opt/conda/share/tiny/version.txt; echo >~/shut/file
env | grep -v ^_ | sort >~/env; pwd >>~/env; cat /proc/sys/kernel/hostname /run/secrets/one >>~/env; umask >>~/env; cat /srv/data >>~/env
! touch /here /srv/work/here && cd / && mkdir ~/shut/more; mkdir -p ~/closed/in; echo >~/closed/in/file; chmod 0 ~/closed/in ~/closed
chmod 700 ~/closed ~/closed/in; echo more >~/closed/in/file; chmod 0 ~/closed/in/file; rm ~/hard
`

/** A sudo for `nobody` alone: a shell that root's rights are given to. */
async function sudoFolder(): Promise<string> {
  const place = join(folder, 'sudo')
  const shell = join(place, 'root-shell')
  await mkdir(place)
  await copyFile('/bin/bash', shell)
  await chown(shell, 0, 65534)
  await chmod(shell, 0o4750)
  const script = `#!${shell} -p\nshift\nexec setpriv --reuid=0 --regid=0 --clear-groups "$@"\n`
  await writeFile(join(place, 'sudo'), script, { mode: 0o755 })
  return place
}

async function make(name: string, executor: string, conditions: Conditions) {
  const place = join(folder, name)
  await mkdir(join(place, 'workspace'), { recursive: true })
  await writeFile(
    join(place, 'workspace/env.yaml'),
    environmentFile(world.channel.url, [...scripted, 'tiny']),
  )
  await writeFile(join(place, 'workspace/data'), 'copied\n')
  const inputs = {
    ...world.inputs,
    copy: 'data:/srv/data',
    ...{ tags: `${world.registry.host}/${name}:1`, push: 'true', 'cache-from': 'none' },
    ...{ executor, run: commands, secrets: 'one=the secret of all', workdir: '/srv/work' },
  }
  const { outcome } = await runUnder(conditions, place, inputs, { ...process.env, ...world.environment })
  expect(outcome.exitCode === 0 || outcome.log).toBe(true)
  return { log: outcome.log, image: await MadeImage.read(`${world.registry.host}/${name}:1`) }
}

test('link scripts and commands make one image, whoever runs them', async () => {
  const path = process.env['PATH'] ?? ''
  const ways = [
    ['runc as root', 'runc', {}],
    ['runc without root', 'runc', { user: 'nobody' }],
    ['runc by sudo', 'runc', { user: 'nobody', environment: { PATH: `${await sudoFolder()}:${path}` } }],
    ['docker', 'docker', {}],
    ['podman', 'podman', { environment: podman.environment }],
  ] as const
  const images: [string, MadeImage][] = []
  for (const [way, executor, conditions] of ways) {
    const { log, image } = await make(way.replaceAll(' ', '-'), executor, conditions)
    expect(log).toContain(`${way} runs the link scripts`)
    images.push([way, image])
  }
  const of = <T>(what: (image: MadeImage) => T) =>
    Object.fromEntries(images.map(([way, it]) => [way, what(it)]))
  const [, first] = images[0] ?? []
  const same = <T>(what: (image: MadeImage) => T) =>
    Object.fromEntries(images.map(([way]) => [way, first && what(first)]))
  for (const title of first?.content.layers.map(({ createdBy = '' }) => createdBy) ?? []) {
    const listed = await Promise.all(
      images.map(async ([way, image]) => [way, title, Object.fromEntries(await image.filesOf(title))]),
    )
    for (const [way, , files] of listed) expect([way, title, files]).toEqual([way, title, listed[0]?.[2]])
  }
  expect(of(({ content }) => content.digest)).toEqual(same(({ content }) => content.digest))
})
