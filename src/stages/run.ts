import * as core from '@actions/core'
import { UserError } from '../common/errors.ts'
import { foreignLines, foreignText } from '../common/foreign.ts'
import { formatBytes, formatCount } from '../common/format.ts'
import type { BaseFiles } from '../base/base-files.ts'
import { parsePasswd } from '../base/passwd.ts'
import type { UserWish } from '../base/user-wish.ts'
import type { Command, KeepRules, PackedChanges, Workroom } from '../execute/types.ts'
import { fixedTime } from '../layers/reproducible.ts'
import type { Owner } from '../layers/types.ts'
import { environmentOf, parseConfig } from '../oci/config.ts'
import type { Image } from '../oci/image.ts'
import type { RunContext } from './context.ts'
import type { Plan } from './plan.ts'
import {
  endOf,
  fixedVariables,
  Output,
  proxyVariables,
  type StepLayer,
  type Steps,
  type Work,
} from './steps.ts'

/** What commands are run for, in a sentence. */
export const runPurpose = "the commands of 'run'"

/** Where apt and pip keep what they need once, relative to the root; pip's is below a home too. */
const aptCaches = ['var/cache/apt', 'var/lib/apt/lists']
const pipCache = '.cache/pip'

/**
 * Runs commands of the input `run`, and makes one layer of what they changed.
 * @param image what they find, with its variables
 * @throws UserError when one fails
 */
export async function runLayer(
  commands: readonly string[],
  image: Image,
  { base, wanted }: Plan,
  steps: Steps,
  context: RunContext,
): Promise<StepLayer> {
  const { run, start, groupWritable } = wanted.inputs.options
  const { user: own } = wanted.base.summary
  const env = Object.fromEntries(environmentOf(parseConfig(Buffer.from(image.config.bytes).toString())))
  const rules: KeepRules = {
    never: [...aptCaches, ...['root', own.home.slice(1)].map((home) => `${home}/${pipCache}`)],
    refuseSpecial: false,
    ...(groupWritable && { openToGroup: base.rootPrefix.slice(1) }),
  }
  let seconds = 0
  const prepare = async (): Promise<Work> => {
    const { home, ...user } = await findUser(run.user, own, () => base.files())
    const { secrets, timeout } = context.execution
    const command = {
      env: {
        ...fixedVariables,
        SOURCE_DATE_EPOCH: String(fixedTime),
        ...env,
        ...(run.network ? proxyVariables() : {}),
        HOME: home,
        MAMBA_DOCKERFILE_ACTIVATE: '1',
      },
      user,
      cwd: start.workdir ?? '/tmp',
      network: run.network,
      timeout,
      ...(Object.keys(secrets).length > 0 && { secrets }),
    }
    return {
      user,
      async run(room) {
        const started = performance.now()
        for (const text of commands) await runCommand(text, command, room)
        seconds = (performance.now() - started) / 1000
      },
    }
  }
  const title = commands.join('\n')
  return steps.make(
    {
      title: `RUN ${title}`,
      inputs: [commands, run.user ?? null, [own.uid, own.gid], run.network, env, start.workdir ?? null],
      what: runPurpose,
      rules,
      prepare,
      onPacked: (packed) => {
        tell(packed, seconds)
      },
    },
    image,
  )
}

async function runCommand(text: string, command: Omit<Command, 'args'>, room: Workroom): Promise<void> {
  const output = new Output((line) => {
    core.info(foreignLines(line))
  })
  core.startGroup(`RUN ${foreignText(text)}`)
  try {
    const args = ['/usr/local/bin/_dockerfile_shell.sh', text]
    const outcome = await room.run({ ...command, args }, output.add)
    if (outcome.exitCode === 0) return
    throw new UserError(
      `'${foreignText(text)}' failed: ${endOf(outcome, command.timeout)}${output.tail === '' ? '' : `\n${foreignLines(output.tail)}`}`,
      { at: { input: 'run' }, advice: 'No tag was moved. Mend the command, or what it needs.' },
    )
  } finally {
    core.endGroup()
  }
}

function tell({ files, bytes, removed, special }: PackedChanges, seconds: number): void {
  const gone = removed > 0 ? `, ${removed} removed` : ''
  core.info(
    `${seconds.toFixed(1)} s, ${formatCount(files, 'file')} added or changed, ${formatBytes(bytes)}${gone}`,
  )
  if (special.length === 0) return
  const paths = special.map((path) => `/${path}`).join(', ')
  core.warning(
    `Files that give whoever runs or opens them other rights are in the image: ${foreignText(paths)}`,
  )
}

type RunUser = Owner & { readonly home: string }

/** Who a command runs as, as the image's own files tell. */
async function findUser(
  wish: UserWish | undefined,
  own: RunUser & { readonly name: string },
  readFiles: () => Promise<BaseFiles>,
): Promise<RunUser> {
  if (!wish || wish.name === own.name) return { uid: own.uid, gid: wish?.gid ?? own.gid, home: own.home }
  if (wish.name === 'root' || wish.uid === 0) return { uid: 0, gid: wish.gid ?? 0, home: '/root' }
  const users = parsePasswd((await readFiles()).text('etc/passwd') ?? '')
  const { name, uid, gid } = wish
  const user = users.find((one) => (name === undefined ? one.uid === uid : one.name === name))
  if (user) return { uid: user.uid, gid: gid ?? user.gid, home: user.home }
  // As the entrypoint has it of a uid without a name.
  if (uid !== undefined) return { uid, gid: gid ?? 0, home: own.home }
  throw new UserError(`the image has no user '${name ?? ''}'`, {
    at: { input: 'run-user' },
    advice: `Its own is ${own.name}; root is there too.`,
  })
}
