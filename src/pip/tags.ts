import type { Subdir } from '../common/platform.ts'

/** What packages are resolved for. */
export interface PipTarget {
  /** Of python, in full: `3.12.4`, `3.14.0rc2`. */
  readonly version: string
  /** A build of python without the global lock. */
  readonly freeThreaded?: boolean
  readonly subdir: Subdir
  /** The C library's version: `2.28`. */
  readonly glibc: string
}

/** `[python, abi, platform]` of PEP 425. */
export type Tag = readonly [python: string, abi: string, platform: string]

/** The processor's name to Linux, which tags and markers have. */
export const machines: Readonly<Record<Subdir, string>> = {
  'linux-64': 'x86_64',
  'linux-aarch64': 'aarch64',
  'linux-ppc64le': 'ppc64le',
  'linux-s390x': 's390x',
}

/** The names that some steps of the ladder had before PEP 600, by the minor version of glibc. */
const legacy = new Map([
  [17, 'manylinux2014'],
  [12, 'manylinux2010'],
  [5, 'manylinux1'],
])

/**
 * The platforms whose wheels run on a target, the best first: PEP 600's, down to the oldest glibc that the architecture has wheels for, and
 * wheels that promise nothing but Linux.
 */
export function platformTags({ subdir, glibc }: Pick<PipTarget, 'subdir' | 'glibc'>): string[] {
  const machine = machines[subdir]
  const [major, newest = 0] = glibc.split('.').map(Number)
  const oldest = subdir === 'linux-64' ? 5 : 17
  const tags: string[] = []
  for (let minor = major === 2 ? newest : 0; minor >= oldest; minor--) {
    tags.push(`manylinux_2_${minor}_${machine}`)
    const older = legacy.get(minor)
    if (older !== undefined) tags.push(`${older}_${machine}`)
  }
  return [...tags, `linux_${machine}`]
}

/**
 * All tags that CPython supports on a target, in the order in which pip prefers them. As `packaging.tags` has them, `cpython_tags` and
 * `compatible_tags`; abi3t is of PEP 803.
 */
export function supportedTags(target: PipTarget): Tag[] {
  const [, digits = '0'] = /^3\.(\d+)/.exec(target.version) ?? []
  const minor = Number(digits)
  const platforms = platformTags(target)
  const onPlatforms = (python: string, abi: string) =>
    platforms.map((platform): Tag => [python, abi, platform])
  const below = (first: number, last: number) =>
    Array.from({ length: Math.max(0, first - last + 1) }, (_, step) => first - step)

  const own = `cp3${minor}`
  const suffix = target.freeThreaded ? 't' : minor < 8 ? 'm' : ''
  const stable = target.freeThreaded ? 'abi3t' : 'abi3'
  const generic = [`py3${minor}`, 'py3', ...below(minor - 1, 0).map((older) => `py3${older}`)]
  return [
    ...onPlatforms(own, `${own}${suffix}`),
    ...onPlatforms(own, stable),
    ...onPlatforms(own, 'none'),
    ...below(minor - 1, 2).flatMap((older) => onPlatforms(`cp3${older}`, stable)),
    ...generic.flatMap((python) => onPlatforms(python, 'none')),
    [own, 'none', 'any'],
    ...generic.map((python): Tag => [python, 'none', 'any']),
  ]
}
