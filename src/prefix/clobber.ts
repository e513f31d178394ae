import { UserError } from '../common/errors.ts'
import { parentsOf } from '../packages/archive-path.ts'

/** A path that several packages claim, by their places in the lock. */
export interface Clobber {
  /** The package that is linked last: its file stays. */
  readonly winner: number
  /** The others, in order. */
  readonly losers: readonly number[]
}

/**
 * Finds the paths that more than one package claims. micromamba removes what is there and puts its own in its place,
 * so the package that comes later in the lock wins.
 * @param plans the packages in the order of the lock, each with its paths, none twice
 */
export function findClobbers(plans: readonly { readonly paths: readonly string[] }[]): Map<string, Clobber> {
  const owners = new Map<string, number>()
  const clobbers = new Map<string, { winner: number; losers: number[] }>()
  plans.forEach(({ paths }, position) => {
    for (const path of paths) {
      const before = owners.get(path)
      owners.set(path, position)
      if (before === undefined) continue
      const clobber = clobbers.get(path)
      if (clobber) {
        clobber.losers.push(before)
        clobber.winner = position
      } else {
        clobbers.set(path, { winner: position, losers: [before] })
      }
    }
  })
  return clobbers
}

/** A path that lies below something that is no directory. */
export interface Obstructed {
  readonly path: string
  readonly position: number
  /** The file or soft link that stands where a directory should. */
  readonly by: string
  readonly byPosition: number
}

/**
 * Finds the paths below a file or a soft link that is claimed as well. micromamba fails at a file, and writes through a
 * soft link to wherever that leads, which layers of an image cannot express.
 * @param plans as for `findClobbers`
 */
export function findObstructed(plans: readonly { readonly paths: readonly string[] }[]): Obstructed[] {
  const owners = new Map<string, number>()
  plans.forEach(({ paths }, position) => {
    for (const path of paths) owners.set(path, position)
  })
  const obstructed: Obstructed[] = []
  const free = new Set<string>() // directories with nothing but directories above
  plans.forEach(({ paths }, position) => {
    for (const path of paths) {
      const parents: string[] = []
      let by: string | undefined
      for (const parent of parentsOf(path)) {
        if (free.has(parent)) break
        if (owners.has(parent)) by = parent
        parents.push(parent)
      }
      if (by === undefined) for (const parent of parents) free.add(parent)
      else obstructed.push({ path, position, by, byPosition: owners.get(by) ?? position })
    }
  })
  return obstructed
}

/**
 * @param plans in the order of the lock, perhaps with holes
 * @throws UserError when a package has files below another one's file or link, which a layer cannot have
 */
export function refuseObstructed(
  plans: readonly { readonly dist: string; readonly paths: readonly string[] }[],
): void {
  const [obstructed] = findObstructed(plans)
  if (!obstructed) return
  const { path, position, by, byPosition } = obstructed
  throw new UserError(
    `${plans[position]?.dist ?? ''} has '${path}', and ${plans[byPosition]?.dist ?? ''} has a file or link in its way: '${by}'`,
    { advice: 'Choose other versions or builds of these packages.' },
  )
}

/** Which paths to take from the package at `position` when others take some from it. */
export function selectWinning(
  clobbers: ReadonlyMap<string, Clobber>,
  position: number,
): (path: string) => boolean {
  return (path) => (clobbers.get(path)?.winner ?? position) === position
}
