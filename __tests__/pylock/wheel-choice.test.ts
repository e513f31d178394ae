import { describe, expect, jest, test } from '@jest/globals'
import { platformTags } from '../../src/pip/tags.ts'
import { chooseWheel, fitsSomeGlibc } from '../../src/pylock/wheel-choice.ts'
import { run } from '../world/command.ts'
import { debianPip } from '../world/pip.ts'
import { pylock, read, wheelsOf } from './samples.ts'

const wheel = (tag: string) => `a-1.0-${tag}.whl`
const all = [
  ...[
    'py3-none-any',
    'py2.py3-none-any',
    'cp312-none-any',
    '1-py3-none-any',
    '10_x-py3-none-any',
    '2-py3-none-any',
  ],
  ...['cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64', 'cp312-cp312-manylinux_2_28_x86_64'],
  ...['cp312-cp312-manylinux_2_34_x86_64', 'cp312-cp312-linux_x86_64', 'cp312-cp312-musllinux_1_2_x86_64'],
  ...['cp312-cp312-manylinux_2_17_x86_64.manylinux_2_34_x86_64', 'cp312-cp312-manylinux_2_17_aarch64'],
  ...[
    'cp311-abi3-manylinux_2_28_x86_64',
    'cp38-abi3-manylinux_2_5_x86_64.manylinux1_x86_64',
    'cp312-abi3-manylinux2014_x86_64',
  ],
  ...[
    'cp313-cp313-manylinux_2_17_x86_64',
    'cp312-cp312-win_amd64',
    'cp312-cp312-macosx_11_0_arm64',
    'CP312-CP312-Linux_x86_64',
  ],
].map(wheel)

const program = `
import json, sys
sys.path.insert(0, sys.argv[1])
from pip._vendor.packaging import tags
from pip._vendor.packaging.utils import parse_wheel_filename
def best(files, platforms):
    supported = [*tags.cpython_tags((3, 12), ["cp312"], platforms), *tags.compatible_tags((3, 12), "cp312", platforms)]
    places = {tag: place for place, tag in reversed(list(enumerate(supported)))}
    ranked = []
    for place, file in enumerate(files):
        _, _, build, of = parse_wheel_filename(file)
        fitting = [places[tag] for tag in of if tag in places]
        if fitting:
            number, text = build or (-1, "")
            ranked.append((min(fitting), -number, place, file))
    return min(ranked)[-1] if ranked else None
print(json.dumps([best(files, platforms) for files, platforms in json.loads(sys.argv[2])]))
`

describe("the best wheel, as pip's own library ranks them", () => {
  test.each(['2.17', '2.27', '2.28', '2.36'])('with glibc %s', async (glibc) => {
    const pip = (await debianPip()).folder
    // Each with all that stand behind it, and alone.
    const questions = all.flatMap((file, index) => [all.slice(index), [file]])
    const platforms = platformTags({ subdir: 'linux-64', glibc })
    const given = JSON.stringify(questions.map((files) => [files, platforms]))
    const known = JSON.parse((await run('python3', ['-c', program, pip, given])).toString()) as unknown[]
    const python = { version: '3.12.4', subdir: 'linux-64' } as const
    const ours = await Promise.all(
      questions.map((files) => chooseWheel(files, python, () => Promise.resolve(glibc))),
    )
    expect(ours.map((file) => file ?? null)).toEqual(known)
  })
})

describe('the C library', () => {
  const python = { version: '3.12.4', subdir: 'linux-64' } as const

  test.each([
    [['py3-none-any', 'cp312-cp312-manylinux_2_17_x86_64'], 0],
    [['cp312-cp312-manylinux_2_28_aarch64', 'cp312-cp312-linux_x86_64'], 0],
    [['cp311-abi3-manylinux_2_28_x86_64', 'cp312-cp312-manylinux2014_x86_64'], 0],
    [['cp312-cp312-manylinux_2_28_x86_64'], 1],
    [['cp312-cp312-manylinux_2_17_x86_64.manylinux_2_34_x86_64', 'cp312-cp312-manylinux_2_28_x86_64'], 1],
  ])('of %j is asked only where the choice depends on it', async (tags, times) => {
    const glibc = jest.fn(() => Promise.resolve('2.28'))
    await chooseWheel(tags.map(wheel), python, glibc)
    expect(glibc).toHaveBeenCalledTimes(times)
  })

  test('that is too old is said, with what to do', async () => {
    const names = ['a-1-cp312-cp312-manylinux_2_34_x86_64.whl', 'a-1-cp312-cp312-win_amd64.whl']
    expect(fitsSomeGlibc(names, python)).toBe(true)
    await expect(read(pylock(wheelsOf('a', ...names)))).rejects.toThrow(
      'app/pylock.toml:3: a cannot be installed: none of its 2 wheels is for python 3.12.4 on linux-64 with glibc 2.28\nChoose a base with a newer C library',
    )
    expect(
      await read(pylock(wheelsOf('a', ...names)), { glibc: () => Promise.resolve('2.36') }),
    ).toHaveLength(1)
  })
})
