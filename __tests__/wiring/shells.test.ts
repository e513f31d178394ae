import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { makeRoot, type Root } from './root.ts'

let root: Root
beforeEach(async () => {
  root = await makeRoot({}, 'other')
})
afterEach(() => root.remove())

const other = () => `${root.prefix}/envs/other`
const profile = () => `. ${root.directory}/etc/profile.d/zz-micromamba-image.sh`
const state = 'echo "$CONDA_PREFIX $PATH"'
const active = { ENV_NAME: 'other' }

/** What Debian's /etc/profile does before it comes to /etc/profile.d. */
const anew = 'PATH=/usr/bin:/bin:/usr/games'

describe('a login shell', () => {
  test.each(['bash', 'dash'])('of %s that the entrypoint started has the PATH again', async (shell) => {
    const lines = `${anew}; ${profile()}; ${state}`
    const { code, stdout, stderr } = await root.enter([shell, '-c', lines], active)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(
      new RegExp(`^${other()} ${other()}/bin:${root.prefix}/condabin:[^ ]*/usr/bin:/bin`),
    )
    expect(stdout).not.toMatch(/::|:$/m)
    expect(await root.micromambaCalls()).toEqual([])
  })

  test('has what is new in PATH behind it, once', async () => {
    const { stdout } = await root.enter(['bash', '-c', `${anew}; ${profile()}; echo "$PATH"`], active)
    expect(
      stdout
        .trim()
        .split(':')
        .filter((part) => part === '/usr/bin'),
    ).toHaveLength(1)
    expect(stdout.trim().split(':').at(-1)).toBe('/usr/games')
  })

  test('has what the scripts of packages put into PATH', async () => {
    await root.write('opt/conda/envs/other/etc/conda/activate.d/path.sh', 'export PATH="/of/package:$PATH"\n')
    const { stdout } = await root.enter(['bash', '-c', `${anew}; ${profile()}; echo "$PATH"`], active)
    expect(stdout).toMatch(/^\/of\/package:/)
  })

  test('that is the first one activates', async () => {
    const { stdout } = await root.run(['bash', '-c', `${profile()}; ${state}`], active)
    expect(stdout).toMatch(`${other()} ${other()}/bin:`)
  })

  test('leaves a deactivated environment alone where it cannot activate', async () => {
    const lines = `unset CONDA_PREFIX; ${anew}; ${profile()}; echo "$PATH"`
    expect((await root.enter(['dash', '-c', lines], active)).stdout).toBe('/usr/bin:/bin:/usr/games\n')
  })
})

describe("a process without the image's ENV", () => {
  const none = {
    PATH: undefined,
    HOME: undefined,
    MAMBA_USER: undefined,
    MAMBA_ROOT_PREFIX: undefined,
    MAMBA_EXE: undefined,
    ENV_NAME: undefined,
  }

  test('has the default environment from the entrypoint, and is no other user', async () => {
    const lines = 'echo "$CONDA_PREFIX $ENV_NAME $MAMBA_USER $MAMBA_ROOT_PREFIX $MAMBA_EXE"'
    const { code, stdout, stderr } = await root.enter(['bash', '-c', lines], none)
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: `${other()} other mambauser ${root.prefix} ${root.directory}/bin/micromamba\n`,
      stderr: '',
    })
    expect(await root.micromambaCalls()).toEqual([])
  })

  test.each([
    ['a login shell', () => ['bash', '-c', `${profile()}; ${state}`]],
    [
      'an interactive shell without a home',
      () => ['bash', '--rcfile', `${root.directory}/etc/bash.bashrc`, '-i', '-c', state],
    ],
    ["apptainer's shell", () => [`${root.directory}/usr/local/bin/_apptainer_shell.sh`, '-c', state]],
  ])('has it in %s', async (_, command) => {
    expect((await root.run(command(), none)).stdout).toMatch(`${other()} ${other()}/bin:`)
  })

  test('of another MAMBA_USER is refused all the same', async () => {
    const outcome = await root.enter(['true'], { ...none, MAMBA_USER: 'somebody' })
    expect(outcome.code).toBe(1)
    expect(outcome.stderr).toContain("'somebody'")
  })
})

describe("what micromamba answers, which puts no quotes around its values' apostrophes", () => {
  const values = {
    ONE: "it's",
    TWO: "Bob's and Ann's",
    LINES: "a\\nb 'c' \\n d",
    DOLLAR: '$HOME `id` \\\\ *',
    LAST: "'",
  }
  const expected = `it's|Bob's and Ann's|a\nb 'c' \n d|$HOME \`id\` \\ *|'\n`
  const ask = 'printf "%s\\n" "$ONE|$TWO|$LINES|$DOLLAR|$LAST"'

  beforeEach(async () => {
    const lines = Object.entries(values).map(([name, value]) => `"${name}": "${value}"`)
    // Newer than what was computed, so micromamba activates.
    await root.write('opt/conda/conda-meta/state', `{"env_vars": {\n${lines.join(',\n')}\n}}\n`)
    await root.write('opt/conda/etc/conda/activate.d/a.sh', 'export SCRIPT="$ONE"\n')
  })

  test('is understood by the entrypoint', async () => {
    const { code, stdout, stderr } = await root.enter(['bash', '-c', `${ask}; echo "$SCRIPT"`])
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${expected}it's\n`, stderr: '' })
    expect(await root.micromambaCalls()).toEqual(['shell activate base --shell bash'])
  })

  test('is understood by the function, and values that are quoted stay as they are', async () => {
    const source = `source ${root.directory}/usr/local/bin/_activate_current_env.sh`
    await root.write('quoting', "#!/bin/bash\necho \"export ONE='it'\\\\''s'\"\n")
    const lines = `${source}; micromamba activate base; ${ask}; MAMBA_EXE=${root.directory}/quoting; ONE=; micromamba activate base; echo "$ONE"`
    const { stdout } = await root.run(['bash', '-c', lines], { MAMBA_SKIP_ACTIVATE: '1' })
    expect(stdout).toBe(`${expected}it's\n`)
  })

  test.each([
    ['that bash does not understand', 'echo "if then \'x"'],
    ['with an error', "echo 'critical libmamba broken' >&2; exit 1"],
  ])('%s ends the start: nothing runs without its environment', async (_, answer) => {
    await root.write('broken', `#!/bin/bash\n${answer}\n`)
    const outcome = await root.enter(['echo', 'started'], { MAMBA_EXE: `${root.directory}/broken` })
    expect(outcome).toMatchObject({ code: 1, stdout: '' })
    expect(outcome.stderr).toContain("error: the environment 'base' cannot be activated")
  })
})
