import { grantsProgram } from './grants.ts'
import { retryAfterProgram } from './network.ts'

/** How the environment's own pip builds a wheel in an image's file system (PEP 517), and what it says when it cannot. */

/**
 * A program for the environment's python that has its pip build a wheel: the backend, and what else a project asks for to be built, come from
 * the indexes into a folder of their own; what the project depends on to run does not come. Its arguments are a source, an archive or a folder,
 * the path of the project in it, an absolute folder, made anew, that gets `wheel/`, settings for the backend as a JSON list, the path of a
 * file of what opens the indexes, if there is one, and how many seconds a server may have pip wait. Where it works is the same each time: pip's own folders would have names by chance, which
 * compilers write into what they make.
 *
 * What the backend needs is installed by a pip of its own, which is started as a file, so that file is one that knows all this too.
 */
export const buildProgram = String.raw`
import itertools, json, os, shutil, sys, tempfile

source, project, work, settings, grants_file, longest = sys.argv[1:]
tempfile._name_sequence = iter("%08d" % number for number in itertools.count())
os.umask(0o022)
if os.path.exists(work):
    shutil.rmtree(work)
for name in ("home", "runner", "wheel"):
    os.makedirs(os.path.join(work, name))
os.chdir(os.path.join(work, "home"))
here = os.path.join(work, "source")
if os.path.isdir(source):
    shutil.copytree(source, here, symlinks=True)
else:
    from pip._internal.utils.unpacking import unpack_file
    os.mkdir(here)
    unpack_file(source, here)

prepare = "longest = %s\n" % longest + r'''${retryAfterProgram}'''
if grants_file:
    prepare += "import json\nwith open(%r) as file:\n    grants = json.load(file)\n" % grants_file + r'''${grantsProgram}'''
runner = os.path.join(work, "runner", "run.py")
with open(runner, "w") as file:
    file.write(prepare + "import sys\nfrom pip._internal.cli.main import main\nsys.exit(main())\n")
exec(prepare)
from pip._internal import build_env
try:
    # Since pip 26.
    from pip._internal.build_env import installer
except ImportError:
    installer = build_env
installer.get_runnable_pip = lambda: runner

from pip._internal.cli.main import main
sys.exit(main([
    "wheel", "--use-pep517", "--no-deps", "--no-cache-dir", "--no-input", "--no-color", "--progress-bar", "off",
    "--disable-pip-version-check", "--wheel-dir", os.path.join(work, "wheel"),
    *("--config-settings=" + setting for setting in json.loads(settings)), os.path.join(here, project),
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
