import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import type { LayerEntry } from '../../src/layers/types.ts'
import { chooseUser } from '../../src/base/users.ts'
import { profileScript } from '../../src/image/bashrc.ts'
import { isWiringFile, micromambaEntries, wire, type Wiring } from '../../src/image/wiring.ts'
import { baseOf, debian, type Sample } from '../base/samples.ts'

const line = 'source /usr/local/bin/_activate_current_env.sh\n'

function wired(samples: Record<string, Sample>, more: Partial<Wiring> = {}): Map<string, LayerEntry> {
  const base = baseOf(samples)
  const entries = wire({
    base,
    user: chooseUser(base, new Map()),
    rootPrefix: '/opt/conda',
    environments: [{ name: 'base', prefix: '/opt/conda', variables: {} }],
    defaults: { environmentName: 'base', executable: '/bin/micromamba' },
    ...more,
  })
  const byPath = new Map(entries.map((entry) => [entry.path, entry]))
  expect(byPath.size).toBe(entries.length)
  return byPath
}

function textOf(entry: LayerEntry | undefined): string | undefined {
  return entry?.type === 'file' && entry.content instanceof Uint8Array
    ? Buffer.from(entry.content).toString()
    : undefined
}

const mine = { uid: 57439, gid: 57439 }

describe('a plain Debian', () => {
  const layer = wired(debian)

  test('the scripts are there, for everybody to run', () => {
    for (const name of [
      '_entrypoint.sh',
      '_activate_current_env.sh',
      '_dockerfile_shell.sh',
      '_apptainer_shell.sh',
      '_dockerfile_initialize_user_accounts.sh',
      '_dockerfile_setup_root_prefix.sh',
    ]) {
      const entry = layer.get(`usr/local/bin/${name}`)
      expect(entry).toMatchObject({ type: 'file', mode: 0o755, uid: 0, gid: 0 })
      expect(textOf(entry)).toBe(readFileSync(`wiring/${name}`, 'utf8'))
    }
    expect(textOf(layer.get('usr/local/lib/micromamba-image/base.sh'))).toContain("CONDA_PREFIX='/opt/conda'")
    expect(textOf(layer.get('etc/arg_mamba_user'))).toBe('mambauser\n')
    expect(textOf(layer.get('usr/local/lib/micromamba-image/defaults'))).toContain("ENV_NAME='base'")
    expect(layer.get(profileScript)).toMatchObject({ mode: 0o644, uid: 0, gid: 0 })
  })

  test('the user is added to files that keep their lines, modes and owners', () => {
    const added = {
      'etc/passwd': 'mambauser:x:57439:57439::/home/mambauser:/bin/bash\n',
      'etc/group': 'mambauser:x:57439:\n',
      'etc/shadow': 'mambauser:!:1::::::\n',
      'etc/gshadow': 'mambauser:!::\n',
    }
    const base = baseOf(debian)
    for (const [path, last] of Object.entries(added)) {
      const { mode, uid, gid } = base.get(path) ?? {}
      expect(layer.get(path)).toMatchObject({ mode, uid, gid })
      expect(textOf(layer.get(path))).toBe(`${base.text(path) ?? ''}${last}`)
    }
  })

  test('the home is made of the skeleton; everybody can write in it', () => {
    expect(layer.get('home/mambauser')).toMatchObject({ type: 'directory', mode: 0o777, ...mine })
    expect(textOf(layer.get('home/mambauser/.profile'))).toBe('# the profile\n')
    expect(layer.get('home/mambauser/.bashrc')).toMatchObject({ mode: 0o644, ...mine })
  })

  test.each([
    ['etc/skel/.bashrc', `# the skeleton\n${line}`],
    ['home/mambauser/.bashrc', `# the skeleton\n${line}`],
    ['root/.bashrc', `# root\n${line}`],
    ['etc/bash.bashrc', `# of all\n${line}`],
  ])('%s activates at its end', (path, text) => {
    expect(textOf(layer.get(path))).toBe(text)
  })

  test('parents come first', () => {
    const seen = new Set(['.'])
    for (const path of layer.keys()) {
      expect(seen).toContain(path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.')
      seen.add(path)
    }
  })

  test('its /etc/profile, which runs what is in /etc/profile.d, stays', () => {
    expect(layer.has('etc/profile')).toBe(false)
    expect(layer.has('etc/bashrc')).toBe(false)
  })

  test("root's home stays closed, and no link of the base is replaced", () => {
    expect(layer.get('root')).toMatchObject({ type: 'directory', mode: 0o700 })
    for (const path of ['bin', 'lib', 'lib64']) expect(layer.has(path)).toBe(false)
  })
})

describe("a base of upstream's", () => {
  const upstream = {
    ...debian,
    'etc/arg_mamba_user': { mode: 0o777, content: Buffer.from('micro\n') },
    'etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nmicro:x:1100:2000::/home/micro:/bin/bash\n',
    'etc/skel/.bashrc': `# the skeleton\n${line}`,
    'root/.bashrc': `# root\n${line}`,
    'home/micro': { type: 'directory', mode: 0o777, uid: 1100, gid: 2000 },
    'home/micro/.bashrc': { mode: 0o777, uid: 1100, gid: 2000, content: Buffer.from(`# micro\n${line}`) },
  } as const

  test('gets our scripts, and nothing else changes', () => {
    const files = [...wired(upstream)].filter(([, { type }]) => type !== 'directory')
    expect(files.map(([path]) => path)).toEqual([
      'usr/local/bin/_entrypoint.sh',
      'usr/local/bin/_activate_current_env.sh',
      'usr/local/bin/_dockerfile_shell.sh',
      'usr/local/bin/_apptainer_shell.sh',
      'usr/local/bin/_dockerfile_initialize_user_accounts.sh',
      'usr/local/bin/_dockerfile_setup_root_prefix.sh',
      profileScript,
      'usr/local/lib/micromamba-image/defaults',
      'usr/local/lib/micromamba-image/base.sh',
      'etc/bash.bashrc',
    ])
  })

  test("a user's .bashrc that does not activate keeps its owner and mode, and gets the line", () => {
    const layer = wired({
      ...upstream,
      'home/micro/.bashrc': { mode: 0o600, uid: 1100, gid: 2000, content: Buffer.from('# own') },
    })
    expect(layer.get('home/micro/.bashrc')).toMatchObject({ mode: 0o600, uid: 1100, gid: 2000 })
    expect(textOf(layer.get('home/micro/.bashrc'))).toBe(`# own\n${line}`)
    expect(layer.get('home/micro')).toMatchObject({ type: 'directory', mode: 0o777, uid: 1100, gid: 2000 })
  })

  test("a .bashrc that could not be read is the user's, and stays", () => {
    const layer = wired({ ...upstream, 'home/micro/.bashrc': { mode: 0o600, uid: 1100, gid: 2000 } })
    expect(layer.has('home/micro/.bashrc')).toBe(false)
  })

  test('a home without .bashrc gets that of the skeleton', () => {
    const without = Object.fromEntries(
      Object.entries(upstream).filter(([path]) => path !== 'home/micro/.bashrc'),
    )
    const layer = wired(without)
    expect(layer.get('home/micro/.bashrc')).toMatchObject({ uid: 1100, gid: 2000 })
    expect(textOf(layer.get('home/micro/.bashrc'))).toBe(`# the skeleton\n${line}`)
  })

  test('whose user is root has one .bashrc of it', () => {
    const layer = wired({ ...upstream, 'etc/arg_mamba_user': 'root\n', 'root/.bashrc': '# root\n' })
    expect(textOf(layer.get('root/.bashrc'))).toBe(`# root\n${line}`)
    expect(layer.get('root/.bashrc')).toMatchObject({ uid: 0, gid: 0 })
  })
})

describe('bases that lack things', () => {
  test('nothing but a shell: what is needed is made, shadow files are not', () => {
    const layer = wired({ 'bin/bash': '' })
    expect(textOf(layer.get('etc/passwd'))).toBe(
      'root:x:0:0:root:/root:/bin/bash\nmambauser:x:57439:57439::/home/mambauser:/bin/bash\n',
    )
    expect(textOf(layer.get('etc/group'))).toBe('root:x:0:\nmambauser:x:57439:\n')
    expect(textOf(layer.get('home/mambauser/.bashrc'))).toBe(line)
    expect(layer.has('etc/shadow')).toBe(false)
    expect(layer.has('etc/gshadow')).toBe(false)
    expect(textOf(layer.get('etc/bash.bashrc'))).toBe(line)
    expect(textOf(layer.get('etc/profile'))).toBe(`. /${profileScript}\n`)
  })

  test.each([
    [
      "Fedora's only",
      { 'etc/bashrc': '# f\n' },
      { 'etc/bashrc': `# f\n${line}`, 'etc/bash.bashrc': undefined, '.bashrc': line },
    ],
    [
      'both',
      { 'etc/bashrc': '# f\n', 'etc/bash.bashrc': '# d\n' },
      { 'etc/bashrc': `# f\n${line}`, 'etc/bash.bashrc': `# d\n${line}`, '.bashrc': undefined },
    ],
    ['one that cannot be read', { 'etc/bash.bashrc': {} }, { 'etc/bash.bashrc': undefined }],
    [
      'a profile of its own',
      { 'etc/profile': 'PATH=/bin\n' },
      { 'etc/profile': `PATH=/bin\n. /${profileScript}\n` },
    ],
  ])("the system's files for shells: %s", (_, files, expected) => {
    const layer = wired({ 'bin/bash': '', ...files })
    for (const [path, text] of Object.entries(expected)) expect(textOf(layer.get(path))).toBe(text)
  })

  test('no bash: no scripts and no files for shells, but a user, and what programs look for', () => {
    const layer = wired(
      { 'etc/skel/.bashrc': '# the skeleton\n' },
      { certificates: '/opt/conda/ssl/cacert.pem' },
    )
    const files = [...layer.values()].filter(({ type }) => type !== 'directory').map(({ path }) => path)
    expect(files).toEqual([
      'etc/passwd',
      'etc/group',
      'home/mambauser/.bashrc',
      'etc/ssl/certs/ca-certificates.crt',
    ])
    expect(textOf(layer.get('etc/passwd'))).toBe(
      'root:x:0:0:root:/root:/sbin/nologin\nmambauser:x:57439:57439::/home/mambauser:/sbin/nologin\n',
    )
    expect(textOf(layer.get('home/mambauser/.bashrc'))).toBe('# the skeleton\n')
    expect(layer.get('tmp')).toMatchObject({ type: 'directory', mode: 0o1777 })
    expect(wired({ tmp: null }).has('tmp')).toBe(false)
  })

  test('no users, where the user is to be root', () => {
    const user = chooseUser(baseOf({}), new Map(), { name: 'root' })
    const layer = wired({}, { user })
    expect(textOf(layer.get('etc/passwd'))).toBe('root:x:0:0::/root:/sbin/nologin\n')
    expect(textOf(layer.get('etc/group'))).toBe('root:x:0:\n')
    expect(layer.get('root')).toMatchObject({ mode: 0o700 })
  })

  test('a group that is there already is not added', () => {
    expect(wired({ ...debian, 'etc/group': 'mambauser:x:57439:\n' }).has('etc/group')).toBe(false)
  })

  test('the skeleton may hold directories and links; what could not be read is left out', () => {
    const layer = wired({
      ...debian,
      'etc/skel/.config': { type: 'directory', mode: 0o700 },
      'etc/skel/.config/app': { mode: 0o600, content: Buffer.from('x') },
      'etc/skel/.link': { link: '.config/app' },
      'etc/skel/huge': {},
    })
    expect(layer.get('home/mambauser/.config')).toMatchObject({ type: 'directory', mode: 0o700, ...mine })
    expect(layer.get('home/mambauser/.config/app')).toMatchObject({ mode: 0o600, ...mine })
    expect(layer.get('home/mambauser/.link')).toMatchObject({ target: '.config/app', ...mine })
    expect(layer.has('home/mambauser/huge')).toBe(false)
  })
})

describe('certificates', () => {
  const certificates = '/opt/conda/ssl/cacert.pem'
  const path = 'etc/ssl/certs/ca-certificates.crt'

  test("the environment's serve where the base has none", () => {
    expect(wired(debian, { certificates }).get(path)).toMatchObject({ type: 'symlink', target: certificates })
    expect(wired(debian).has(path)).toBe(false)
  })

  test("the base's stay, also behind a link", () => {
    const fedora = { ...debian, 'etc/pki/bundle.pem': '', [path]: { link: '/etc/pki/bundle.pem' } }
    expect(wired(fedora, { certificates }).has(path)).toBe(false)
    expect(wired({ ...debian, [path]: { link: '/gone' } }, { certificates }).has(path)).toBe(true)
  })
})

test('each environment has its activation', () => {
  const environments = ['base', 'other'].map((name) => ({
    name,
    prefix: name === 'base' ? '/srv/mm' : `/srv/mm/envs/${name}`,
    variables: {},
  }))
  const layer = wired(debian, { environments, rootPrefix: '/srv/mm' })
  expect(textOf(layer.get('usr/local/lib/micromamba-image/other.sh'))).toContain(
    "'/srv/mm/envs/other/bin:/srv/mm/condabin'",
  )
  expect(layer.get('srv')?.type).toBe('directory')
})

test('micromamba goes where /bin leads', () => {
  const entries = micromambaEntries(baseOf(debian), Buffer.from('elf'))
  expect(entries.map(({ type, path }) => [type, path])).toEqual([
    ['directory', 'usr'],
    ['directory', 'usr/bin'],
    ['file', 'usr/bin/micromamba'],
  ])
  expect(entries[2]).toMatchObject({ mode: 0o755, uid: 0, gid: 0, size: 3 })
})

test('the content of what is looked at is wanted, and no more', () => {
  const wanted = [
    'etc/passwd',
    'etc/skel/.profile',
    'usr/lib/os-release',
    'root/.bashrc',
    'srv/a/.bashrc',
    'etc/profile',
    'etc/bash.bashrc',
    'etc/bashrc',
  ]
  const others = [
    'etc/passwd-',
    'etc/hosts',
    'usr/bin/bash',
    'etc/skel',
    'home/a/bashrc',
    'etc/profile.d/a.sh',
  ]
  expect(wanted.filter((path) => !isWiringFile(path))).toEqual([])
  expect(others.filter(isWiringFile)).toEqual([])
})
