import type { DockerBench } from './docker.ts'
import { middleOf } from './types.ts'

/** Seconds until the command's first instruction, in a container that runs, over starting the command by itself. */
export interface EntrypointTimes {
  readonly ours: number
  /** What micromamba-docker's does, by the micromamba that is in the image. */
  readonly upstream: number
  readonly upstreamIsReal: boolean
}

/** What micromamba-docker's entrypoint takes inside of a container with the real micromamba, in seconds, where there is none. */
export const publishedUpstream = 0.035

/** As micromamba-docker's scripts do it: each start asks micromamba twice. */
const upstream = 'eval "$(micromamba shell hook --shell=bash)"; micromamba activate base; exec "$@"'

const starts = 200

/** @param image one of the action's, with micromamba in it */
export async function measureEntrypoint(engine: DockerBench, image: string): Promise<EntrypointTimes> {
  const ways = [
    '/usr/local/bin/_entrypoint.sh /bin/true',
    `bash -c '${upstream}' bash /bin/true`,
    '/bin/true',
  ]
  // By turns, so that what else the machine does meets them alike. A line a way, in microseconds.
  const script = `
    unset CONDA_PREFIX CONDA_SHLVL
    time_of() { local start=$EPOCHREALTIME; "$@"; local end=$EPOCHREALTIME; echo "$((\${end/./} - \${start/./}))"; }
    for ((round = 0; round < ${starts}; round++)); do
      ${ways.map((way) => `time_of ${way}`).join('\n')}
    done`
  const times = (await engine.ask(image, 'bash', '-c', script)).trim().split('\n').map(Number)
  const [ours = NaN, theirs = NaN, alone = NaN] = ways.map((_, way) =>
    middleOf(
      times.filter((_time, index) => index % ways.length === way),
      (time) => time,
    ),
  )
  return {
    ours: (ours - alone) / 1e6,
    upstream: (theirs - alone) / 1e6,
    upstreamIsReal: process.env['MICROMAMBA_EXE'] !== undefined,
  }
}
