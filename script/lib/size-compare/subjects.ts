import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildChannel } from '../../../__tests__/world/channel/build.ts'
import { workloadChannel } from '../workload.ts'
import { debianChannel } from './channel.ts'

/** An environment of which images are compared. */
export interface Subject {
  readonly name: string
  readonly title: string
  /** The folder of a channel. */
  readonly channel: () => Promise<string>
  /** Of an environment file that is solved. */
  readonly dependencies?: () => Promise<readonly string[]>
  /** Instead of those, names of packages that are locked as they are, for they say nothing of what they need; all of the channel if absent. */
  readonly packages?: readonly string[]
  /** A command that writes a line when what is in the image works, and what it needs of variables. */
  readonly command: readonly string[]
  readonly variables?: Readonly<Record<string, string>>
}

const prefix = '/opt/conda'
const libraries = `${prefix}/lib/x86_64-linux-gnu`

/** What Debian's programs need besides those of its minimal system, and those which they share with it. */
const shared = [
  ...['libbz2-1.0', 'libexpat1', 'libffi8', 'libgcc-s1', 'libgfortran5', 'libgomp1', 'liblzma5'],
  ...['libncursesw6', 'libopenblas0-pthread', 'libquadmath0', 'libreadline8', 'libsqlite3-0', 'libssl3'],
  ...['libstdc++6', 'libtinfo6', 'libuuid1', 'libzstd1', 'readline-common', 'tzdata', 'zlib1g'],
]

const scientific = [
  ...['libpython3.11-minimal', 'libpython3.11-stdlib', 'python3.11-minimal', 'python3-dateutil'],
  ...['python3-decorator', 'python3-numpy', 'python3-pandas', 'python3-pandas-lib', 'python3-scipy'],
  ...['python3-six', 'python3-tz', ...shared],
]

const r = [
  ...['r-base-core', 'r-cran-jsonlite', 'r-cran-lattice', 'r-cran-mass', 'r-cran-matrix'],
  ...['libcom-err2', 'libgssapi-krb5-2', 'libicu72', 'libk5crypto3', 'libkeyutils1', 'libkrb5-3'],
  ...['libkrb5support0', 'libpcre2-8-0', 'libtirpc3', ...shared],
]

const all = [...new Set([...scientific, ...r])].sort()

/** Where Debian's libraries lie, which conda's would know by themselves. */
const loading = { LD_LIBRARY_PATH: `${libraries}:${libraries}/openblas-pthread:${prefix}/lib/R/lib` }

export const subjects: readonly Subject[] = [
  {
    name: 'quickstart',
    title: 'the quickstart: python, requests',
    channel: buildChannel,
    dependencies: async () => {
      const file = join(import.meta.dirname, '../../../examples/quickstart/env.yaml')
      return (await readFile(file, 'utf8')).split('dependencies:\n')[1]?.match(/(?<=- ).+/g) ?? []
    },
    command: [`${prefix}/bin/python`, '-c', 'import requests; print(requests.__version__)'],
  },
  {
    name: 'scientific',
    title: 'numpy, scipy, pandas',
    channel: () => debianChannel(all),
    packages: scientific,
    command: [
      `${prefix}/bin/python3.11`,
      '-c',
      'import numpy, scipy.linalg, pandas; print(pandas.__version__)',
    ],
    variables: { ...loading, PYTHONHOME: prefix, PYTHONPATH: `${prefix}/lib/python3.11/site-packages` },
  },
  {
    name: 'r',
    title: 'R with Matrix, MASS, jsonlite',
    channel: () => debianChannel(all),
    packages: r,
    command: [
      `${prefix}/lib/R/bin/exec/R`,
      ...['--vanilla', '--no-echo', '-e', 'library(Matrix);library(jsonlite);cat(toJSON(1),fill=TRUE)'],
    ],
    variables: { ...loading, R_HOME: `${prefix}/lib/R`, R_LIBS: `${prefix}/lib/R/site-library` },
  },
  {
    name: 'reference',
    title: 'the reference workload, 188 packages',
    channel: workloadChannel,
    command: [`${prefix}/bin/openssl`, 'version'],
    variables: loading,
  },
]
