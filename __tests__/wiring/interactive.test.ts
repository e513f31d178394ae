import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { makeRoot, type Root } from './root.ts'

let root: Root
beforeEach(async () => {
  root = await makeRoot()
})
afterEach(() => root.remove())

/** An interactive shell of the image's user, which runs these lines. */
const shell = (lines: string, ...options: string[]) => [
  'bash',
  '--rcfile',
  `${root.directory}/home/mambauser/.bashrc`,
  ...options,
  '-i',
  '-c',
  lines,
]
const state = 'echo "<$CONDA_PREFIX|$CONDA_SHLVL|$PS1>"'

describe('an interactive shell', () => {
  test.each([
    ['alone', () => root.run(shell(state))],
    ['started by the entrypoint', () => root.enter(shell(state))],
    [
      'in another one',
      () =>
        root.run(
          shell(
            shell(state)
              .map((word) => `'${word}'`)
              .join(' '),
          ),
        ),
    ],
  ])('%s has the environment active once, and says so in its prompt', async (_, start) => {
    expect((await start()).stdout).toBe(`<${root.prefix}|1|(base) $ >\n`)
    expect(await root.micromambaCalls()).toEqual([])
  })

  test('a script of activate.d runs once, however many shells are in one another', async () => {
    await root.write('opt/conda/etc/conda/activate.d/count.sh', 'export COUNT="x$COUNT"\n')
    expect((await root.enter(shell('echo "$COUNT"'))).stdout).toBe('x\n')
  })

  test('in which the same prefix is said to be active, and nothing of it is: as micromamba does that', async () => {
    const lost = { CONDA_PREFIX: root.prefix, CONDA_SHLVL: '1', CONDA_PROMPT_MODIFIER: '(base) ' }
    const { stdout } = await root.run(shell(`echo "\${PATH%%:*}"; ${state}`), lost)
    expect(stdout).toBe(`${root.prefix}/bin\n<${root.prefix}|1|(base) $ >\n`)
    expect(await root.micromambaCalls()).toEqual(['shell activate base --shell bash'])
  })

  test('started where another environment is active changes to $ENV_NAME, as micromamba does that', async () => {
    const other = { CONDA_PREFIX: '/elsewhere', CONDA_SHLVL: '1', CONDA_PROMPT_MODIFIER: '(elsewhere) ' }
    const { stdout } = await root.run(shell(state), { ...other, PATH: '/elsewhere/bin:/usr/bin:/bin' })
    expect(stdout).toBe(`<${root.prefix}|2|(base) $ >\n`)
    expect(await root.micromambaCalls()).toEqual(['shell activate base --shell bash'])
  })

  test("without the image's variables, as after `su -`, has those of an image by default", async () => {
    const lines = 'echo "$MAMBA_ROOT_PREFIX $MAMBA_EXE $CONDA_PREFIX"'
    const bare = { MAMBA_ROOT_PREFIX: undefined, MAMBA_EXE: undefined, ENV_NAME: undefined }
    const { stdout } = await root.run(shell(lines), bare)
    expect(stdout).toBe(`${root.prefix} ${root.directory}/bin/micromamba ${root.prefix}\n`)
  })

  test('with MAMBA_SKIP_ACTIVATE=1: nothing active, the function is there and activates', async () => {
    const lines = `${state}; declare -F micromamba; micromamba activate base; ${state}`
    const { stdout } = await root.run(shell(lines), { MAMBA_SKIP_ACTIVATE: '1' })
    expect(stdout).toBe(`<||$ >\nmicromamba\n<${root.prefix}|1|(base) $ >\n`)
  })

  test('where ENV_NAME is of no environment is there all the same, with the message', async () => {
    const { code, stdout, stderr } = await root.run(shell(state), { ENV_NAME: 'typo' })
    expect({ code, stdout }).toEqual({ code: 0, stdout: '<||$ >\n' })
    expect(stderr).toContain("ENV_NAME is 'typo'")
  })

  test('under `set -u` and `set -e` starts, and keeps these options and no others', async () => {
    await root.write('opt/conda/etc/conda/activate.d/a.sh', 'set +e\nset -f\nset +f\n')
    await root.write('opt/conda/etc/conda/activate.d/b.sh', 'set -eu\n')
    const source = `source ${root.directory}/usr/local/bin/_activate_current_env.sh`
    const bash = (options: string) => root.run(['bash', '--norc', options, `${source}; echo "$-"`])
    expect((await bash('-c')).stdout).not.toMatch(/[eu]/)
    const strict = await bash('-euc')
    expect(strict).toMatchObject({ code: 0, stderr: '' })
    expect(strict.stdout).toMatch(/e.*u/)
  })

  test.each([
    ['an unbound variable', 'export A="$NOT_SET_ANYWHERE"\n'],
    ['a command that fails', 'false\nexport A=x\n'],
    ['a pipe whose first command fails', 'set -e\nfalse | cat\nexport A=x\n'],
    ['a file that is written twice', 'echo > "$CONDA_PREFIX/f"\necho > "$CONDA_PREFIX/f" && export A=x\n'],
    ['a wildcard', 'for f in "$CONDA_PREFIX"/conda-meta/hist*; do [[ -e $f ]] && export A=x; done\n'],
    ["bash's own syntax", 'read -r A < <(echo x)\nexport A\n'],
  ])(
    "a package's script with %s is sourced without the options of the shell, which has them after it",
    async (_, text) => {
      await root.write('opt/conda/etc/conda/activate.d/a.sh', text)
      await root.write('opt/conda/etc/conda/activate.d/b.sh', 'export LAST=yes\n')
      const options = '-o errexit -o nounset -o noglob -o noclobber -o pipefail -o posix'.split(' ')
      const source = `. ${root.directory}/usr/local/bin/_activate_current_env.sh`
      const ask = 'set +u; echo "$A|$LAST|$SHELLOPTS"'
      for (const lines of [`${source}; ${ask}`, `${source}; micromamba activate base; ${ask}`]) {
        const { code, stdout, stderr } = await root.run(['bash', '--norc', ...options, '-c', lines], {
          MAMBA_SKIP_ACTIVATE: lines.includes('activate base') ? '1' : '0',
        })
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
        const [a, last, after] = stdout.split('|')
        expect([a, last]).toEqual([text.includes('NOT_SET') ? '' : 'x', 'yes'])
        expect(after).toMatch(/errexit.*noclobber.*noglob.*pipefail.*posix/)
      }
    },
  )

  test('is left with nothing of ours but the function', async () => {
    const source = `source ${root.directory}/usr/local/bin/_activate_current_env.sh`
    const names = '{ compgen -v; compgen -A function; } | sort >'
    const lines = `${names} before; ${source}; ${names} after; comm -13 before after`
    const { stdout } = await root.run(['bash', '--norc', '-c', `cd "$0" && ${lines}`, root.directory])
    expect(stdout.split('\n').filter((name) => !/^CONDA_|^(_|COMP_.*)?$/.test(name))).toEqual([
      'MAMBA_IMAGE_PATH',
      'micromamba',
    ])
  })

  test('keeps its arguments', async () => {
    const source = `source ${root.directory}/usr/local/bin/_activate_current_env.sh`
    const { stdout } = await root.run(['bash', '-c', `${source}; echo "$@"`, '-', 'a', 'b'])
    expect(stdout).toBe('a b\n')
  })
})

describe('the micromamba function', () => {
  test('runs micromamba, with arguments and exit code as they are', async () => {
    const { stdout } = await root.run(shell("micromamba list 'a  b'; echo $?; micromamba run fail; echo $?"))
    expect(stdout).toBe('micromamba list a  b\n0\nmicromamba run fail\n1\n')
  })

  test('deactivates: PATH and prompt are what they were', async () => {
    const { stdout } = await root.run(shell(`micromamba deactivate; ${state}; echo "$PATH"`), {
      PATH: '/usr/bin:/bin',
    })
    // The base's condabin stays, as it does with micromamba's own function.
    expect(stdout).toBe(`<|0|$ >\n${root.prefix}/condabin:/usr/bin:/bin\n`)
  })

  test.each(['install', 'update', 'upgrade', 'remove', 'uninstall'])(
    'activates again behind %s, so that scripts of new packages run; not when it failed',
    async (command) => {
      await root.run(shell(`micromamba ${command} x; micromamba ${command} fail`), { ENV_NAME: 'base' })
      expect(await root.micromambaCalls()).toEqual([
        `${command} x`,
        'shell reactivate --shell bash',
        `${command} fail`,
      ])
    },
  )

  test('says so when it cannot activate, and changes nothing', async () => {
    const { stdout, stderr } = await root.run(shell(`micromamba activate typo; echo $?; ${state}`))
    expect(stdout).toBe(`1\n<${root.prefix}|1|(base) $ >\n`)
    expect(stderr).toContain('prefix does not exist')
  })
})

describe("conda's and mamba's functions", () => {
  const profile = (tool: string) =>
    `${tool}() { echo "${tool} of $CONDA_PREFIX: $*"; }\n[ -n "\${CONDA_SHLVL+x}" ] || export CONDA_SHLVL=0\n`

  test('are there where the environment has them, behind activation', async () => {
    await root.write('opt/conda/etc/profile.d/conda.sh', profile('conda'))
    await root.write('opt/conda/etc/profile.d/mamba.sh', profile('mamba'))
    const { stdout } = await root.enter(shell('conda activate x; mamba list; echo "$CONDA_SHLVL"'))
    expect(stdout).toBe(`conda of ${root.prefix}: activate x\nmamba of ${root.prefix}: list\n1\n`)
  })

  test('of the root prefix serve other environments, and when nothing is activated', async () => {
    await root.write('opt/conda/etc/profile.d/conda.sh', profile('conda'))
    await root.write('opt/conda/envs/late/conda-meta/history', '')
    for (const variables of [{ ENV_NAME: 'late' }, { MAMBA_SKIP_ACTIVATE: '1' }]) {
      const { stdout } = await root.run(shell('declare -F conda'), variables)
      expect(stdout).toBe('conda\n')
    }
  })

  test('are there too in a bash that is the command, or that of a RUN step', async () => {
    await root.write(
      'opt/conda/etc/profile.d/conda.sh',
      '__conda_exe() (\n  echo "the real one: $*"\n)\nconda() {\n  __conda_exe "$@"\n}\n',
    )
    const lines = 'set -eu; conda activate x | cat'
    const started = await root.enter(['bash', '-c', lines])
    expect(started).toMatchObject({ code: 0, stdout: 'the real one: activate x\n', stderr: '' })
    const step = [`${root.directory}/usr/local/bin/_dockerfile_shell.sh`, lines]
    const { stdout } = await root.run(step, { MAMBA_DOCKERFILE_ACTIVATE: '1' })
    expect(stdout).toBe('the real one: activate x\n')
    // sh has no such functions, and nothing to say of them.
    const other = await root.enter(['sh', '-c', 'echo "$CONDA_PREFIX"'])
    expect(other).toMatchObject({ stdout: `${root.prefix}\n`, stderr: '' })
  })

  test('are not there where nobody has them', async () => {
    expect((await root.run(shell('declare -F conda mamba'))).stdout).toBe('')
  })
})
