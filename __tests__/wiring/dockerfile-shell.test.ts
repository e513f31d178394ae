import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { makeRoot, type Root } from './root.ts'

let root: Root
beforeEach(async () => {
  root = await makeRoot()
})
afterEach(() => root.remove())

const step = (command: string, variables: Record<string, string> = {}) =>
  root.run([`${root.directory}/usr/local/bin/_dockerfile_shell.sh`, command], variables)

describe('a RUN step', () => {
  const active = { MAMBA_DOCKERFILE_ACTIVATE: '1' }

  test('has the environment when it is asked for, and only then', async () => {
    const ask = 'echo "${CONDA_PREFIX-none}"'
    expect((await step(ask)).stdout).toBe('none\n')
    expect((await step(ask, { MAMBA_DOCKERFILE_ACTIVATE: '0' })).stdout).toBe('none\n')
    expect((await step(ask, active)).stdout).toBe(`${root.prefix}\n`)
  })

  test.each([
    ['not active', {}],
    ['active', active],
  ])(
    '%s: quotes, lines and pipes are those of bash, and a pipe fails where its first command does',
    async (_, variables) => {
      expect((await step('set -e\necho "a  b" |\\\n  tr a-z A-Z', variables)).stdout).toBe('A  B\n')
      expect((await step('false | cat', variables)).code).toBe(1)
      expect((await step('exit 42', variables)).code).toBe(42)
    },
  )

  test('fails with a message where the environment does not exist', async () => {
    const outcome = await step('echo started', { ...active, ENV_NAME: 'typo' })
    expect(outcome).toMatchObject({ code: 1, stdout: '' })
    expect(outcome.stderr).toContain("ENV_NAME is 'typo'")
  })

  test('that an activation script ends says which', async () => {
    await root.write('opt/conda/etc/conda/activate.d/bad.sh', 'exit 3\n')
    const outcome = await step('echo started', active)
    expect(outcome).toMatchObject({ code: 3, stdout: '' })
    expect(outcome.stderr).toContain('/bad.sh ended the shell')
  })
})
