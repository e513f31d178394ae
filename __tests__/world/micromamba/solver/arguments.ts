import { parseArgs } from 'node:util'

/** What a `micromamba create --dry-run` asks, as its command line says it. */
export interface Arguments {
  readonly json: boolean
  readonly name?: string
  readonly prefix?: string
  readonly platform: string
  /** Environment files, as they were written. */
  readonly files: readonly string[]
  readonly channels: readonly string[]
  readonly specs: readonly string[]
  readonly overrideChannels: boolean
  /** `--no-env` */
  readonly noEnvironment: boolean
  /** Undefined when none is to be read. */
  readonly rcFile?: string
}

/** @throws Error for an option that the stand-in does not know */
export function parseArguments(argv: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      'rc-file': { type: 'string' },
      'dry-run': { type: 'boolean' },
      'no-env': { type: 'boolean' },
      'no-rc': { type: 'boolean' },
      'override-channels': { type: 'boolean' },
      channel: { type: 'string', short: 'c', multiple: true },
      file: { type: 'string', short: 'f', multiple: true },
      json: { type: 'boolean' },
      name: { type: 'string', short: 'n' },
      platform: { type: 'string' },
      prefix: { type: 'string', short: 'p' },
      quiet: { type: 'boolean', short: 'q' },
      'root-prefix': { type: 'string', short: 'r' },
      yes: { type: 'boolean', short: 'y' },
    },
  })
  const [command, ...specs] = positionals
  if (command !== 'create' || !values['dry-run']) {
    throw new Error('the stand-in of micromamba solves (create --dry-run); it installs nothing')
  }
  return {
    json: values.json ?? false,
    ...(values.name !== undefined && { name: values.name }),
    ...(values.prefix !== undefined && { prefix: values.prefix }),
    platform: values.platform ?? 'linux-64',
    files: values.file ?? [],
    channels: values.channel ?? [],
    specs,
    overrideChannels: values['override-channels'] ?? false,
    noEnvironment: values['no-env'] ?? false,
    ...(values['no-rc'] !== true && values['rc-file'] !== undefined && { rcFile: values['rc-file'] }),
  }
}
