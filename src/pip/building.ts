import { isConfidential, opens, present, type Grant } from '../channels/grant.ts'
import { decoded } from '../environment/read.ts'
import { readOptions } from '../environment/pip/options.ts'
import { RequirementProblem } from '../environment/pip/problem.ts'
import type { PipIndexes } from './settings.ts'

/** How the environment's own pip builds a wheel in an image's file system (PEP 517), and what it says when it cannot. */

/**
 * A program for the environment's python that has its pip build a wheel: the backend, and what else a project asks for to be built, come from
 * the indexes into a folder of their own; what the project depends on to run does not come. Its arguments are a source, an archive or a folder,
 * the path of the project in it, and an absolute folder, made anew, that gets `wheel/`. Where it works is the same each time: pip's own
 * folders would have names by chance, which compilers write into what they make.
 */
export const buildProgram = String.raw`
import itertools, os, shutil, sys, tempfile

source, project, work = sys.argv[1:]
tempfile._name_sequence = iter("%08d" % number for number in itertools.count())
os.umask(0o022)
if os.path.exists(work):
    shutil.rmtree(work)
for name in ("home", "wheel"):
    os.makedirs(os.path.join(work, name))
os.chdir(os.path.join(work, "home"))
here = os.path.join(work, "source")
if os.path.isdir(source):
    shutil.copytree(source, here, symlinks=True)
else:
    from pip._internal.utils.unpacking import unpack_file
    os.mkdir(here)
    unpack_file(source, here)

from pip._internal.cli.main import main
sys.exit(main([
    "wheel", "--use-pep517", "--no-deps", "--no-cache-dir", "--no-input", "--no-color", "--progress-bar", "off",
    "--disable-pip-version-check", "--wheel-dir", os.path.join(work, "wheel"), os.path.join(here, project),
]))
`

/**
 * A program for the environment's python that says which of the things that a wheel requires are neither in the environment nor locked,
 * one a line. Its arguments are the folder of the wheel, and the versions of what is locked by their names, as JSON, `null` where a lock
 * does not say it.
 */
export const requirementsProgram = String.raw`
import email, glob, importlib.metadata, json, sys, zipfile
from pip._vendor.packaging.requirements import Requirement
from pip._vendor.packaging.utils import canonicalize_name as canonical

[wheel] = glob.glob(sys.argv[1] + "/*.whl")
locked = json.loads(sys.argv[2])
there = {canonical(dist.metadata["Name"] or ""): dist.version for dist in importlib.metadata.distributions()}
there.update(locked)
with zipfile.ZipFile(wheel) as archive:
    [name] = [name for name in archive.namelist() if name.count("/") == 1 and name.endswith(".dist-info/METADATA")]
    metadata = email.message_from_bytes(archive.read(name))
for line in metadata.get_all("Requires-Dist") or []:
    requirement = Requirement(line)
    if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
        continue
    name = canonical(requirement.name)
    version = there.get(name)
    if name not in there or version and not requirement.specifier.contains(version, prereleases=True):
        print(line)
`

/** What a build has to reach the indexes with. */
export interface BuildAccess {
  readonly variables: Readonly<Record<string, string>>
  /** Files, by their names, for the command alone. */
  readonly secrets: Readonly<Record<string, string>>
}

/** What says where packages come from, by variables of pip's. */
const taken = ['INDEX_URL', 'EXTRA_INDEX_URL', 'FIND_LINKS', 'NO_INDEX', 'TRUSTED_HOST', 'PROXY'] as const

/**
 * The same indexes that resolving asks, without what is on this machine alone: folders, and pip's configuration files. A login is in no
 * variable, since pip hands addresses on in arguments: it is in a netrc of the command, for the hosts of the indexes and no others.
 * @param asked.lines of the list, with variables filled in
 * @param asked.netrc the user's own
 * @param asked.certificates the text of those to trust
 * @param asked.secretsFolder where the command finds its secrets
 */
export function buildAccess(asked: {
  readonly lines: readonly string[]
  readonly indexes: PipIndexes
  readonly grants: readonly Grant[]
  readonly variables: Readonly<NodeJS.ProcessEnv>
  readonly netrc?: string
  readonly certificates?: string
  readonly secretsFolder: string
}): BuildAccess {
  const { indexes, grants, variables, netrc = '', certificates, secretsFolder } = asked
  const options = optionsIn(asked.lines)
  const words = (name: (typeof taken)[number]) =>
    (variables[`PIP_${name}`] ?? '').split(/\s+/).filter((word) => word !== '')
  const found: Record<(typeof taken)[number], string[]> = {
    INDEX_URL: [options('--index-url').at(-1) ?? indexes.index ?? words('INDEX_URL')[0] ?? ''],
    EXTRA_INDEX_URL: [
      ...(indexes.extra?.length ? indexes.extra : words('EXTRA_INDEX_URL')),
      ...options('--extra-index-url'),
    ],
    FIND_LINKS: [...words('FIND_LINKS'), ...options('--find-links')].filter((one) => /^https?:/.test(one)),
    NO_INDEX: options('--no-index').length > 0 ? ['1'] : words('NO_INDEX'),
    TRUSTED_HOST: [...words('TRUSTED_HOST'), ...options('--trusted-host')],
    PROXY: words('PROXY'),
  }
  const machines = new Map<string, string>()
  const bare = (text: string): string => {
    if (!/^https?:/.test(text) || !URL.canParse(text)) return text
    const url = new URL(text)
    const login = loginOf(url, grants) ?? loginIn(netrc, url.hostname)
    if (login && !machines.has(url.hostname)) machines.set(url.hostname, login)
    return Object.assign(url, { username: '', password: '' }).href
  }
  const set = taken.flatMap((name): [string, string][] => {
    const value = found[name].map(name === 'PROXY' ? (text) => text : bare).join(' ')
    return value === '' ? [] : [[`PIP_${name}`, value]]
  })
  const logins = [...machines].map(([host, login]) => `machine ${host} ${login}\n`).join('')
  return {
    variables: {
      ...Object.fromEntries(set),
      PIP_CONFIG_FILE: '/dev/null',
      ...(logins !== '' && { NETRC: `${secretsFolder}/netrc` }),
      ...(certificates !== undefined && { PIP_CERT: `${secretsFolder}/certificates.pem` }),
    },
    secrets: {
      ...(logins !== '' && { netrc: logins }),
      ...(certificates !== undefined && { 'certificates.pem': certificates }),
    },
  }
}

function optionsIn(lines: readonly string[]): (option: string) => readonly string[] {
  const read = lines.flatMap((text) => {
    try {
      return text.startsWith('-') ? [readOptions(text)] : []
    } catch (error) {
      if (error instanceof RequirementProblem) return []
      throw error
    }
  })
  return (option) => read.flatMap((options) => options.get(option) ?? [])
}

/** Of the address itself, else of what opens it; pip's netrc knows no tokens. */
function loginOf(url: URL, grants: readonly Grant[]): string | undefined {
  if (url.username !== '') return formatLogin(decoded(url.username), decoded(url.password))
  const grant = isConfidential(url) ? grants.find((one) => opens(one, url)) : undefined
  const header = grant && present(grant, url).headers['authorization']
  const [, encoded] = /^Basic (.*)$/.exec(header ?? '') ?? []
  if (encoded === undefined) return undefined
  const [user = '', ...password] = Buffer.from(encoded, 'base64').toString().split(':')
  return formatLogin(user, password.join(':'))
}

function loginIn(netrc: string, host: string): string | undefined {
  const words = netrc.split(/\s+/)
  const at = words.findIndex((word, index) => word === 'machine' && words[index + 1] === host)
  const own = at < 0 ? [] : words.slice(at + 2, at + 8)
  const valueOf = (name: string) => own[own.indexOf(name) + 1]
  const [login, password] = [valueOf('login'), valueOf('password')]
  return own.includes('login') && own.includes('password') ? `login ${login} password ${password}` : undefined
}

function formatLogin(user: string, password: string): string {
  const quoted = (text: string) =>
    /^[^\s"'\\#]+$/.test(text) ? text : `"${text.replace(/["\\]/g, String.raw`\$&`)}"`
  return `login ${quoted(user)} password ${quoted(password)}`
}

/** What is missing, as those say who look for it, and what to add to the dependencies. */
const missing: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [
    /(?:g\+\+|[cC]\+\+|clang\+\+|CXX)\S*['"]?(?: failed)?: (?:No such file|command not found|not found)|No such file or directory: '\S*(?:g\+\+|c\+\+)'|No CMAKE_CXX_COMPILER|Unknown compiler\(s\): \[\['?(?:c\+\+|g\+\+)/,
    "There is no compiler for C++ in the environment: add 'gxx' to its dependencies, or 'compilers'.",
  ],
  [
    /(?:gfortran|f77|f90)\S*['"]?(?: failed)?: (?:No such file|command not found|not found)|No such file or directory: '\S*gfortran'|No CMAKE_Fortran_COMPILER|Unknown compiler\(s\): \[\['?gfortran/,
    "There is no compiler for Fortran in the environment: add 'gfortran' to its dependencies, or 'compilers'.",
  ],
  [
    /command '\S*(?:gcc|cc|clang)' failed: No such file|unable to execute '\S*(?:gcc|cc|clang)'|No such file or directory: '\S*(?:gcc|cc|clang)'|(?:gcc|\bcc|clang): (?:command )?not found|No CMAKE_C_COMPILER|Unknown compiler\(s\): \[\['?(?:cc|gcc)|no acceptable C compiler/,
    "There is no compiler in the environment: add 'compilers' to its dependencies; for C and C++ alone, 'gxx'.",
  ],
  [
    /can't find Rust compiler|(?:cargo|rustc)\S*: (?:command )?not found|No such file or directory: '\S*(?:cargo|rustc)'|`?cargo`? (?:is not installed|not found)|Cargo, the Rust package manager, is not installed/i,
    "There is no compiler for Rust in the environment: add 'rust' to its dependencies, and 'compilers', whose linker it uses.",
  ],
  [
    /(?:cmake|CMake)\S*: (?:command )?not found|No such file or directory: '\S*cmake'|CMake must be installed/,
    "There is no CMake in the environment: add 'cmake' to its dependencies.",
  ],
  [
    /No such file or directory: 'git'|git: (?:command )?not found|Cannot find command 'git'/,
    "There is no git in the environment: add 'git' to its dependencies.",
  ],
  [
    /setuptools[-_]scm was unable to detect version|unable to detect version/,
    "It takes its version from git, whose folder is left out of what is copied: add a line '!.git' to .dockerignore, and 'git' to the dependencies; or have the version written into pyproject.toml.",
  ],
  [/No module named pip\b/, "The environment has no pip: add 'pip' to its dependencies."],
  [
    /No matching distribution found|Could not find a version that satisfies|Temporary failure in name resolution|Failed to establish a new connection|NewConnectionError/,
    "What it takes to build it comes from the indexes, over the network: check 'pip-index-url' and its login, and that 'run-network' is not none.",
  ],
]

/** What to do about a build that failed, by what it said. */
export function adviceOnFailure(said: string): string {
  const known = missing.find(([pattern]) => pattern.test(said))?.[1]
  return (
    known ??
    'Add what it misses to the dependencies, or choose a version that has wheels; a channel may have it, too.'
  )
}
