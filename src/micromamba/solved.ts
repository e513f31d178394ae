import { UserError } from '../common/errors.ts'
import { withoutCredentials } from '../environment/read.ts'

/** A package that the solver chose. */
export interface SolvedPackage {
  readonly name: string
  readonly version: string
  readonly build: string
  /** Where its archive is, without credentials. */
  readonly url: string
  /** 64 hex digits. */
  readonly sha256: string
  /** Bytes of the archive, as the channel says; 0 when it does not. */
  readonly size: number
  /** MatchSpecs. */
  readonly depends: readonly string[]
  /** As the channel has it; absent when it says nothing. */
  readonly license?: string
}

/** The JSON of a dry run, as far as it is looked at; `LINK` is absent when there is nothing to install. */
interface DryRun {
  readonly success: boolean
  readonly solverProblems?: readonly string[]
  readonly link: readonly unknown[]
}

/** Takes `micromamba create --dry-run --json` apart; undefined when the text is not its JSON. */
export function parseDryRun(text: string): DryRun | undefined {
  const json = parseJson(text)
  if (!isRecord(json) || typeof json['success'] !== 'boolean') return undefined
  const actions = json['actions']
  const problems = json['solver_problems']
  const link = isRecord(actions) ? actions['LINK'] : undefined
  return {
    success: json['success'],
    ...(Array.isArray(problems) && { solverProblems: problems.map(String) }),
    link: Array.isArray(link) ? link : [],
  }
}

/**
 * An item of `LINK`.
 * @throws UserError when the channel does not say what the package's bytes hash to
 */
export function parseSolvedPackage(item: unknown): SolvedPackage {
  const record = isRecord(item) ? item : {}
  const text = (key: string) => (typeof record[key] === 'string' ? record[key] : '')
  const [name, version, url] = [text('name'), text('version'), withoutCredentials(text('url'))]
  if (name === '' || version === '' || url === '') {
    throw new UserError(`micromamba's answer has a package without name, version or URL: '${name || url}'`, {
      advice: "Set 'micromamba-version' to another release.",
    })
  }
  const sha256 = text('sha256').toLowerCase()
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    throw new UserError(`the channel gives no sha256 of ${name} ${version}, so it could not be verified`, {
      at: { url },
      advice: 'Have the channel indexed again, by a tool that writes sha256 into repodata.json.',
    })
  }
  const size = record['size']
  const depends = record['depends']
  return {
    name,
    version,
    build: text('build_string') || text('build'),
    url,
    sha256,
    size: typeof size === 'number' ? size : 0,
    depends: Array.isArray(depends) ? depends.map(String) : [],
    ...(text('license') !== '' && { license: text('license') }),
  }
}

/**
 * Puts every package after those it depends on. The order given is kept as far as that allows, and whole when it is
 * right already, as micromamba's is; packages that depend on each other in a circle stay as they are.
 */
export function sortTopologically<T extends Pick<SolvedPackage, 'name' | 'depends'>>(
  packages: readonly T[],
): T[] {
  const byName = new Map(packages.map((item) => [item.name, item]))
  const seen = new Set<T>()
  const sorted: T[] = []
  const visit = (item: T) => {
    if (seen.has(item)) return
    seen.add(item)
    for (const spec of item.depends) {
      const needed = byName.get(/^[^\s=<>!~[]+/.exec(spec)?.[0].toLowerCase() ?? '')
      if (needed) visit(needed)
    }
    sorted.push(item)
  }
  packages.forEach(visit)
  return sorted
}

/** Undefined for what is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
