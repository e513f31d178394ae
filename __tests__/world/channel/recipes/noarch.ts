import { extractDebs } from '../../debian.ts'
import { text, type PackageFile, type Recipe } from '../recipe.ts'
import { compare } from '../metadata.ts'
import { filesFrom } from '../tree.ts'

/** Packages for every machine: Python's, real and small ones, certificates and time zones. */
export async function noarchRecipes(): Promise<Recipe[]> {
  const root = await extractDebs([
    'ca-certificates',
    'python3-chardet',
    'python3-idna',
    'python3-jinja2',
    'python3-requests',
    'python3-six',
    'python3-urllib3',
    'tzdata',
  ])
  return [
    pip,
    hello('1.0.0'),
    hello('1.1.0'),
    certifi,
    await fromDebian(root, 'chardet', 'chardet', '5.1.0'),
    await fromDebian(root, 'jinja2', 'jinja2', '3.1.2', ['markupsafe >=2.0']),
    await fromDebian(root, 'idna', 'idna', '3.3'),
    await fromDebian(root, 'six', 'six', '1.16.0'),
    await fromDebian(root, 'urllib3', 'urllib3', '1.26.12', ['idna >=2.0.0', 'six']),
    await fromDebian(root, 'requests', 'requests', '2.28.1', [
      'certifi >=2017.4.17',
      'chardet >=3.0.2,<6',
      'idna >=2.5,<4',
      'urllib3 >=1.21.1,<1.27',
    ]),
    await caCertificates(root),
    await tzdata(root),
    pythonAbi,
  ]
}

function pythonPackage(
  name: string,
  version: string,
  files: readonly PackageFile[],
  rest: Partial<Recipe> = {},
): Recipe {
  const distInfo = `site-packages/${name.replaceAll('-', '_')}-${version}.dist-info`
  const { depends = [], entryPoints = [] } = rest
  return {
    name,
    version,
    build: 'pyhd8ed1ab_0',
    subdir: 'noarch',
    noarch: 'python',
    ...rest,
    depends: ['python >=3.7', ...depends],
    files: [
      ...files,
      text(`${distInfo}/METADATA`, `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`),
      text(`${distInfo}/INSTALLER`, 'conda\n'),
      ...(entryPoints.length > 0
        ? [text(`${distInfo}/entry_points.txt`, `[console_scripts]\n${entryPoints.join('\n')}\n`)]
        : []),
    ],
  }
}

/** Not the real one, which is large: it says its version and lists what is installed. */
const pip = pythonPackage(
  'pip',
  '24.0',
  [
    text('site-packages/pip/__init__.py', '__version__ = "24.0"\n'),
    text('site-packages/pip/__main__.py', 'from pip.main import main\n\nmain()\n'),
    text(
      'site-packages/pip/main.py',
      `import os
import sys
from importlib.metadata import distributions

from pip import __version__


def main():
    command = sys.argv[1] if len(sys.argv) > 1 else "--version"
    if command == "list":
        for line in sorted(f"{d.metadata['Name']} {d.version}" for d in distributions()):
            print(line)
    elif command == "--version":
        version = ".".join(map(str, sys.version_info[:2]))
        print(f"pip {__version__} from {os.path.dirname(__file__)} (python {version})")
    else:
        sys.exit(f"ERROR: unknown command {command!r}")
`,
    ),
  ],
  { entryPoints: ['pip = pip.main:main', 'pip3 = pip.main:main'] },
)

/** `hello [NAME]` greets, and says which python runs it. */
function hello(version: string): Recipe {
  return pythonPackage(
    'hello',
    version,
    [
      text('site-packages/hello/__init__.py', `__version__ = "${version}"\n`),
      text(
        'site-packages/hello/cli.py',
        `import platform
import sys

from hello import __version__


class App:
    @staticmethod
    def run():
        name = sys.argv[1] if len(sys.argv) > 1 else "world"
        print(f"Hello, {name}! I am hello {__version__} on Python {platform.python_version()} in {sys.prefix}.")


def main():
    App.run()
`,
      ),
      // conda puts python-scripts/ into bin/ as they are.
      {
        type: 'file',
        path: 'python-scripts/hello-script',
        content: Buffer.from('#!/bin/sh\nexec hello "$@"\n'),
        mode: 0o755,
      },
    ],
    { entryPoints: ['hello = hello.cli:main', 'hello-app = hello.cli:App.run'] },
  )
}

const certifi = pythonPackage(
  'certifi',
  '2024.7.4',
  [
    text(
      'site-packages/certifi/__init__.py',
      `import os
import sys

__version__ = "2024.07.04"


def where():
    return os.path.join(sys.prefix, "ssl", "cacert.pem")


def contents():
    with open(where(), encoding="ascii") as file:
        return file.read()
`,
    ),
  ],
  { depends: ['ca-certificates'] },
)

/** A module as Debian packages it. */
async function fromDebian(
  root: string,
  name: string,
  module: string,
  version: string,
  depends: readonly string[] = [],
): Promise<Recipe> {
  const from = 'usr/lib/python3/dist-packages/'
  const files = await filesFrom(root, (path) => {
    if (!path.startsWith(from)) return undefined
    const below = path.slice(from.length)
    return below === `${module}.py` || below.startsWith(`${module}/`) ? `site-packages/${below}` : undefined
  })
  return pythonPackage(name, version, files, { depends })
}

/** Ties extension modules to a python. */
const pythonAbi: Recipe = {
  name: 'python_abi',
  version: '3.11',
  build: '4_cp311',
  subdir: 'noarch',
  noarch: 'generic',
  constrains: ['python 3.11.*'],
  files: [],
}

async function caCertificates(root: string): Promise<Recipe> {
  const certificates = await filesFrom(root, (path) =>
    path.startsWith('usr/share/ca-certificates/') ? path : undefined,
  )
  const bundle = certificates
    .toSorted((a, b) => compare(a.path, b.path))
    .flatMap((file) => (file.type === 'file' ? [Buffer.from(file.content)] : []))
  return {
    name: 'ca-certificates',
    version: '2023.03.11',
    build: 'hbcca054_0',
    subdir: 'noarch',
    noarch: 'generic',
    license: 'ISC',
    files: [
      { type: 'file', path: 'ssl/cacert.pem', content: Buffer.concat(bundle) },
      { type: 'symlink', path: 'ssl/cert.pem', target: 'cacert.pem' },
    ],
  }
}

async function tzdata(root: string): Promise<Recipe> {
  const from = 'usr/share/zoneinfo/'
  const files = await filesFrom(root, (path) =>
    // Debian has every zone three times.
    path.startsWith(from) && !/\/(?:posix|right|localtime)(?:\/|$)/.test(path)
      ? `share/zoneinfo/${path.slice(from.length)}`
      : undefined,
  )
  const list = files.find(({ path }) => path.endsWith('/tzdata.zi'))
  const version =
    list?.type === 'file' ? /^# version (\w+)/.exec(Buffer.from(list.content).toString())?.[1] : undefined
  return {
    name: 'tzdata',
    version: version ?? '2024a',
    build: 'h0_0',
    subdir: 'noarch',
    noarch: 'generic',
    license: 'LicenseRef-Public-Domain',
    files,
  }
}
