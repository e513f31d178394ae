import { formatBytes } from '../../../src/common/format.ts'
import { barsOf } from './bars.ts'
import { caseNames, caseTitles } from './cases.ts'
import { publishedUpstream } from './entrypoint.ts'
import {
  makers,
  medianBuild,
  medianOf,
  stores,
  type BuildCase,
  type Findings,
  type Maker,
} from './findings.ts'
import { middleOf } from './types.ts'

const makerTitles: Readonly<Record<Maker, string>> = {
  ours: 'the action',
  docker: 'docker',
  best: 'docker at its best',
}

/** The tables of a run, Markdown. */
export function report(findings: Findings): string {
  const { machine, installer, floor } = findings
  const rounds = Math.max(
    ...makers.flatMap((maker) => Object.values(findings.builds[maker]).map(({ length }) => length)),
  )
  const floorTime = medianOf(floor)
  const docker = medianBuild(findings, 'docker', 'cold')?.wall
  const rows = caseNames
    .filter((name) => name !== 'pull' && name !== 'entrypoint')
    .flatMap((name) => makers.map((maker) => buildRow(findings, name, maker)))
    .filter((row) => row !== undefined)
  const build = medianOf(findings.dockerBuild)
  return [
    `${machine}. ${rounds === 1 ? 'One round.' : `Medians of ${rounds} rounds.`} In docker’s builds the packages are installed by ${installer}.`,
    '',
    ...table(
      ['case', 'made by', 'wall', '÷ docker', 'CPU', 'peak memory', 'down', 'up', 'requests'],
      [
        ...rows,
        ...(floorTime === undefined
          ? []
          : [
              [
                'floor: `zstd -d`, `zstd -3`, `sha256sum`',
                '',
                duration(floorTime),
                ratio(floorTime, docker),
              ].concat(Array<string>(5).fill('')),
            ]),
      ],
    ),
    '',
    ...pullTable(findings),
    ...(build === undefined || docker === undefined
      ? []
      : [`Of docker’s ${duration(docker)}, ${duration(build)} are the build; the rest is the push.`, '']),
    ...entrypointLines(findings),
    ...table(
      ['bar', 'measured', 'at most', 'reached'],
      barsOf(findings).map(({ name, value, limit }) => [
        name,
        value.toPrecision(3),
        limit.toPrecision(3),
        value <= limit ? 'yes' : '**no**',
      ]),
    ),
  ].join('\n')
}

function buildRow(findings: Findings, name: BuildCase, maker: Maker): string[] | undefined {
  const found = medianBuild(findings, maker, name)
  if (!found) return undefined
  const { wall, cpu, peak, down, up, requests } = found
  // What docker does for any change; without its build cache, as on a runner, also for none.
  const docker = name === 'unchanged' ? undefined : medianBuild(findings, 'docker', name)
  const whole =
    name === 'big' || name === 'big-wheels' ? undefined : (docker ?? medianBuild(findings, 'docker', 'cold'))
  const cached = name === 'unchanged' && maker !== 'ours' ? ', with its build cache' : ''
  return [
    caseTitles[name],
    `${makerTitles[maker]}${cached}`,
    duration(wall),
    ratio(wall, whole?.wall),
    cpu === undefined ? '' : duration(cpu),
    peak === undefined ? '' : formatBytes(peak),
    formatBytes(down),
    formatBytes(up),
    String(requests),
  ]
}

function pullTable({ pulls }: Findings): string[] {
  const rows = makers.flatMap((maker) => {
    const runs = stores.map((store) => pulls[maker][store])
    if (runs.some(({ length }) => length === 0)) return []
    const cells = runs.flatMap((ofStore) => {
      const { wall, bytes } = middleOf(ofStore, (pull) => pull.wall)
      return [duration(wall), formatBytes(bytes)]
    })
    return [[makerTitles[maker], ...cells]]
  })
  const head = [caseTitles.pull, 'containerd’s store: wall', 'bytes', 'docker’s older store: wall', 'bytes']
  return rows.length === 0 ? [] : [...table(head, rows), '']
}

function entrypointLines({ entrypoint }: Findings): string[] {
  if (!entrypoint) return []
  const { ours, upstream, upstreamIsReal } = entrypoint
  const known = upstreamIsReal
    ? ''
    : `, with the stand-in for micromamba; with the real one it is ${duration(publishedUpstream)}`
  return [
    `The entrypoint adds ${duration(ours)} to a start; what micromamba-docker’s does adds ${duration(upstream)}${known}.`,
    '',
  ]
}

/** Of seconds. */
function duration(value: number): string {
  return value < 0.1 ? `${(value * 1000).toFixed(1)} ms` : `${value.toFixed(value < 10 ? 2 : 1)} s`
}

function ratio(value: number, of: number | undefined): string {
  return of === undefined ? '' : (value / of).toFixed(value / of < 0.1 ? 3 : 2)
}

/** Lines of a table, Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}
