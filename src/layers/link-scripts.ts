import { linkMessage } from '../activation/link-message.ts'
import { linkScriptsOf, type LinkContext, type LinkSource } from '../prefix/link.ts'
import { isPackage, type Linkable, type LinkablePlan } from '../prefix/linkable.ts'
import type { LayerFacts } from './facts.ts'

/** A larger script does more than print. In bytes. */
const scriptLimit = 64 * 1024

/** How much of the texts of a layer is kept, in code units: facts travel with the manifest of an image. */
const messagesLimit = 4000

/** Whether a file of a package is one of its link scripts, and small enough to be looked at. */
export function holdsLinkScript({ path, size }: { path: string; size: number }, plan: LinkablePlan): boolean {
  return size <= scriptLimit && linkScriptsOf(plan).some((script) => script.path === path)
}

/**
 * Tells what the link scripts of packages would do.
 * @param scripts for each of the packages the text of its scripts by path, as far as they are at hand: what another package
 * replaces, a link, and what is too large, is not
 */
export function readLinkScripts(
  sources: readonly Linkable[],
  plans: readonly LinkablePlan[],
  scripts: readonly Readonly<Record<string, string>>[],
  context: LinkContext,
): Pick<LayerFacts, 'scripted' | 'messages'> {
  const scripted: string[] = []
  const messages: Record<string, string> = {}
  for (const [position, source] of sources.entries()) {
    const plan = plans[position]
    // Nobody runs a script of a wheel, whatever it is called.
    if (!plan || !isPackage(source) || linkScriptsOf(plan).length === 0) continue
    const message = messageOf(source, plan, scripts[position] ?? {}, context)
    if (message === undefined) scripted.push(plan.dist)
    else messages[plan.dist] = message
  }
  const most = Math.floor(messagesLimit / Object.keys(messages).length)
  for (const [dist, message] of Object.entries(messages)) messages[dist] = shortened(message, most)
  return { scripted, messages }
}

/** What a package's scripts print, less the empty lines around it; undefined when they do more, or may. */
function messageOf(
  { archive }: LinkSource,
  plan: LinkablePlan,
  texts: Readonly<Record<string, string>>,
  { prefix, rootPrefix }: LinkContext,
): string | undefined {
  const { name, version, json } = archive.info.index
  const number = json['build_number']
  const linked = { name, version, buildNumber: typeof number === 'number' ? number : 0 }
  let message = ''
  for (const { moment, path } of linkScriptsOf(plan)) {
    const text = texts[path]
    const printed =
      text === undefined ? undefined : linkMessage({ moment, text, prefix, rootPrefix, package: linked })
    if (!printed) return undefined
    message += printed.stdout + printed.stderr + printed.file
  }
  return message.replace(/^(?:[^\S\n]*\n)+/, '').trimEnd()
}

/** Cuts a text at the end of a line if there is one. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text
  const start = text.slice(0, most)
  const kept = start.slice(0, start.lastIndexOf('\n') + 1).trimEnd() || start.toWellFormed()
  return `${kept}\n(${text.length - kept.length} more characters)`
}
