import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import type { LayerFacts } from '../../src/layers/facts.ts'
import { runJob } from '../../src/layers/job.ts'
import type { TarItem } from '../packages/make-package.ts'
import { jobOf, jobPackage } from './packages.ts'

const directory = mkdtempSync(join(tmpdir(), 'link-scripts-'))
afterAll(() => {
  rmSync(directory, { recursive: true })
})

const script = (path: string, content: string): TarItem => ({ name: `bin/.${path}.sh`, content })

/** What a layer of packages with these files has to say of their scripts. */
async function factsOf(
  packages: Readonly<Record<string, readonly TarItem[]>>,
): Promise<Pick<LayerFacts, 'scripted' | 'messages'>> {
  const all = await Promise.all(Object.entries(packages).map(([name, items]) => jobPackage(name, items)))
  const { facts } = await runJob(jobOf(all, join(directory, 'layer')))
  return { scripted: facts.scripted, messages: facts.messages }
}

test('scripts that only print are told from others', async () => {
  const facts = await factsOf({
    none: [{ name: 'bin/none', content: 'touch x' }],
    prints: [
      script('prints-post-link', 'echo\necho "$PKG_NAME at $PREFIX" >> $PREFIX/.messages.txt\necho\n'),
    ],
    works: [script('works-post-link', 'echo a; touch "$PREFIX/x"')],
    both: [script('both-pre-link', 'echo first'), script('both-post-link', 'echo second >&2')],
    half: [script('half-pre-link', 'echo first'), script('half-post-link', 'ldconfig')],
    idle: [script('idle-post-link', '# nothing\n')],
    unlinks: [script('unlinks-pre-unlink', 'rm -r x'), script('unlinks-post-unlink', 'rm -r x')],
  })
  expect(facts).toEqual({
    scripted: ['works-1.0-0', 'half-1.0-0'],
    messages: {
      'prints-1.0-0': 'prints at /opt/conda',
      'both-1.0-0': 'first\nsecond',
      'idle-1.0-0': '',
    },
  })
})

test.each<[string, Readonly<Record<string, readonly TarItem[]>>]>([
  ['a link', { a: [{ name: 'bin/.a-post-link.sh', type: 'symlink', linkname: 'x' }] }],
  [
    'the file of another package',
    { a: [script('a-post-link', 'echo a')], b: [script('a-post-link', 'echo b')] },
  ],
  ['large', { a: [script('a-post-link', `echo '${'a'.repeat(65_530)}'`)] }],
  ['not of text', { a: [{ name: 'bin/.a-post-link.sh', content: Buffer.from('echo \xff', 'latin1') }] }],
])('a script that is %s may do anything', async (_, packages) => {
  expect(await factsOf(packages)).toEqual({ scripted: ['a-1.0-0'], messages: {} })
})

test('a long text is cut, and says so', async () => {
  const line = `${'a'.repeat(99)}\n`
  const facts = await factsOf({
    lines: [script('lines-post-link', `cat <<E\n${line.repeat(50)}E\n`)],
    one: [script('one-post-link', `echo ${'b'.repeat(5000)}`)],
  })
  expect(facts.messages).toEqual({
    'lines-1.0-0': `${line.repeat(20)}(3000 more characters)`,
    'one-1.0-0': `${'b'.repeat(2000)}\n(3000 more characters)`,
  })
})
