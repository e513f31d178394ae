import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { machinePlatform } from '../../src/common/platform.ts'
import { inOrderOfInstalling } from '../../src/lock/wheels.ts'
import { openAsking } from '../pip/asking.ts'
import { run } from '../world/command.ts'
import { debianPip, newestPip } from '../world/pip.ts'
import { servePythonIndex, type PythonIndex } from '../world/python-index.ts'
import { specimens } from '../world/wheels/specimens.ts'
import { read } from './samples.ts'

const asking = openAsking()
let index: PythonIndex
beforeAll(async () => {
  index = await servePythonIndex(await specimens())
})
afterAll(() => index.stop())

const program = `
import platform, sys
sys.path.insert(0, sys.argv.pop(1))
from pip._internal.cli.main import main
code = main(["lock", "--quiet", "--no-cache-dir", "--disable-pip-version-check", *sys.argv[1:]])
print(platform.python_version(), platform.libc_ver()[1])
sys.exit(code)
`

test('what `pip lock` writes is what resolving gives, all of it asked for', async () => {
  const { subdir } = machinePlatform()
  const output = join(asking.folder, 'pylock.toml')
  const address = `${index.origin}/files/plain-1.0-py3-none-any.whl`
  const lines = ['tower', 'steady', 'layered[more]', `plain @ ${address}`]
  const pip = (await debianPip()).folder
  const options = ['--index-url', index.url, '--output', output]
  const answer = await run('python3', ['-c', program, pip, ...options, ...lines])
  const [version = '', glibc = ''] = answer.toString().trim().split(' ')
  const text = await readFile(output, 'utf8')
  const wheels = await read(text, {
    ...{ subdir, python: `python-${version}-0`, glibc: () => Promise.resolve(glibc) },
    ...{ path: output, folder: asking.folder },
  })

  const { items } = await asking.resolve(newestPip, lines, {
    indexes: { index: index.url },
    target: { version, subdir, glibc },
  })
  const resolved = items.map(({ name, source, direct }) => ({
    name,
    url: source.url,
    direct,
    ...('sha256' in source && { sha256: source.sha256 }),
  }))
  const known = inOrderOfInstalling(resolved).map((one) => ({ ...one, requested: true }))
  expect(known.length).toBeGreaterThan(4)
  expect(inOrderOfInstalling(wheels)).toMatchObject(known)
})
