import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { format, resolveConfig } from 'prettier'
import { formatBytes } from '../../../src/common/format.ts'
import { placeBetween } from '../destinations.ts'
import type { Bar } from './bars.ts'

/** The machine that something is measured on, for a report. */
export function describeMachine(): string {
  const processor = cpus()[0]?.model ?? 'unknown processor'
  return `${processor}, ${availableParallelism()} cores, ${formatBytes(totalmem())}, Node ${process.version}`
}

/** What was measured. */
export interface Measured {
  readonly findings: unknown
  /** The same as Markdown. */
  readonly text: string
  /** The marks in documents between which that goes. */
  readonly marks: string
  readonly bars?: readonly Bar[]
}

/**
 * Prints a report, writes it and its figures where they are wanted, and names the bars that are missed.
 * @param files as `checkDestinations` has checked them
 * @returns whether any is missed
 */
export async function publish(
  { findings, text, marks, bars = [] }: Measured,
  files: { readonly json?: string | undefined; readonly markdown?: string | undefined },
): Promise<boolean> {
  console.log(text)
  if (files.json !== undefined) await writeFile(files.json, `${JSON.stringify(findings, null, 2)}\n`)
  if (files.markdown !== undefined) await writeInto(files.markdown, marks, text)
  const missed = bars.filter(({ value, limit }) => value > limit)
  for (const { name, value, limit } of missed) {
    console.error(`missed: ${name}: ${value.toPrecision(3)}, at most ${limit.toPrecision(3)}`)
  }
  return missed.length > 0
}

/**
 * Puts text between the marks of a name in a Markdown document.
 * @throws UserError when the document has them not
 */
export async function writeInto(file: string, name: string, text: string): Promise<void> {
  const document = await readFile(file, 'utf8')
  const { start, end } = placeBetween(document, file, name)
  const changed = `${document.slice(0, start)}\n\n${text}\n\n${document.slice(end)}`
  await writeFile(file, await format(changed, { ...(await resolveConfig(file)), parser: 'markdown' }))
}
