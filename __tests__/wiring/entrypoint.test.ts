import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { makeRoot, type Root } from './root.ts'

let root: Root
beforeEach(async () => {
  root = await makeRoot({ GREETING: "it's" })
})
afterEach(() => root.remove())

const isRoot = process.getuid?.() === 0

describe('the command', () => {
  test('is started with the environment active, without micromamba and without any other program', async () => {
    const outcome = await root.enter(['/usr/bin/env'], { PATH: '/nowhere' })
    expect(outcome).toMatchObject({ code: 0, stderr: '' })
    expect(outcome.stdout.split('\n')).toEqual(
      expect.arrayContaining([
        `PATH=${root.prefix}/bin:${root.prefix}/condabin:/nowhere`,
        `CONDA_PREFIX=${root.prefix}`,
        'CONDA_SHLVL=1',
        "GREETING=it's",
      ]),
    )
    expect(await root.micromambaCalls()).toEqual([])
  })

  test('gets its arguments as they are', async () => {
    const args = ['a  b', 'c\nd', '', '*', '$HOME', '-e', "'"]
    const { stdout } = await root.enter(['printf', '<%s>', ...args])
    expect(stdout).toBe(args.map((arg) => `<${arg}>`).join(''))
  })

  test('takes the place of the shell: exit codes and signals are its own', async () => {
    expect(await root.enter(['bash', '-c', 'exit 42'])).toMatchObject({ code: 42 })
    // Were it a child of the shell, this would end it with 143.
    expect(await root.enter(['bash', '-c', 'kill -TERM $$'])).toMatchObject({ code: 'SIGTERM' })
  })

  test('that is not there is what the shell says it is', async () => {
    const outcome = await root.enter(['no-such-command'])
    expect(outcome).toMatchObject({ code: 127 })
    expect(outcome.stderr).toContain('no-such-command')
    expect(outcome.stderr).not.toContain('activation')
  })

  test('finds nothing of ours in its environment but what activation sets', async () => {
    const { stdout } = await root.enter(['/usr/bin/env'])
    expect(stdout).not.toContain('__image')
  })
})

describe('the user', () => {
  test('of the image and MAMBA_USER have to agree', async () => {
    const outcome = await root.enter(['true'], { MAMBA_USER: 'other' })
    expect(outcome.code).toBe(1)
    expect(outcome.stderr).toContain("'other'")
    expect(outcome.stderr).toContain("'mambauser'")
  })

  test.each([
    ['of which nothing is known', { HOME: '/', USER: undefined }, 'mambauser /home/mambauser'],
    ['without a home', { HOME: undefined, USER: undefined }, 'mambauser /home/mambauser'],
    ['with a name', { HOME: '/', USER: 'me' }, 'me /home/me'],
    ['with a home', { HOME: '/srv/me', USER: undefined }, 'mambauser /srv/me'],
  ])('%s', async (_, variables, expected) => {
    const command = [`${root.directory}/usr/local/bin/_entrypoint.sh`, 'bash', '-c', 'echo "$USER $HOME"']
    // Only root can become somebody else, and only others than root get a home.
    const asOther = ['setpriv', '--reuid=12345', '--regid=12345', '--clear-groups', ...command]
    if (isRoot) await root.run(['chmod', 'a+rx', root.directory])
    const { stdout } = await root.run(isRoot ? asOther : command, variables)
    expect(stdout).toBe(`${expected}\n`)
  })
})

describe('ENV_NAME', () => {
  test('of no environment: a message that lists those there are, and nothing is started', async () => {
    await root.write('opt/conda/envs/other/conda-meta/history', '')
    await root.write('opt/conda/envs/no-environment/file', '')
    const { code, stdout, stderr } = await root.enter(['echo', 'started'], { ENV_NAME: 'typo' })
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toContain(
      "error: ENV_NAME is 'typo', and there is no such environment. This image has:\n  base\n  other\n",
    )
    expect(stderr).not.toContain('no-environment')
  })

  test('of one that the image knows nothing of: micromamba activates it, by name or by path', async () => {
    await root.write('opt/conda/envs/late/conda-meta/history', '')
    const late = `${root.prefix}/envs/late`
    for (const name of ['late', late]) {
      const { stdout } = await root.enter(['bash', '-c', 'echo "$CONDA_PREFIX"'], { ENV_NAME: name })
      expect(stdout).toBe(`${late}\n`)
    }
    expect(await root.micromambaCalls()).toEqual([
      'shell activate late --shell bash',
      `shell activate ${late} --shell bash`,
    ])
  })

  test('that is empty is that of the root prefix', async () => {
    const { stdout } = await root.enter(['bash', '-c', 'echo "$CONDA_DEFAULT_ENV"'], { ENV_NAME: '' })
    expect(stdout).toBe('base\n')
  })

  test('of an environment that cannot be activated: said so', async () => {
    const outcome = await root.enter(['true'], {
      MAMBA_EXE: '/nowhere/micromamba',
      CONDA_PREFIX: '/elsewhere',
    })
    expect(outcome.code).toBe(1)
    expect(outcome.stderr).toContain("the environment 'base' cannot be activated")
  })
})

describe('MAMBA_SKIP_ACTIVATE=1', () => {
  test('activates nothing; any other value does not count', async () => {
    const ask = ['bash', '-c', 'echo "${CONDA_PREFIX-none}"']
    expect((await root.enter(ask, { MAMBA_SKIP_ACTIVATE: '1' })).stdout).toBe('none\n')
    expect((await root.enter(ask, { MAMBA_SKIP_ACTIVATE: '0' })).stdout).toBe(`${root.prefix}\n`)
  })
})

describe('an image without micromamba', () => {
  beforeEach(async () => {
    await root.remove()
    root = await makeRoot({}, 'base', { micromamba: false })
  })

  test('activates as any other, and says nothing of where micromamba would be', async () => {
    const { code, stdout, stderr } = await root.enter(['/usr/bin/env'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`CONDA_PREFIX=${root.prefix}\n`)
    expect(stdout).not.toContain('MAMBA_EXE')
  })

  test.each(['activate other', 'deactivate', 'install zlib', '--version'])(
    'micromamba %s: says that it is not there, and what to do',
    async (words) => {
      const command = `source _activate_current_env.sh; micromamba ${words}`
      const { code, stderr } = await root.enter(['bash', '-c', command])
      expect(code).toBe(127)
      expect(stderr).toContain(`error: 'micromamba ${words.split(' ')[0]}' cannot run: there is no `)
      expect(stderr).toContain('-e ENV_NAME=other')
    },
  )

  test('an environment that changed since is not activated, saying why', async () => {
    await root.write('opt/conda/conda-meta/state', '{}')
    const { code, stdout, stderr } = await root.enter(['echo', 'started'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain("'micromamba activate' cannot run")
    expect(stderr).toContain("the environment 'base' cannot be activated")
  })
})

describe('changes since the image was made', () => {
  const ask = ['bash', '-c', 'echo "$CONDA_PREFIX"']

  test.each([
    ['conda-meta/state', 'opt/conda/conda-meta/state'],
    ['a file in env_vars.d', 'opt/conda/etc/conda/env_vars.d/new.json'],
  ])('%s: micromamba activates', async (_, path) => {
    await root.write(path, '{}')
    expect((await root.enter(ask)).stdout).toBe(`${root.prefix}\n`)
    expect(await root.micromambaCalls()).toEqual(['shell activate base --shell bash'])
  })

  test('a root prefix that is elsewhere now: micromamba activates', async () => {
    await root.write('srv/conda/conda-meta/history', '')
    const elsewhere = `${root.directory}/srv/conda`
    expect((await root.enter(ask, { MAMBA_ROOT_PREFIX: elsewhere })).stdout).toBe(`${elsewhere}\n`)
  })

  test('a script in activate.d: it is run, without micromamba', async () => {
    await root.write('opt/conda/etc/conda/activate.d/new.sh', 'export NEW="$CONDA_PREFIX"\n')
    const { stdout } = await root.enter(['bash', '-c', 'echo "$NEW"'])
    expect(stdout).toBe(`${root.prefix}\n`)
    expect(await root.micromambaCalls()).toEqual([])
  })
})

describe('activation scripts', () => {
  const script = (name: string, text: string) => root.write(`opt/conda/etc/conda/activate.d/${name}.sh`, text)

  test('run in the order of their bytes, whatever the locale', async () => {
    for (const name of ['b', 'A', 'a', '_', 'Z', '10', '9'])
      await script(name, `ORDER="$ORDER ${name}"; export ORDER\n`)
    for (const locale of ['C', 'C.UTF-8', 'en_US.UTF-8']) {
      const { stdout } = await root.enter(['bash', '-c', 'echo "$ORDER"'], { LC_ALL: locale })
      expect(stdout).toBe(' 10 9 A Z _ a b\n')
    }
  })

  test('may use any name, declare variables, change options and arguments: the command is what it was', async () => {
    await script('a', 'prefix=1 name=2 status=3 command=4 script=5 REPLY=6\ndeclare -x DECLARED=yes\n')
    await script('b', 'set -- other command\nshift\n')
    await script('c', 'set -euo pipefail\nexport LAST=yes\n')
    await script('d', 'export UNBOUND="[$NOT_SET_ANYWHERE]"\n')
    const { code, stdout, stderr } = await root.enter([
      'bash',
      '-c',
      'echo "$DECLARED $LAST $UNBOUND $1"',
      '-',
      'arg',
    ])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'yes yes [] arg\n', stderr: '' })
  })

  test('see no arguments: the command is none of their business', async () => {
    await script('a', 'export SEEN="$#"\n')
    expect((await root.enter(['bash', '-c', 'echo "$SEEN"'])).stdout).toBe('0\n')
  })

  test('with spaces in their names are run', async () => {
    await script('with space', 'export SPACE=yes\n')
    expect((await root.enter(['bash', '-c', 'echo "$SPACE"'])).stdout).toBe('yes\n')
  })

  test.each([
    ['a command that is not there', 'no-such-command\n', true],
    ['set -e and a failing end', 'set -e\nexport X=1\nfalse\n', true],
    ['return 3', 'return 3\n', true],
    ['a test that is false at its end, as many have it', '[[ -n $NOTHING ]] && export X=1\n', false],
  ])('that fail are reported by name, and the container starts: %s', async (_, text, isReported) => {
    await script('bad', text)
    await script('good', 'export GOOD=yes\n')
    const { code, stdout, stderr } = await root.enter(['bash', '-c', 'echo "$GOOD"'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'yes\n' })
    expect(stderr.includes('warning: the activation script') && stderr.includes('/bad.sh failed with')).toBe(
      isReported,
    )
  })

  test('under `set -e` go on behind a command that fails', async () => {
    await script('a', 'set -e\nfalse\nexport AFTER=yes\n')
    expect((await root.enter(['bash', '-c', 'echo "$AFTER"'])).stdout).toBe('yes\n')
  })

  test.each([
    ['exit', 'exit 5\n', 5],
    ['an unbound variable under `set -u`', 'set -u\necho "$NOT_SET_ANYWHERE"\n', 1],
  ])('that end the shell are named: %s', async (_, text, expected) => {
    await script('bad', text)
    const { code, stdout, stderr } = await root.enter(['echo', 'started'])
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' })
    expect(stderr).toMatch(/error: the activation script .*\/bad\.sh ended the shell\./)
  })
})
