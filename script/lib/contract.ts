import { createLimiter } from '../../src/common/limiter.ts'
import { consumers } from './contract-consumers.ts'
import { entrypointRows, fileRows, processRows, userRows } from './contract-containers.ts'
import { shellRows } from './contract-shells.ts'
import { dockerfileRows, interactiveRows, startRows } from './contract-starts.ts'
import { entrypoint, type Row, type Subject } from './contract-subject.ts'
import type { ContainerEngine } from './engine.ts'

export type Activation = 'none' | 'entrypoint' | 'everywhere'

/** One row of the contract, and what is wrong with it. */
export interface Verdict {
  readonly row: string
  readonly problem?: string
}

/** Starting a container is mostly waiting: for the engine, for its runtime, for what is cleared away. */
const rowsAtOnce = 4

/**
 * Checks some rows at a time and gives them in their order; a row that throws is a row that fails.
 * @param as who starts the image, of `consumers`; the contract itself where nobody is named
 */
export async function* checkContract(
  engine: ContainerEngine,
  image: string,
  activation: Activation = 'entrypoint',
  as: readonly string[] = [],
): AsyncGenerator<Verdict> {
  const inspected = await engine(['image', 'inspect', image])
  if (inspected.code !== 0) {
    yield { row: 'the engine has the image', problem: inspected.stderr.trim() }
    return
  }
  const [{ Config: config }] = JSON.parse(inspected.stdout) as [{ Config: Config }]
  const subject = subjectOf(engine, image, config, activation)
  const rows =
    as.length === 0
      ? [...configRows(config, activation), ...containerRows(subject)]
      : as.flatMap(
          (name) => consumers[name]?.(subject).map((row) => ({ ...row, row: `${name}: ${row.row}` })) ?? [],
        )
  const limit = createLimiter(rowsAtOnce)
  const verdicts = rows.map(({ row, check }) =>
    limit(async (): Promise<Verdict> => {
      const problem = await check().catch(String)
      return { row, ...(problem !== undefined && { problem }) }
    }),
  )
  for (const verdict of verdicts) yield await verdict
}

/** The part of an image's config that the contract speaks of. */
interface Config {
  readonly Env?: readonly string[]
  readonly User?: string
  readonly WorkingDir?: string
  readonly Entrypoint?: readonly string[]
  readonly Shell?: readonly string[]
}

function variablesOf(config: Config): Map<string, string> {
  return new Map(
    (config.Env ?? []).map((pair): [string, string] => {
      const equals = pair.indexOf('=')
      return [pair.slice(0, equals), pair.slice(equals + 1)]
    }),
  )
}

function configRows(config: Config, activation: Activation): Row[] {
  const variables = variablesOf(config)
  const needed = [
    'MAMBA_USER',
    'MAMBA_USER_ID',
    'MAMBA_USER_GID',
    'LANG',
    'LC_ALL',
    'ENV_NAME',
    'MAMBA_ROOT_PREFIX',
    'MAMBA_EXE',
  ]
  const same = (name: string, actual: unknown, expected: unknown): Row => ({
    row: `config: ${name} is ${JSON.stringify(expected)}`,
    check: () =>
      Promise.resolve(
        JSON.stringify(actual) === JSON.stringify(expected) ? undefined : `it is ${JSON.stringify(actual)}`,
      ),
  })
  return [
    ...needed.map((name) => ({
      row: `config: ENV ${name}`,
      check: () => Promise.resolve(variables.has(name) ? undefined : 'not set'),
    })),
    {
      row: 'config: PATH has /usr/local/bin',
      check: () =>
        Promise.resolve(
          variables.get('PATH')?.split(':').includes('/usr/local/bin')
            ? undefined
            : `PATH is ${variables.get('PATH') ?? 'not set'}`,
        ),
    },
    ...(activation === 'none' ? [] : [same('ENTRYPOINT starts with', config.Entrypoint?.[0], entrypoint)]),
    same('SHELL', config.Shell, ['/usr/local/bin/_dockerfile_shell.sh']),
  ]
}

function subjectOf(engine: ContainerEngine, image: string, config: Config, activation: Activation): Subject {
  const variables = variablesOf(config)
  const root = variables.get('MAMBA_ROOT_PREFIX') ?? '/opt/conda'
  const name = variables.get('ENV_NAME') ?? 'base'
  return {
    engine,
    image,
    prefix: name === 'base' ? root : `${root}/envs/${name}`,
    rootPrefix: root,
    user: variables.get('MAMBA_USER') ?? 'mambauser',
    uid: variables.get('MAMBA_USER_ID') ?? '57439',
    firstWord: config.Entrypoint?.[0] ?? '',
    active: { started: activation !== 'none', other: activation === 'everywhere' },
  }
}

function containerRows(subject: Subject): Row[] {
  return [
    ...fileRows(subject),
    ...startRows(subject),
    ...interactiveRows(subject),
    ...shellRows(subject),
    ...userRows(subject),
    ...(subject.active.started ? entrypointRows(subject) : []),
    ...processRows(subject),
    ...dockerfileRows(subject),
  ]
}
