import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nearest } from '../../script/lib/action-metadata.ts'
import { runAction, runJob } from '../../script/lib/runner.ts'

let dist: string

beforeEach(async () => {
  dist = await mkdtemp(join(tmpdir(), 'runner-'))
})

afterEach(async () => {
  await rm(dist, { recursive: true })
})

/** Stands in for the bundles, which need not be there to test what runs them. */
async function bundles(main: string, post = ''): Promise<void> {
  const append = (name: string) => `(text) => appendFileSync(process.env['${name}'], text)`
  for (const [step, script] of Object.entries({ main, post })) {
    await mkdir(join(dist, step))
    await writeFile(
      join(dist, step, 'index.mjs'),
      `import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
       const say = (value) => console.log(JSON.stringify(value))
       const [output, state, env, path, summary] = [${['OUTPUT', 'STATE', 'ENV', 'PATH', 'STEP_SUMMARY'].map((name) => append(`GITHUB_${name}`)).join(', ')}]
       ${script}`,
    )
    await writeFile(join(dist, step, 'index.js'), `import('./index.mjs')`)
  }
}

describe('a run', () => {
  test('has inputs as a runner gives them: defaults, hyphens kept, expressions left out', async () => {
    await bundles(`
      const names = ['INPUT_TAGS', 'INPUT_LOCK-MODE', 'INPUT_GITHUB-TOKEN', 'INPUT_LOCK-FILE']
      say(names.map((name) => process.env[name]))`)
    const { log } = await runAction({ inputs: { tags: 'a\nb' }, dist })
    expect(JSON.parse(log)).toEqual(['a\nb', 'auto', '', ''])
  })

  test('gives outputs, summary and state, which reaches the post step with what was exported', async () => {
    await bundles(
      `output('digest=sha256:1\\n'); state('kept<<END\\na\\nb\\nEND\\n'); summary('# Main\\n')
       env('FOO=bar\\n'); path('/first\\n'); path('/second\\n')`,
      `summary('# Post\\n'); output('late=1\\n')
       say([process.env.STATE_kept, process.env.FOO, process.env.PATH.split(':').slice(0, 2)])`,
    )
    const outcome = await runAction({ inputs: {}, dist })
    expect(outcome).toMatchObject({
      exitCode: 0,
      outputs: { digest: 'sha256:1' },
      state: { kept: 'a\nb' },
      summary: '# Main\n# Post\n',
    })
    expect(JSON.parse(outcome.log)).toEqual(['a\nb', 'bar', ['/second', '/first']])
  })

  test.each([
    ['main', 'process.exitCode = 3', '', 3],
    ['post', '', 'process.exitCode = 4', 4],
    ['main and post', 'process.exitCode = 3', 'process.exitCode = 4', 3],
    ['a killed main', `process.kill(process.pid, 'SIGKILL')`, '', 137],
  ])('fails as %s does, and post runs always', async (_which, main, post, expected) => {
    await bundles(main, `say('post'); ${post}`)
    expect(await runAction({ inputs: {}, dist })).toMatchObject({ exitCode: expected, log: '"post"\n' })
  })

  test('of several uses in a job has its post steps in the reverse order, and one directory for temporary files', async () => {
    const order = `appendFileSync(process.env.RUNNER_TEMP + '/order', process.env.INPUT_TAGS)`
    await bundles(
      `${order}; state('kept=' + process.env.INPUT_TAGS + '\\n')`,
      `${order}; say([process.env.STATE_kept, readFileSync(process.env.RUNNER_TEMP + '/order', 'utf8')])`,
    )
    const outcomes = await runJob(['a', 'b', 'c'].map((tags) => ({ inputs: { tags }, dist })))
    expect(outcomes.map(({ log }) => JSON.parse(log) as unknown)).toEqual([
      ['a', 'abccba'],
      ['b', 'abccb'],
      ['c', 'abcc'],
    ])
  })

  test('has a directory for temporary files, empty, which is removed', async () => {
    await bundles(`
      say([process.env.RUNNER_TEMP, readdirSync(process.env.RUNNER_TEMP)])
      writeFileSync(process.env.RUNNER_TEMP + '/left', '')`)
    const { log } = await runAction({ inputs: {}, dist })
    const [directory, content] = JSON.parse(log) as [string, string[]]
    expect(content).toEqual([])
    await expect(access(directory)).rejects.toThrow('ENOENT')
  })

  test('empties the directory for temporary files that it is given', async () => {
    await bundles(`
      say(readdirSync(process.env.RUNNER_TEMP))
      writeFileSync(process.env.RUNNER_TEMP + '/left', '')`)
    const environment = { RUNNER_TEMP: join(dist, 'temp') }
    for (const run of [1, 2]) {
      const { log } = await runAction({ inputs: {}, dist, environment })
      expect([run, log]).toEqual([run, '[]\n'])
    }
  })

  test("works in the workspace, with the environment given and none of this Node's options", async () => {
    await bundles(`
      say([process.cwd(), process.env.GITHUB_WORKSPACE, process.env.FOO, 'HOME' in process.env])
      say(process.env.NODE_OPTIONS ?? 'none')`)
    const environment = { FOO: 'bar', HOME: undefined }
    const { log } = await runAction({ inputs: {}, dist, workspace: dist, environment })
    const [first = '', second = ''] = log.split('\n')
    expect(JSON.parse(first)).toEqual([dist, dist, 'bar', false])
    expect(JSON.parse(second)).toBe('none')
  })

  test('masks in the post step what the main step named', async () => {
    await bundles(`console.log('::add-mask::hunter2')`, `console.error('the word is hunter2')`)
    expect(await runAction({ inputs: {}, dist })).toMatchObject({ log: 'the word is ***\n' })
  })

  test('is refused for an input that there is not, or without bundles', async () => {
    await expect(runAction({ inputs: {}, dist })).rejects.toThrow('script/build')
    await expect(runAction({ inputs: { tag: 'x' }, dist })).rejects.toThrow("did you mean 'tags'?")
  })
})

test.each([
  ['tag', 'tags'],
  ['base_image', 'base-image'],
  ['plattforms', 'platforms'],
  ['enviroment-file', 'environment-file'],
])('%s is nearest to %s', (word, expected) => {
  expect(nearest(word, ['environment-file', 'tags', 'base-image', 'platforms'])).toBe(expected)
})
