import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import type { FuzzResult } from './lib/fuzz/run.ts'
import { targets } from './lib/fuzz/targets/all.ts'
import type { FuzzTarget, Input } from './lib/fuzz/target.ts'
import { headLength, type Task } from './lib/fuzz/task.ts'

const usage = `Usage: script/fuzz [--inputs N] [--seed N] [--only TEXT] [--jobs N] [--crashes DIRECTORY]

Gives every reader of what comes from elsewhere (archives, locks, manifests, headers …) inputs that are nearly right: made by
fast-check, and by changes of these and of good ones. No input may bring about anything but an answer or a refusal, take
more than a second, or more than 512 MB.

  --inputs   how many in all, 200000 unless it is said; each reader has its share
  --seed     1 unless it is said; the same seed makes the same inputs
  --only     readers with this in their name
  --jobs     readers at a time, 1 unless it is said
  --crashes  where inputs are written that break a reader, fuzz-crashes unless it is said

Exits with 1 when a reader was broken. What broke one is kept in __tests__/data/fuzz, which the tests read.`

/** Bytes of a reader's process, of which Node itself takes a hundred million. */
const memoryLimit = 512 * 1024 * 1024
/** Milliseconds after which a reader that does not come back is taken for lost: it may not have been given the processor. */
const patience = 20_000

/** The most that there was. */
let peak = 0

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '200000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    jobs: { type: 'string', default: '1' },
    crashes: { type: 'string', default: 'fuzz-crashes' },
    // Of those that this starts.
    reader: { type: 'string', default: '' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) console.log(usage)
else if (values.reader !== '') await one(values.reader)
else process.exitCode = await main()

interface Count {
  readonly inputs: number
  /** Bytes that the process had at most. */
  readonly peak: number
  readonly isBroken: boolean
}

/** Each reader has a process of its own, so that what it takes of memory is known. */
async function main(): Promise<number> {
  const chosen = targets.filter(({ name }) => name.includes(values.only))
  const shares = chosen.reduce((sum, { share }) => sum + share, 0)
  const counts: Count[] = []
  const waiting = [...chosen]
  const begun = performance.now()
  const work = async () => {
    for (let target = waiting.shift(); target; target = waiting.shift()) {
      const inputs = Math.ceil((Number(values.inputs) * target.share) / shares)
      counts.push(await inProcess(target, inputs))
    }
  }
  await Promise.all(Array.from({ length: Number(values.jobs) }, work))
  const sum = counts.reduce((all, { inputs }) => all + inputs, 0)
  const seconds = Math.round((performance.now() - begun) / 1000)
  const most = Math.round(Math.max(...counts.map(({ peak }) => peak)) / 1e6)
  const broken = counts.filter(({ isBroken }) => isBroken).length
  console.log(`${sum} inputs in ${seconds} s, ${most} MB at most, ${broken} readers broken`)
  return broken > 0 ? 1 : 0
}

function inProcess({ name }: FuzzTarget, inputs: number): Promise<Count> {
  const args = [
    '--reader',
    name,
    '--inputs',
    String(inputs),
    '--seed',
    values.seed,
    '--crashes',
    values.crashes,
  ]
  const execArgv = ['--expose-gc', '--disable-warning=ExperimentalWarning']
  const child = fork(fileURLToPath(import.meta.url), args, { execArgv })
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

/** What the process of a reader does. */
async function one(name: string): Promise<void> {
  const target = targets.find((other) => other.name === name)
  if (!target) throw new Error(`there is no reader '${name}'`)
  const start = performance.now()
  const result = await run(target, Number(values.inputs))
  tell(target, result, (performance.now() - start) / 1000)
  const count: Count = { inputs: result.inputs, peak, isBroken: result.finding !== undefined }
  process.send?.(count)
  process.disconnect()
}

function run({ name }: FuzzTarget, inputs: number): Promise<FuzzResult> {
  const shared = new SharedArrayBuffer(headLength + 256 * 1024)
  const task: Task = { target: name, seed: Number(values.seed), inputs, shared }
  const head = new Int32Array(shared, 0, headLength / 4)
  const worker = new Worker(new URL('./lib/fuzz/worker.ts', import.meta.url), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: 256 },
    stdout: true,
  })
  // What readers warn of.
  worker.stdout.resume()
  return new Promise((resolve) => {
    let last = { count: 0, at: performance.now() }
    const end = (result: FuzzResult) => {
      clearInterval(timer)
      void worker.terminate().then(() => {
        resolve(result)
      })
    }
    const lost = (what: string) => {
      end({
        inputs: Atomics.load(head, 0),
        accepted: 0,
        slowest: 0,
        finding: { input: lastInput(shared), what },
      })
    }
    const timer = setInterval(() => {
      const count = Atomics.load(head, 0)
      const memory = process.memoryUsage.rss()
      peak = Math.max(peak, memory)
      if (memory > memoryLimit) lost(`the process has ${Math.round(memory / 1e6)} MB`)
      else if (count !== last.count) last = { count, at: performance.now() }
      else if (count > 0 && performance.now() - last.at > patience) lost('it does not come back')
    }, 200)
    worker.on('message', end)
    worker.on('error', (error: unknown) => {
      lost(error instanceof Error ? (error.stack ?? error.message) : String(error))
    })
  })
}

function lastInput(shared: SharedArrayBuffer): Input {
  const [, length = 0, isText = 0] = new Int32Array(shared, 0, headLength / 4)
  const bytes = Buffer.from(Buffer.from(shared, headLength, length))
  return isText === 1 ? bytes.toString('utf16le') : bytes
}

function tell(
  { name }: FuzzTarget,
  { inputs, accepted, slowest, finding }: FuzzResult,
  seconds: number,
): void {
  const figures = [
    `${inputs} inputs`,
    `${accepted} taken`,
    `${seconds.toFixed(1)} s`,
    `slowest ${Math.round(slowest)} ms`,
  ]
  console.log(`${name}: ${figures.join(', ')}`)
  if (!finding) return
  const { input, what } = finding
  const folder = join(values.crashes, folderOf(name))
  mkdirSync(folder, { recursive: true })
  const isText = typeof input === 'string'
  const hash = createHash('sha256').update(input).digest('hex').slice(0, 12)
  const file = join(folder, isText ? `${hash}.json` : hash)
  writeFileSync(file, isText ? JSON.stringify(input) : input)
  console.log(`  broken by ${file}: ${what}`)
}

/** Of a reader's name: where what once broke it lies. */
function folderOf(name: string): string {
  return name.replace(/[^\w]+/g, '-')
}
