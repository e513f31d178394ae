import type { ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { constants } from 'node:os'
import { removeAllScratch } from './scratch.ts'

/** Those by which a runner cancels a job: the second when the first has not ended it after 7.5 s. */
const signals = ['SIGINT', 'SIGTERM'] as const
type CancelSignal = (typeof signals)[number]

/** How long programs may take to end in order; a runner kills all of them 10 s after the first signal. */
const graceSeconds = 3

/** How long all that is registered by `onCancel` may take: the second signal kills its programs too. */
const undoSeconds = 6

/** The job was cancelled; what the action had started has ended, and its scratch folders are gone. */
export class Cancelled extends Error {
  /** As shells have it, 130 for SIGINT. */
  readonly exitCode: number

  constructor(signal: CancelSignal) {
    super(`The job was cancelled (${signal}): stopped, and temporary files removed.`)
    this.name = 'Cancelled'
    this.exitCode = 128 + constants.signals[signal]
  }
}

/** Every program that runs now, whoever has started it: @actions/exec and @actions/cache hand none of theirs out. */
const children = new Set<ChildProcess>()
subscribe('child_process', (message) => {
  const { process: child } = message as { process: ChildProcess } // Node's documentation of this channel
  children.add(child)
  child.once('exit', () => children.delete(child))
})

/** What a cancelled job is to undo besides. */
const undoings = new Set<() => Promise<void>>()

/**
 * Registers what is to be undone when the job is cancelled, where neither the end of programs nor the removal of folders does it, such
 * as containers of a daemon. It begins at the signal, while the work itself may go on, and has six seconds.
 * @returns what takes it back
 */
export function onCancel(undo: () => Promise<void>): () => void {
  undoings.add(undo)
  return () => undoings.delete(undo)
}

/**
 * Does the work of a step. When the job is cancelled meanwhile, the signal is passed on to all programs that run, which
 * are killed when they do not end by it, or at a second signal. The work itself is left where it is: the process is to end.
 * Programs of worker threads end by themselves when their input does.
 * @throws Cancelled then, and whatever `work` throws
 */
export async function untilCancelled<T>(work: () => Promise<T>): Promise<T> {
  let first: CancelSignal | undefined
  let cancel: (signal: CancelSignal) => void = () => undefined
  const cancelled = new Promise<CancelSignal>((resolve) => (cancel = resolve))
  const onSignal = (signal: CancelSignal) => {
    if (first !== undefined) kill('SIGKILL')
    first ??= signal
    cancel(signal)
  }
  for (const signal of signals) process.on(signal, onSignal)
  try {
    const ended = work().then((value) => ({ value }))
    const outcome = await Promise.race([cancelled, ended])
    if (typeof outcome === 'object') return outcome.value
    await Promise.all([stopChildren(outcome), undoAll()])
    removeAllScratch()
    throw new Cancelled(outcome)
  } finally {
    for (const signal of signals) process.off(signal, onSignal)
  }
}

async function stopChildren(signal: CancelSignal): Promise<void> {
  kill(signal)
  // Not those that undo something, which start from here on.
  const running = [...children]
  const timer = setTimeout(() => {
    for (const child of running) child.kill('SIGKILL')
  }, graceSeconds * 1000)
  await Promise.all(running.map(ended))
  clearTimeout(timer)
}

async function undoAll(): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(resolve, undoSeconds * 1000, undefined)
  await Promise.race([over, Promise.allSettled([...undoings].map((undo) => undo()))])
  clearTimeout(timer)
}

function kill(signal: NodeJS.Signals): void {
  for (const child of children) child.kill(signal)
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  await new Promise((resolve) => child.once('exit', resolve))
}
