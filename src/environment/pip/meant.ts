import { RequirementProblem } from './problem.ts'

const name = String.raw`[A-Za-z0-9][\w.-]*(?:\s*\[[^\]]*\])?`

type Guess = (...parts: readonly string[]) => RequirementProblem

/** What people write instead of what pip reads, the first that fits. */
const slips: readonly (readonly [pattern: RegExp, guess: Guess])[] = [
  [
    /^(['"])(.*)\1$/,
    (_, inner = '') =>
      new RequirementProblem(`pip does not read the quotes around '${inner}'`, `Write ${inner}.`),
  ],
  [
    /^(?:python3? -m )?pip3? install\s+(.+)$/,
    (given = '') =>
      new RequirementProblem('it is a command, and pip reads what stands behind it', `Write ${given}.`),
  ],
  [
    /^git:\/\/(.+)$/,
    (rest = '') =>
      new RequirementProblem(`a repository's address begins with git+`, `Write git+https://${rest}.`),
  ],
  [
    /^git\+([\w.-]+@[\w.-]+):(.+)$/,
    (host = '', path = '') =>
      new RequirementProblem(`'${host}:${path}' is no address`, `Write git+ssh://${host}/${path}.`),
  ],
  [
    /^[\w.-]+::.+$/,
    () =>
      new RequirementProblem(
        "this is conda's way to name a channel",
        "Take it out of 'pip:', and put it among the other dependencies.",
      ),
  ],
  [
    new RegExp(`^(${name})\\s*==?\\s*([^\\s=]+)\\s*=\\s*[^\\s=]+$`),
    (package_ = '', version = '') =>
      new RequirementProblem("pip has no builds, which are conda's", `Write ${package_}==${version}.`),
  ],
  [
    new RegExp(`^(${name})\\s*=\\s*([^\\s=<>~!]+)$`),
    (package_ = '', version = '') =>
      new RequirementProblem(
        "'=' is conda's, and no operator of pip's",
        `Write ${package_}==${version}${version.endsWith('*') ? '' : `, or ${package_}==${version}.* for all of ${version}`}.`,
      ),
  ],
  [
    new RegExp(`^(${name})\\s*(=[<>~!])\\s*(\\S+)$`),
    (package_ = '', operator = '', version = '') =>
      new RequirementProblem(
        `'${operator}' is no operator of pip's`,
        `Write ${package_}${operator[1] ?? ''}=${version}.`,
      ),
  ],
  [
    new RegExp(`^(${name})\\s*(?:===?|[~!<>]=|[<>])$`),
    (package_ = '') =>
      new RequirementProblem('there is no version behind the operator', `Write one, or ${package_} alone.`),
  ],
  [
    new RegExp(`^(${name})\\s+(\\d\\S*)$`),
    (package_ = '', version = '') =>
      new RequirementProblem('there is no operator before the version', `Write ${package_}==${version}.`),
  ],
  [
    new RegExp(`^(${name})\\s*((?:[<>=!~]={0,2}\\s*[\\w.*+!-]+\\s+)+[<>=!~]={0,2}\\s*[\\w.*+!-]+)$`),
    (package_ = '', versions = '') =>
      new RequirementProblem(
        'there is no comma between the versions',
        `Write ${package_}${versions.replace(/([<>=!~])\s+/g, '$1').replace(/\s+/g, ',')}.`,
      ),
  ],
  [
    new RegExp(`^${name}(?:(?:\\s+|\\s*,\\s*)${name})+$`),
    () => new RequirementProblem('these are several packages', 'Write each on a line of its own.'),
  ],
]

/** The problem with what is no requirement, with what was probably meant. */
export function meant(text: string): RequirementProblem {
  for (const [pattern, guess] of slips) {
    const [, ...parts] = pattern.exec(text) ?? []
    if (pattern.test(text)) return guess(...parts)
  }
  return new RequirementProblem(
    'it cannot be read by pip',
    "A line is a package with versions, 'flask>=3,<4', an address, 'name @ https://…', a path, './folder', or an option of pip's lists.",
  )
}
