import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from '@jest/globals'
import { resolvePip, type Resolved, type ResolveRequest } from '../../src/pip/resolve.ts'
import { installPythonWithPip } from '../../src/pip/python.ts'
import { channelPackages } from '../bytecode/python.ts'
import { debianPip, pipReleases, type PipRelease } from '../world/pip.ts'

export const target = { version: '3.11.2', subdir: 'linux-64', glibc: '2.28' } as const

/** What of a line pip is not told. */
const line = { canonical: '', kind: 'index', file: 'conda/env.yaml' } as const

export interface Asking {
  /** A folder with an environment file, though nobody reads it. */
  readonly folder: string
  /**
   * Asks a pip for lines of an environment file, from line 10 on.
   * @param more fields of the request; `variables` on top of PATH and HOME
   */
  ask(
    release: PipRelease,
    lines: readonly string[],
    more?: Partial<ResolveRequest>,
  ): ReturnType<typeof resolvePip>
  /** The same, which must come to an end. */
  resolve(release: PipRelease, lines: readonly string[], more?: Partial<ResolveRequest>): Promise<Resolved>
  /** What pip complains of instead. */
  failure(release: PipRelease, lines: readonly string[], more?: Partial<ResolveRequest>): Promise<string>
  /** The executable, once the tests run. */
  python(): string
}

/** Python of the test world's channel, as it is put on a runner, and the pips; there before the tests of the file. */
export function openAsking(): Asking {
  const scratch = mkdtempSync(join(tmpdir(), 'asking-'))
  const folder = mkdtempSync(join(tmpdir(), 'project-'))
  let python = ''
  beforeAll(async () => {
    const here = join(scratch, 'python')
    python = (await installPythonWithPip(await channelPackages(), here)).python
    for (const release of pipReleases) await debianPip(release)
  })
  afterAll(() => {
    for (const each of [scratch, folder]) rmSync(each, { recursive: true })
  })
  const ask: Asking['ask'] = async (release, lines, { variables, ...more } = {}) =>
    resolvePip({
      python,
      pip: (await debianPip(release)).folder,
      target,
      environment: {
        file: 'conda/env.yaml',
        pip: { lines: lines.map((text, index) => ({ ...line, text, line: 10 + index })), files: [] },
      },
      folder,
      distributions: [],
      cache: join(scratch, 'cache'),
      variables: { PATH: process.env['PATH'], HOME: scratch, PIP_RETRIES: '0', ...variables },
      ...more,
    })
  return {
    folder,
    ask,
    python: () => python,
    async resolve(...question) {
      const answer = await ask(...question)
      if (answer.type !== 'resolved') throw new Error(`${answer.name} has to be built`)
      return answer
    },
    async failure(...question) {
      const answer = await ask(...question).catch((error: unknown) => error)
      if (!(answer instanceof Error) || answer.name !== 'UserError') {
        throw new Error('there is no complaint', { cause: answer })
      }
      return answer.message
    },
  }
}

/** `name version` of each. */
export function namesOf({ items }: Pick<Resolved, 'items'>): string[] {
  return items.map(({ name, version }) => `${name} ${version}`)
}

/** The files that wheels and sdists are. */
export function filesOf({ items }: Pick<Resolved, 'items'>): string[] {
  return items.map(({ source }) => decodeURIComponent(source.url.replace(/^.*\//, '')))
}
