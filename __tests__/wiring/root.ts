import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile, chmod, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { micromambaEntries, wire } from '../../src/image/wiring.ts'
import { chooseUser } from '../../src/base/users.ts'
import { baseOf } from '../base/samples.ts'

/**
 * What is put into images, in a directory on this machine. The wiring names its files by absolute paths; here each of
 * them has the directory in front, in the scripts' texts as well, so that neither root nor a container is needed.
 */
export interface Root {
  /** The directory that stands for `/`. */
  readonly directory: string
  readonly prefix: string
  /** Puts a file below the directory; an executable one when it begins with `#!`. */
  write(path: string, content: string): Promise<void>
  /** Runs a program in the environment of a container, plus `variables`; undefined takes one away. */
  run(command: readonly string[], variables?: Record<string, string | undefined>): Promise<Outcome>
  /** The same through the entrypoint. */
  enter(command: readonly string[], variables?: Record<string, string | undefined>): Promise<Outcome>
  /** Each line is the arguments of a call of micromamba, of which there should be few. */
  micromambaCalls(): Promise<string[]>
  remove(): Promise<void>
}

export interface Outcome {
  readonly code: number | string
  readonly stdout: string
  readonly stderr: string
}

/** Seconds since 1970: what the image's own files have, long before anything that a test changes. */
const imageTime = 315_619_200

/**
 * A stand-in for micromamba, where it is needed in a container: it prints what the real one prints for activation (libmamba,
 * activation.cpp), and writes down that it was called. The prompt that it was given stands in its environment, not in a
 * variable: bash sets none when it is not interactive.
 */
const standIn = `#!/bin/bash
echo "$*" >>"\${0%/*}/../calls"
if [[ $1 != shell ]]; then
  echo "micromamba $*"
  [[ $2 != fail ]]
  exit
fi
while IFS= read -r -d '' pair; do [[ $pair != PS1=* ]] || prompt="\${pair#PS1=}"; done </proc/self/environ
prompt="\${prompt/"\${CONDA_PROMPT_MODIFIER-}"/}"
case $2 in
  activate)
    case $3 in
      base) prefix=$MAMBA_ROOT_PREFIX ;;
      */*) prefix=$3 ;;
      *) prefix=$MAMBA_ROOT_PREFIX/envs/$3 ;;
    esac
    if [[ ! -d $prefix ]]; then
      echo "critical libmamba Cannot activate, prefix does not exist at: '$prefix'" >&2
      exit 1
    fi
    path=":$PATH:"
    [[ -z $CONDA_PREFIX ]] || path="\${path/":$CONDA_PREFIX/bin:"/:}"
    path="\${path#:}"
    name="\${prefix##*/}"
    [[ $prefix != "$MAMBA_ROOT_PREFIX" ]] || name=base
    level=$((\${CONDA_SHLVL:-0} + 1))
    [[ $CONDA_PREFIX != "$prefix" ]] || level=$CONDA_SHLVL
    echo "PS1='($name) $prompt'"
    echo "export PATH='$prefix/bin:\${path%:}'"
    echo "export CONDA_PREFIX='$prefix'"
    echo "export CONDA_SHLVL='$level'"
    echo "export CONDA_PROMPT_MODIFIER='($name) '"
    echo "export CONDA_DEFAULT_ENV='$name'"
    # What the environment's state has, a variable a line here, goes between quotes as it is.
    entry='"([A-Z_]+)": "(.*)"'
    while IFS= read -r line; do
      [[ ! $line =~ $entry ]] || printf "export %s='%b'\\n" "\${BASH_REMATCH[@]:1:2}"
    done < <(cat "$prefix/conda-meta/state" 2>/dev/null)
    for script in "$prefix"/etc/conda/activate.d/*.sh; do [[ ! -e $script ]] || echo ". \\"$script\\""; done
    ;;
  deactivate)
    path=":$PATH:"
    path="\${path/":$CONDA_PREFIX/bin:"/:}"
    path="\${path#:}"
    echo "PS1='$prompt'"
    echo "export PATH='\${path%:}'"
    echo 'unset CONDA_PREFIX CONDA_DEFAULT_ENV CONDA_PROMPT_MODIFIER; export CONDA_SHLVL=0'
    ;;
esac
`

/**
 * @param variables those of the root prefix's activation
 * @param environmentName the environment that the image activates
 * @param micromamba whether there is one in the image
 */
export async function makeRoot(
  variables: Readonly<Record<string, string>> = {},
  environmentName = 'base',
  { micromamba = true }: { readonly micromamba?: boolean } = {},
): Promise<Root> {
  const directory = await mkdtemp(join(tmpdir(), 'root-'))
  const prefix = join(directory, 'opt/conda')
  const base = baseOf({ 'bin/bash': '', 'etc/skel/.bashrc': "PS1='$ '\n" })
  const user = chooseUser(base, new Map())
  const environments = [
    { name: 'base', prefix: '/opt/conda', variables },
    ...(environmentName === 'base'
      ? []
      : [{ name: environmentName, prefix: `/opt/conda/envs/${environmentName}`, variables }]),
  ]
  const defaults = { environmentName, ...(micromamba && { executable: '/bin/micromamba' }) }
  for (const entry of [
    ...wire({ base, user, environments, defaults, rootPrefix: '/opt/conda' }),
    ...(micromamba ? micromambaEntries(base, Buffer.from(standIn)) : []),
  ]) {
    const path = join(directory, entry.path)
    if (entry.type === 'directory') await mkdir(path, { mode: entry.mode, recursive: true })
    else if (entry.type === 'symlink') await symlink(entry.target, path)
    else if (entry.type === 'file') {
      const text = Buffer.from(entry.content as Uint8Array).toString() // the wiring's files are in memory
      await writeFile(path, relocated(text, directory))
      await chmod(path, entry.mode)
      await utimes(path, imageTime, imageTime)
    }
  }
  for (const environment of environments) {
    await makeEnvironment(join(directory, environment.prefix))
  }

  const environment = {
    PATH: `${directory}/usr/local/bin:/usr/bin:/bin`,
    HOME: '/',
    MAMBA_USER: 'mambauser',
    MAMBA_ROOT_PREFIX: prefix,
    ...(micromamba && { MAMBA_EXE: join(directory, 'bin/micromamba') }),
    ENV_NAME: 'base',
  }
  const run: Root['run'] = (command, more = {}) => execute(command, { ...environment, ...more })
  return {
    directory,
    prefix,
    run,
    enter: (command, more) => run([join(directory, 'usr/local/bin/_entrypoint.sh'), ...command], more),
    async write(path, content) {
      await mkdir(dirname(join(directory, path)), { recursive: true })
      await writeFile(join(directory, path), content)
      if (content.startsWith('#!')) await chmod(join(directory, path), 0o755)
    },
    async micromambaCalls() {
      const { stdout } = await execute(['cat', join(directory, 'calls')], environment)
      return stdout.split('\n').filter((line) => line !== '')
    },
    remove: () => rm(directory, { recursive: true }),
  }
}

/** An environment that has the directories that activation looks at, as old as an image's. */
export async function makeEnvironment(prefix: string): Promise<void> {
  for (const path of ['conda-meta/history', 'etc/conda/env_vars.d/x', 'etc/conda/activate.d/x']) {
    await mkdir(dirname(join(prefix, path)), { recursive: true })
  }
  await writeFile(join(prefix, 'conda-meta/history'), '')
  for (const path of ['conda-meta', 'etc/conda/env_vars.d'])
    await utimes(join(prefix, path), imageTime, imageTime)
}

function relocated(text: string, directory: string): string {
  return text.replaceAll(
    /(?<![\w.}])\/(?=usr\/local\/|etc\/arg_mamba_user|opt\/conda|bin\/micromamba)/g,
    `${directory}/`,
  )
}

function execute(
  [program = '', ...args]: readonly string[],
  env: Record<string, string | undefined>,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    const output = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text))
    }
    child.on('error', reject)
    child.on('close', (code, signal) => {
      resolve({ code: code ?? signal ?? '', ...output })
    })
  })
}
