import { readdir, readFile } from 'node:fs/promises'

/** A process of this machine, as /proc tells of it. */
export interface Process {
  readonly pid: number
  readonly parent: number
  /** Its arguments, with blanks between them. */
  readonly line: string
}

export async function processes(): Promise<Process[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid): Promise<Process[]> => {
      try {
        const line = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ')
        // The name before it may hold anything.
        const [, parent = '0'] = /.*\) \S (\d+)/s.exec(await readFile(`/proc/${pid}/stat`, 'utf8')) ?? []
        return [{ pid: Number(pid), parent: Number(parent), line }]
      } catch {
        return [] // it has ended meanwhile
      }
    }),
  )
  return found.flat()
}

/** The main step that this process has started. */
export async function mainStep(): Promise<Process> {
  const all = await processes()
  const found = all.find(({ parent, line }) => parent === process.pid && line.includes('dist/main/'))
  if (!found) throw new Error('no main step runs now')
  return found
}

/**
 * What of a job is still on this machine: processes and mounts that name its temporary folder, and what is in that, besides the
 * archives of packages that the cache is made of.
 */
export async function remains(folder: string): Promise<string[]> {
  const running = (await processes()).filter(({ line }) => line.includes(folder)).map(({ line }) => line)
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .filter((line) => line.includes(folder))
  return [
    ...running,
    ...mounts,
    ...(await readdir(folder)).filter((name) => name !== 'micromamba-image-packages'),
  ]
}

/** Asks again and again, for ten seconds, until there is nothing. @returns what there is then */
export async function untilNone<T>(ask: () => Promise<readonly T[]>): Promise<readonly T[]> {
  let found = await ask()
  for (let times = 0; found.length > 0 && times < 100; times++) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    found = await ask()
  }
  return found
}
