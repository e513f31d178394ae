import { publishedUpstream } from './entrypoint.ts'
import { medianBuild, medianOf, type BuildCase, type Findings } from './findings.ts'

/** A number that must not be above its limit. */
export interface Bar {
  readonly name: string
  readonly value: number
  readonly limit: number
}

/**
 * What is to be reached, as far as the cases for it were run. All but the requests and the memory are ratios within the run.
 *
 * A full docker build is what any change costs there, and what no change costs where no build cache is: on a runner.
 */
export function barsOf(findings: Findings): Bar[] {
  const ours = (name: BuildCase) => medianBuild(findings, 'ours', name)
  const dockers = (name: BuildCase) => medianBuild(findings, 'docker', name)?.wall
  const [cold, unchanged, leaf, big] = [ours('cold'), ours('unchanged'), ours('leaf'), ours('big')]
  const docker = dockers('cold')
  const best = medianBuild(findings, 'best', 'cold')?.wall
  const { entrypoint } = findings
  const upstream = entrypoint?.upstreamIsReal ? entrypoint.upstream : publishedUpstream
  const bars: [name: string, value: number | undefined, of: number | undefined, limit: number][] = [
    ['cold, of docker build and push', cold?.wall, docker, 1 / 3],
    ['cold, of docker at its best', cold?.wall, best, 2 / 5],
    ['cold, of the floor', cold?.wall, medianOf(findings.floor), 1.5],
    ['one leaf package bumped, of docker', leaf?.wall, dockers('leaf'), 1 / 30],
    ['nothing changed, of a full docker build', unchanged?.wall, docker, 1 / 100],
    ['nothing changed, requests to the registry', unchanged?.requests, 1, 11],
    ['bytes pushed after the leaf’s bump, of the changed layer', leaf?.up, leaf?.layerBytes, 1.3],
    ['cold with link scripts, of docker build and push', ours('scripts')?.wall, dockers('scripts'), 1 / 4],
    ['one leaf package bumped there, of docker', ours('scripts-leaf')?.wall, dockers('scripts-leaf'), 1 / 8],
    ['cold with wheels, of docker build and push', ours('wheels')?.wall, dockers('wheels'), 1 / 3],
    ['one wheel bumped, of docker', ours('wheels-bump')?.wall, dockers('wheels-bump'), 1 / 30],
    ['the entrypoint, of micromamba-docker’s', entrypoint?.ours, upstream, 1 / 10],
    ['peak memory, cold, MB', cold?.peak, 1e6, 400],
    ['peak memory with a package of 2 GB, MB', big?.peak, 1e6, 600],
    ['peak memory with wheels of 2.5 GB, MB', ours('big-wheels')?.peak, 1e6, 600],
  ]
  return bars.flatMap(([name, value, of, limit]) =>
    value === undefined || of === undefined ? [] : [{ name, value: value / of, limit }],
  )
}
