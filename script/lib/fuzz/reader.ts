import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Reached } from './worker.ts'
import type { Input } from './target.ts'
import { headLength, type Task } from './task.ts'

/** What the process of a reader is started with. */
export interface ReaderTask extends Omit<Task, 'shared'> {
  /** Where an input is written that breaks it. */
  readonly crashes: string
}

/** What it says at its end. */
export interface Count {
  readonly inputs: number
  /** Bytes that the process had at most. */
  readonly peak: number
  readonly isBroken: boolean
}

/** Bytes of a reader's process, of which Node itself takes a hundred million. */
const memoryLimit = 512 * 1024 * 1024
/** Milliseconds after which a reader that does not come back is taken for lost: it may not have been given the processor. */
const patience = 20_000

/** The most that there was. */
let peak = 0

const { crashes, ...task } = JSON.parse(process.argv[2] ?? '') as ReaderTask // as script/fuzz.ts makes it
const start = performance.now()
const result = await run()
tell(result, (performance.now() - start) / 1000)
const count: Count = { inputs: result.inputs, peak, isBroken: result.finding !== undefined }
process.send?.(count)
process.disconnect()

function run(): Promise<Reached> {
  const shared = new SharedArrayBuffer(headLength + 256 * 1024)
  const head = new Int32Array(shared, 0, headLength / 4)
  const worker = new Worker(new URL('worker.ts', import.meta.url), {
    workerData: { ...task, shared } satisfies Task,
    resourceLimits: { maxOldGenerationSizeMb: 256 },
    stdout: true,
  })
  // What readers warn of.
  worker.stdout.resume()
  return new Promise((resolve) => {
    let last = { count: 0, at: performance.now() }
    const end = (result: Reached) => {
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
        reached: 0,
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

function tell({ inputs, accepted, slowest, reached, finding }: Reached, seconds: number): void {
  const figures = [
    `${inputs} inputs`,
    `${accepted} taken`,
    `${seconds.toFixed(1)} s`,
    `slowest ${Math.round(slowest)} ms`,
    `${Math.round(peak / 1e6)} MB`,
    `${reached} blocks`,
  ]
  console.log(`${task.target}: ${figures.join(', ')}`)
  if (!finding) return
  const { input, what } = finding
  const folder = join(crashes, folderOf(task.target))
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
