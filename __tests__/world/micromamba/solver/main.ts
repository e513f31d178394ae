import { join, resolve } from 'node:path'
import { formatAnswer } from './answer.ts'
import { parseArguments, type Arguments } from './arguments.ts'
import {
  loadChannel,
  readCondarc,
  resolveChannel,
  type Condarc,
  type LoadedChannel,
  type PackageRecord,
} from './channels.ts'
import { readEnvironmentFile } from './environment-file.ts'
import { unsolvable } from './explain.ts'
import { Failure, formatLog, logged, logHistory, logsIntoAnswer, type Message } from './failure.ts'
import { isPin, pinRecords, readPins } from './pins.ts'
import { solveSpecs, Unsolvable } from './solve.ts'
import { virtualPackages } from './virtual-packages.ts'

const intoAnswer =
  process.argv.includes('--json') && logsIntoAnswer(process.env['MICROMAMBA_STAND_IN_VERSION'] ?? '')

/** What the stand-in runs for `create --dry-run`: micromamba's answer, on stdout and stderr. */
async function main(argv: readonly string[]): Promise<number> {
  try {
    process.stdout.write(await create(parseArguments(argv)))
    return 0
  } catch (error) {
    if (!(error instanceof Failure)) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      process.stderr.write(logged({ level: 'critical', text }))
      return 1
    }
    const { log, answer } = error
    const hasAnswer = intoAnswer || Object.keys(answer).length > 0
    if (argv.includes('--json') && hasAnswer) {
      const history = intoAnswer && { log_history: logHistory(log) }
      process.stdout.write(`${JSON.stringify({ ...history, ...answer }, null, 4)}\n`)
    }
    if (!intoAnswer) process.stderr.write(formatLog(log.filter(({ level }) => level !== 'warning')))
    return 1
  }
}

async function create(args: Arguments): Promise<string> {
  const condarc = await readCondarc(args.rcFile)
  const files = await Promise.all(args.files.map((file) => readEnvironmentFile(file)))
  const wanted = [...args.specs, ...files.flatMap(({ specs }) => specs)].map(readSpec)
  const names = [...args.channels, ...files.flatMap(({ channels }) => channels)]
  if (!args.overrideChannels) names.push(...condarc.channels)
  names.push(...wanted.flatMap(({ channel }) => channel ?? []))
  const channels = await load(names, condarc, args.platform)

  const specs = wanted.map(({ spec }) => spec)
  const visible = await Promise.all(
    channels.map((channel) => withoutPinnedElsewhere(channel, wanted, condarc)),
  )
  const pins = pinRecords(readPins(process.env, condarc.pins))
  const solved = await solveSpecs(
    [...specs, ...Object.values(pins).map(({ name }) => name)],
    visible,
    args.platform,
    { ...virtualPackages(process.env), ...pins },
  ).catch((error: unknown) => {
    if (error instanceof Unsolvable) throw unsolvable(error.message, channels, intoAnswer || !args.json)
    throw error
  })
  if (!args.json) return 'Dry run. Not executing the transaction.\n'
  const ignoresVariables = args.noEnvironment && files.some(({ hasVariables }) => hasVariables)
  const log = ignoresVariables ? [variablesIgnored] : []
  const history = intoAnswer && { log_history: logHistory(log) }
  const packages = solved.filter(({ record }) => !isPin(record))
  return formatAnswer(specs.length > 0 ? packages : [], prefixOf(args), { ...history })
}

const variablesIgnored: Message = {
  level: 'warning',
  text: 'Using `no-env`. Variables from yaml file are not considered.',
}

interface WantedSpec {
  readonly spec: string
  readonly name: string
  /** Of `channel::spec`. */
  readonly channel?: string
}

/** Takes the channel off a spec, and the operator off `python ===`, which micromamba passes over. */
function readSpec(text: string): WantedSpec {
  const [, channel, rest = ''] = /^(?:(.+)::)?(.*)$/.exec(text.trim()) ?? []
  const spec = rest.replace(/\s*[=<>!~]+\s*$/, '')
  const name = /^[^\s=<>!~[]+/.exec(spec)?.[0] ?? ''
  return { spec, name, ...(channel !== undefined && { channel }) }
}

async function load(names: readonly string[], condarc: Condarc, platform: string): Promise<LoadedChannel[]> {
  const channels = new Map<string, LoadedChannel>()
  const single = names.flatMap((name) => (name === 'defaults' ? condarc.defaults : name))
  for (const name of single.filter((name) => name !== 'nodefaults')) {
    const address = await resolveChannel(name, condarc)
    if (!channels.has(address.url)) channels.set(address.url, await loadChannel(address, platform))
  }
  return [...channels.values()]
}

/** The channel without packages that are wanted from another one. */
async function withoutPinnedElsewhere(
  channel: LoadedChannel,
  wanted: readonly WantedSpec[],
  condarc: Condarc,
): Promise<LoadedChannel> {
  const elsewhere = new Set<string>()
  for (const { name, channel: pinned } of wanted) {
    if (pinned === undefined) continue
    if ((await resolveChannel(pinned, condarc)).url !== channel.address.url) elsewhere.add(name)
  }
  const visible = (records: Readonly<Record<string, PackageRecord>>) =>
    Object.fromEntries(Object.entries(records).filter(([, { name }]) => !elsewhere.has(name)))
  const subdirs = Object.entries(channel.subdirs).map(
    ([subdir, records]) => [subdir, visible(records)] as const,
  )
  return { ...channel, subdirs: Object.fromEntries(subdirs) }
}

function prefixOf({ name = 'base', prefix }: Arguments): string {
  if (prefix !== undefined) return resolve(prefix)
  const root = process.env['MAMBA_ROOT_PREFIX'] ?? join(process.env['HOME'] ?? '/', '.local/share/mamba')
  return name === 'base' ? root : join(root, 'envs', name)
}

process.exitCode = await main(process.argv.slice(2))
