import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { processes, untilNone } from '../../../__tests__/e2e/processes.ts'
import { digestOf, lockFileOf, type Ran, type Stand } from './stand.ts'
import type { Arranged } from './types.ts'

/**
 * What has to hold after every run, whatever went wrong in it.
 * @param isKilled whether it may have been ended by a signal: then it need not say anything, and a tag that it was moving may have moved
 * @returns what does not
 */
export async function brokenInvariants(
  stand: Stand,
  ran: Ran,
  { movesTag = false, isKilled = false }: Pick<Arranged, 'movesTag'> & { readonly isKilled?: boolean } = {},
): Promise<string[]> {
  // What ran commands for one that was killed is still removing what it had.
  if (isKilled) {
    await untilNone(async () => (await processes()).filter(({ line }) => line.includes(`${ran.temporary}/`)))
  }
  const found = await Promise.all([
    movesTag ? [] : tagStays(stand, ran, isKilled),
    imageIsWhole(stand, ran),
    lockIsWhole(stand, ran),
    onlyWholeArchives(ran),
    temporaryIsBounded(ran),
    noSecrets(stand, ran),
  ])
  return [
    ...found.flat(),
    ...(isKilled ? [] : saysOneThing(ran)),
    ...branchIsWhole(stand, ran),
    ...noStack(ran),
    ...postStepIsFine(ran),
    ...nobodyElseIsTold(stand),
  ]
}

const accept = 'application/vnd.oci.image.manifest.v1+json'

async function manifestOf(stand: Stand, { run }: Ran): Promise<Buffer | undefined> {
  const url = `http://${stand.registryHost}/v2/${run.repository}/manifests/latest`
  const answer = await fetch(url, { headers: { accept } })
  const body = Buffer.from(await answer.arrayBuffer())
  return answer.ok ? body : undefined
}

async function tagOf(stand: Stand, ran: Ran): Promise<string | undefined> {
  const bytes = await manifestOf(stand, ran)
  return bytes && digestOf(bytes)
}

/** No tag has moved unless the run succeeded; then it stands for what the run says. */
async function tagStays(stand: Stand, ran: Ran, isKilled: boolean): Promise<string[]> {
  const { exitCode, outputs } = ran.outcome
  if (ran.proposal) return []
  const now = (await tagOf(stand, ran)) ?? 'nothing'
  if (exitCode === 0) {
    return now === outputs['digest']
      ? []
      : [`the run gives ${outputs['digest'] ?? 'no digest'}, its tag is ${now}`]
  }
  if (isKilled && now === stand.control[ran.run.scenario].digest) return []
  return now === ran.oldDigest ? [] : [`the run failed, and the tag moved to ${now}`]
}

/** The branch of a refresh is where it was or has the lock whole, and is proposed once at most. */
function branchIsWhole(stand: Stand, { proposal }: Ran): string[] {
  if (!proposal) return []
  const { lock, isOld, open } = proposal
  return [
    ...(isOld || lock === stand.control.lock.lock ? [] : ['the branch has neither the old nor a whole lock']),
    ...(open > 1 ? [`${open} pull requests are open`] : []),
  ]
}

interface Descriptor {
  readonly digest: string
  readonly size: number
}

/** What a tag stands for has all its blobs, with the right bytes. */
async function imageIsWhole(stand: Stand, ran: Ran): Promise<string[]> {
  const at = `http://${stand.registryHost}/v2/${ran.run.repository}`
  const bytes = await manifestOf(stand, ran)
  if (bytes === undefined || digestOf(bytes) === ran.oldDigest) return []
  const manifest = JSON.parse(bytes.toString()) as { config: Descriptor; layers: Descriptor[] }
  const wrong = await Promise.all(
    [manifest.config, ...manifest.layers].map(async (blob) => {
      const answer = await fetch(`${at}/blobs/${blob.digest}`)
      const bytes = Buffer.from(await answer.arrayBuffer())
      return answer.ok && bytes.length === blob.size && digestOf(bytes) === blob.digest ? [] : [blob.digest]
    }),
  )
  return wrong.flat().map((blob) => `the pushed image lacks ${blob}, or it has other bytes`)
}

/** The lockfile is the old one, or a whole new one. */
async function lockIsWhole(stand: Stand, { run, workspace, oldLock }: Ran): Promise<string[]> {
  const names = (await readdir(workspace)).filter((name) => name.includes('.lock'))
  const texts = await Promise.all(names.map((name) => readFile(join(workspace, name), 'utf8')))
  const own = lockFileOf(run.scenario)
  // Those of other scenarios are there, and are nobody's to write.
  const others = Object.values(stand.control).map(({ lock }) => lock)
  const whole = [oldLock, stand.control[run.scenario].lock]
  return names.flatMap((name, index) =>
    (name === own ? whole : others).includes(texts[index])
      ? []
      : [`${name} is neither the old nor a whole lock`],
  )
}

const archives = 'micromamba-image-packages'

/** What stays in RUNNER_TEMP: archives for the post step, and micromamba where there is no other place to keep it. */
const kept = new Set([archives, 'micromamba-image-tools'])

/** Archives that the post step would save, and later runs take, are whole and what their names say. */
async function onlyWholeArchives({ temporary, outcome }: Ran): Promise<string[]> {
  const all = await readdir(join(temporary, archives)).catch(() => [])
  // What SIGKILL left of a download goes with the folder; nobody saves it.
  const names = all.filter((name) => outcome.exitCode !== 137 || !name.endsWith('.part'))
  const wrong = await Promise.all(
    names.map(async (name) => {
      const [, hex] = /^sha256-([0-9a-f]{64})\.(?:conda|tar\.bz2|whl|sdist)$/.exec(name) ?? []
      return digestOf(await readFile(join(temporary, archives, name))) === `sha256:${hex}` ? [] : [name]
    }),
  )
  return wrong.flat().map((name) => `${name} among the archives is not whole`)
}

/** Nothing stays in RUNNER_TEMP besides the archives and the file that an output names. */
async function temporaryIsBounded({ temporary, outcome }: Ran): Promise<string[]> {
  if (outcome.exitCode === 137) return [] // the runner empties it
  const names = (await readdir(temporary)).filter(
    (name) => !kept.has(name) && join(temporary, name) !== outcome.outputs['metadata-file'],
  )
  const heavy = await Promise.all(
    names.map(async (name) => {
      // The toolkit's cache leaves its folder, with a list of what was in the archive, but not that.
      if (!/^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(name)) return [name]
      const held = await readdir(join(temporary, name))
      return held.filter((file) => file !== 'manifest.txt').map((file) => `${name}/${file}`)
    }),
  )
  return heavy.flat().map((name) => `${name} stays in RUNNER_TEMP`)
}

/** One error in the log of a run that failed, and none in that of another. */
function saysOneThing({ outcome }: Ran): string[] {
  const errors = outcome.log.match(/^error: /gm)?.length ?? 0
  const wanted = outcome.exitCode === 0 ? 0 : 1
  return errors === wanted ? [] : [`exit code ${outcome.exitCode} with ${errors} errors in the log`]
}

/** Nobody is asked to report a bug, nor shown where a program was. */
function noStack({ outcome }: Ran): string[] {
  const [found] =
    /this is a bug|^\s+at .*:\d+:\d+\)?$|Traceback|node:internal|Unhandled|Warning: .*leak/m.exec(
      outcome.log,
    ) ?? []
  return found === undefined ? [] : [`the log has '${found}'`]
}

function postStepIsFine({ outcome }: Ran): string[] {
  return outcome.postExitCode === 0 ? [] : [`the post step ends with ${outcome.postExitCode}`]
}

/** No secret is in anything that a run gives or leaves. */
async function noSecrets(stand: Stand, { outcome, workspace, temporary }: Ran): Promise<string[]> {
  const { log, outputs, state, summary } = outcome
  const said = { log, summary, outputs: JSON.stringify(outputs), state: JSON.stringify(state) }
  const left = (await Promise.all([textsIn(workspace), textsIn(temporary)])).flat()
  return [...Object.entries(said), ...left].flatMap(([place, text]) =>
    stand.secrets.filter((secret) => text.includes(secret)).map((secret) => `'${secret}' is in ${place}`),
  )
}

/** Archives are the channel's own bytes. */
async function textsIn(folder: string): Promise<[string, string][]> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true })
  return Promise.all(
    files
      .filter((file) => file.isFile() && !/\.(conda|tar\.bz2|whl)$/.test(file.name))
      .map(async (file): Promise<[string, string]> => {
        const path = join(file.parentPath, file.name)
        return [path, await readFile(path, 'latin1')]
      }),
  )
}

/** Credentials are for the host that asked. */
function nobodyElseIsTold({ elsewhere }: Stand): string[] {
  const told = elsewhere.requests.filter(({ headers }) => headers.authorization ?? headers.cookie)
  return told.map(({ path }) => `credentials were sent elsewhere: ${path}`)
}
