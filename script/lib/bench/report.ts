import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { formatBytes } from '../../../src/common/format.ts'
import { barsOf, type Findings } from './bars.ts'

/** The tables of a run, Markdown. @param installer what installed packages in docker's builds */
export function report(
  findings: Findings,
  pull: { seconds: number; bytes: number },
  installer: string,
): string {
  const { floor, ours, docker, dockerBest, entrypoint } = findings
  const bytes = (value?: number) => (value === undefined ? '' : formatBytes(value))
  const rows = [
    ['floor: `zstd -d`, `zstd -3`, `sha256sum`', floor],
    [`docker build + docker push, any change (${installer})`, docker],
    ['the same with containerd’s image store and zstd', dockerBest],
  ].map(([name, wall]) => [
    String(name),
    Number(wall).toFixed(1),
    (Number(wall) / docker).toFixed(3),
    '',
    '',
    '',
    '',
    '',
  ])
  const cases = Object.values(ours).map(({ name, wall, cpu, peak, down, up, requests }) => [
    name,
    wall.toFixed(1),
    (wall / docker).toFixed(3),
    cpu?.toFixed(1) ?? '',
    bytes(peak),
    bytes(down),
    bytes(up),
    String(requests ?? ''),
  ])
  const bars = barsOf(findings).map(({ name, value, limit }) => [
    name,
    value.toPrecision(3),
    limit.toPrecision(3),
    value <= limit ? 'yes' : '**no**',
  ])
  const machine = `${cpus()[0]?.model ?? ''}, ${availableParallelism()} cores, ${formatBytes(totalmem())}, Node ${process.version}`
  return [
    `${machine}; medians.`,
    '',
    ...table(
      ['case', 'wall, s', '÷ docker', 'CPU, s', 'peak memory', 'down', 'up', 'registry requests'],
      [...rows, ...cases],
    ),
    '',
    `The entrypoint adds ${(entrypoint * 1000).toFixed(1)} ms to a start. After the leaf's bump a pull brings ${formatBytes(pull.bytes)} in ${pull.seconds.toFixed(1)} s.`,
    '',
    ...table(['bar', 'measured', 'at most', 'reached'], bars),
  ].join('\n')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}

const markers = ['<!-- bench: begin -->', '<!-- bench: end -->'] as const

/** Puts the tables between the two marks of a document. */
export async function writeInto(file: string, text: string): Promise<void> {
  const document = await readFile(file, 'utf8')
  const [start, end] = markers.map((marker) => document.indexOf(marker))
  if (start === undefined || end === undefined || start < 0 || end < start) {
    throw new Error(`${file} has not the lines ${markers.join(' and ')}`)
  }
  await writeFile(file, `${document.slice(0, start)}${markers[0]}\n\n${text}\n\n${document.slice(end)}`)
}
