import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { NotedModules } from './lib/fuzz/coverage.ts'
import type { Count, ReaderTask } from './lib/fuzz/reader.ts'
import type { FuzzTarget } from './lib/fuzz/target.ts'
import { targets } from './lib/fuzz/targets/all.ts'

const usage = `Usage: script/fuzz [--inputs N] [--seed N] [--only TEXT] [--jobs N] [--crashes DIRECTORY]

Gives every reader of what comes from elsewhere (archives, locks, manifests, headers …) inputs that are nearly right: made by
fast-check, and by changes of these, of good ones, and of those that were the first to reach a block of the program. No
input may bring about anything but an answer or a refusal, take more than a second, or more than 512 MB.

  --inputs   how many in all, 200000 unless it is said; each reader has its share
  --seed     1 unless it is said; the same seed makes the same inputs
  --only     readers with this in their name
  --jobs     readers at a time, 1 unless it is said
  --crashes  where inputs are written that break a reader, fuzz-crashes unless it is said

Exits with 1 when a reader was broken. What broke one is kept in __tests__/data/fuzz, which the tests read.`

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '200000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    jobs: { type: 'string', default: '1' },
    crashes: { type: 'string', default: 'fuzz-crashes' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) console.log(usage)
else process.exitCode = await main()

/** Each reader has a process of its own, so that what it takes of memory is known. */
async function main(): Promise<number> {
  const chosen = targets.filter(({ name }) => name.includes(values.only))
  const shares = chosen.reduce((sum, { share }) => sum + share, 0)
  const counts: Count[] = []
  const waiting = [...chosen]
  const begun = performance.now()
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-noted-'))
  const noted = await notedModules(folder)
  const work = async () => {
    for (let target = waiting.shift(); target; target = waiting.shift()) {
      const inputs = Math.ceil((Number(values.inputs) * target.share) / shares)
      counts.push(await inProcess(target, inputs, noted))
    }
  }
  await Promise.all(Array.from({ length: Number(values.jobs) }, work))
  rmSync(folder, { recursive: true })
  const sum = counts.reduce((all, { inputs }) => all + inputs, 0)
  const seconds = Math.round((performance.now() - begun) / 1000)
  const most = Math.round(Math.max(...counts.map(({ peak }) => peak)) / 1e6)
  const broken = counts.filter(({ isBroken }) => isBroken).length
  console.log(`${sum} inputs in ${seconds} s, ${most} MB at most, ${broken} readers broken`)
  return broken > 0 ? 1 : 0
}

/** The program's modules, made here once for all: the compiler takes 100 MB, which are not a reader's. */
async function notedModules(folder: string): Promise<NotedModules> {
  const { noteBlocks } = await import('./lib/fuzz/blocks.ts')
  const from = new URL('../src/', import.meta.url)
  return { folder, from: from.href, blocks: noteBlocks(fileURLToPath(from), folder) }
}

function inProcess({ name }: FuzzTarget, inputs: number, noted: NotedModules): Promise<Count> {
  const task: ReaderTask = {
    target: name,
    seed: Number(values.seed),
    inputs,
    noted,
    crashes: values.crashes,
  }
  const execArgv = ['--expose-gc', '--disable-warning=ExperimentalWarning']
  const child = fork(join(import.meta.dirname, 'lib/fuzz/reader.ts'), [JSON.stringify(task)], { execArgv })
  return new Promise((resolve) => {
    let count: Count = { inputs: 0, peak: 0, isBroken: true }
    child.on('message', (message) => {
      count = message as Count // that is all that it sends
    })
    child.on('exit', () => {
      resolve(count)
    })
  })
}
