import { readdirSync, readFileSync } from 'node:fs'

export interface ProcessUse {
  /** Seconds. */
  readonly cpu: number
  /** Bytes of resident memory of all processes together, at its highest. */
  readonly peak: number
}

interface Process {
  readonly id: number
  readonly parent: number
  readonly cpu: number
  readonly resident: number
}

/** Of Linux: hundredths of a second in stat's times, whatever the kernel counts in, and bytes in a page of memory. */
const ticks = 100
const page = 4096

/**
 * Watches a process that stays, and all that it starts, ten times a second.
 * @returns ends it, and says what they used since; undefined where there is no /proc
 */
export function watchProcesses(root: number): () => ProcessUse | undefined {
  const before = treeOf(root)
  if (before.length === 0) return () => undefined
  let peak = 0
  const look = () => {
    const processes = treeOf(root)
    peak = Math.max(
      peak,
      processes.reduce((sum, { resident }) => sum + resident, 0),
    )
    return processes
  }
  const timer = setInterval(look, 100)
  return () => {
    clearInterval(timer)
    // Whoever ended has left its time with the one that waited for it.
    return { cpu: timeOf(look()) - timeOf(before), peak }
  }
}

function timeOf(processes: readonly Process[]): number {
  return processes.reduce((sum, { cpu }) => sum + cpu, 0)
}

/** The process and its descendants that live now. */
function treeOf(root: number): Process[] {
  const processes = allProcesses()
  const tree = processes.filter(({ id }) => id === root)
  // It grows while it is walked.
  for (const { id } of tree) tree.push(...processes.filter(({ parent }) => parent === id))
  return tree
}

function allProcesses(): Process[] {
  let names: string[]
  try {
    names = readdirSync('/proc')
  } catch {
    return []
  }
  return names.filter((name) => /^\d+$/.test(name)).flatMap((name) => readProcess(name) ?? [])
}

/** Fields of proc(5)'s stat, counted from the third: what is before it is the program's name, with any character. */
function readProcess(name: string): Process | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${name}/stat`, 'latin1')
  } catch {
    return undefined // it ended meanwhile
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const field = (number: number) => Number(fields[number - 3])
  return {
    id: Number(name),
    parent: field(4),
    cpu: (field(14) + field(15) + field(16) + field(17)) / ticks,
    resident: field(24) * page,
  }
}
