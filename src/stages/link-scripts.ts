import * as core from '@actions/core'
import { UserError } from '../common/errors.ts'
import { foreignLines, foreignText } from '../common/foreign.ts'
import { formatCount } from '../common/format.ts'
import type { Command, KeepRules, PackedChanges, Workroom } from '../execute/types.ts'
import type { LinkScriptOptions } from '../image/inputs.ts'
import { fixedTime } from '../layers/reproducible.ts'
import type { Image } from '../oci/image.ts'
import { linkScriptsOf, planLink } from '../prefix/link.ts'
import type { RunContext } from './context.ts'
import type { BuiltMember } from './package-layers.ts'
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

/**
 * Says which link scripts are to be run.
 * @param scripted packages, `<name>-<version>-<build>`, whose scripts do more than print, or may
 * @returns those of them whose scripts are
 * @throws UserError when there are some that are to be refused
 */
export function chooseLinkScripts(
  scripted: readonly string[],
  { mode, skip }: LinkScriptOptions,
): readonly string[] {
  const isSkipped = (dist: string) => mode === 'skip' || skip.includes(nameOf(dist))
  const skipped = scripted.filter(isSkipped)
  if (skipped.length > 0) core.warning(`The link scripts of ${skipped.join(', ')} are not run.`)
  const left = scripted.filter((dist) => !isSkipped(dist))
  if (left.length > 0 && mode === 'refuse') {
    throw new UserError(`${left.join(', ')} would run a script when linked`, {
      at: { input: 'link-scripts' },
      advice: "Set it to 'run', or name packages in 'link-scripts-skip' that work without their scripts.",
    })
  }
  return left
}

/** Whether some of them are going to be run, as far as options say. */
export function areRun(scripted: readonly string[], { mode, skip }: LinkScriptOptions): boolean {
  return mode === 'run' && scripted.some((dist) => !skip.includes(nameOf(dist)))
}

/** What commands are called that link packages. */
export const theLinkScripts = 'the link scripts'

/** A package whose script is to be run. */
interface Scripted {
  readonly dist: string
  readonly name: string
  readonly version: string
  readonly buildNumber: number
  /** Absolute. */
  readonly script: string
}

/** An environment whose link scripts are to be run. */
export interface Linking {
  readonly member: BuiltMember
  /** The packages that have some, as `chooseLinkScripts` gives them. */
  readonly scripted: readonly string[]
  /** What they find. */
  readonly image: Image
  /** Those of the image, without an environment. */
  readonly variables: Readonly<Record<string, string>>
}

/**
 * Runs the link scripts of an environment, when all files of all environments are there, in the lock's order: each in the active
 * environment, by the owner of its files, in its `bin` (libmamba, link.cpp, `run_script`).
 * @returns the layer of what they changed in the environment
 * @throws UserError when one fails, unlike micromamba, which goes on without what it should have made
 */
export async function linkScriptLayer(
  { member, scripted, image, variables }: Linking,
  { base, owner, wanted }: Plan,
  steps: Steps,
  context: RunContext,
): Promise<StepLayer> {
  const { prefix, inputs } = member
  const { linkScripts, groupWritable, exclude = [] } = wanted.inputs.options
  const env = {
    ...variables,
    ...fixedVariables,
    ENV_NAME: inputs.name,
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    HOME: wanted.base.summary.user.home,
    SOURCE_DATE_EPOCH: String(fixedTime),
    PREFIX: prefix,
    ROOT_PREFIX: base.rootPrefix,
  }
  const rules: KeepRules = {
    only: prefix.slice(1),
    never: [`${prefix.slice(1)}/${messages}`],
    refuseSpecial: true,
    exclude: { prefix: prefix.slice(1), patterns: exclude },
    ...(groupWritable && { openToGroup: base.rootPrefix.slice(1) }),
  }
  const title = inputs.name === 'base' ? 'link scripts' : `${inputs.name}: link scripts`
  const prepare = async (): Promise<Work> => {
    const packages = await openScripted(scripted, member)
    const { network } = linkScripts
    const place = { env: { ...env, ...(network ? proxyVariables() : {}) }, user: owner, prefix, network }
    return {
      user: { uid: owner.uid, gid: owner.gid },
      async run(room) {
        for (const one of packages) await runScript(one, place, room, context)
      },
    }
  }
  return steps.make(
    {
      title,
      inputs: [scripted, env, owner, linkScripts.network],
      what: theLinkScripts,
      rules,
      prepare,
      onPacked: tell,
    },
    image,
  )
}

/** Opens the packages for what the scripts are told of them. */
async function openScripted(
  scripted: readonly string[],
  { locked, contents, open, prefix }: BuiltMember,
): Promise<Scripted[]> {
  const { packages } = locked.resolved.lock
  const positions = [...packages.keys()].filter((position) => {
    const { name, version, build } = packages[position] ?? {}
    return scripted.includes(`${name}-${version}-${build}`)
  })
  return (await open(positions)).flatMap(({ archive }): Scripted[] => {
    const plan = planLink(archive.info, contents.context)
    const scripts = linkScriptsOf(plan)
    if (scripts.some(({ moment }) => moment === 'pre-link')) throw refusedPreLink(plan.dist)
    const [{ path } = { path: '' }] = scripts
    const { name, version, json } = archive.info.index
    const number = json['build_number']
    const buildNumber = typeof number === 'number' ? number : 0
    return [{ dist: plan.dist, name, version, buildNumber, script: `${prefix}/${path}` }]
  })
}

function refusedPreLink(dist: string): UserError {
  return new UserError(`${dist} has a pre-link script, which would run before its files are there`, {
    at: { input: 'link-scripts' },
    advice: `Add ${nameOf(dist)} to 'link-scripts-skip' if it works without.`,
  })
}

/** Where a script leaves what it has to say, relative to the prefix. */
const messages = '.messages.txt'

/** What a script leaves behind itself is for the next one to find, but for its shell. */
const wrapper = `
source /usr/local/bin/_activate_current_env.sh || exit
cd "$PREFIX/bin" || exit
said="$PREFIX/${messages}"
(source "$1")
code=$?
if [[ -s $said ]]; then
  printf '%s\\n' "$(<"$said")"
  : >"$said"
fi
exit "$code"`

async function runScript(
  { dist, name, version, buildNumber, script }: Scripted,
  { env, prefix, ...place }: Pick<Command, 'env' | 'user' | 'network'> & { readonly prefix: string },
  room: Workroom,
  { execution }: RunContext,
): Promise<void> {
  const output = new Output(() => undefined)
  const lines: string[] = []
  const outcome = await room.run(
    {
      args: ['/bin/bash', '-c', wrapper, 'link-script', script],
      env: { ...env, PKG_NAME: name, PKG_VERSION: version, PKG_BUILDNUM: String(buildNumber) },
      ...place,
      cwd: `${prefix}/bin`,
      timeout: execution.timeout,
    },
    (line) => {
      output.add(line)
      lines.push(line)
    },
  )
  if (outcome.exitCode !== 0) {
    const network = place.network ? '' : ' It had no network, which link-scripts-network: true would give it.'
    throw new UserError(
      `the post-link script of ${foreignText(dist)} failed: ${endOf(outcome, execution.timeout)}${output.tail === '' ? '' : `\n${foreignLines(output.tail)}`}`,
      {
        at: { input: 'link-scripts' },
        advice: `What it should have made would be missing.${network} Add ${name} to 'link-scripts-skip' if the package works without.`,
      },
    )
  }
  if (lines.length > 0)
    core.info(`${foreignText(dist)} says when it is linked:\n${foreignLines(lines.join('\n'))}`)
}

function tell({ dropped, files, removed }: PackedChanges): void {
  core.info(`Link scripts made ${formatCount(files, 'file')}${removed > 0 ? ` and removed ${removed}` : ''}`)
  if (dropped.length === 0) return
  const places = dropped.map((path) => `/${path}`).join(', ')
  core.warning(
    `Link scripts changed what lies outside of their environment, which is not kept: ${foreignText(places)}`,
  )
}

/** `<name>-<version>-<build>`, of which only the name may hold dashes. */
function nameOf(dist: string): string {
  return dist.split('-').slice(0, -2).join('-')
}
