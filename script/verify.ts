import { readFile } from 'node:fs/promises'
import { messageOf, UserError } from '../src/common/errors.ts'
import { formatReference, parseReference } from '../src/registry/registry.ts'
import { formatDifference, isOnlyOfCommands } from './lib/image-difference.ts'
import { verifyImage } from './lib/verify.ts'

const usage = `Usage: script/verify IMAGE@DIGEST LOCK [name=value …]

Makes the image of a lockfile again, from the packages and the base that it names, and says whether an image in a registry
is that one. Run it in a checkout of the commit that the image was made from.

  IMAGE@DIGEST  the image, or an index, of which the image for the lockfile's platform is looked at
  LOCK          the lockfile; of several environments, as in the input lock-file, with {name} in it, and with a
                pylock.toml in a line below it: $'env.linux-64.lock\\npylock.toml'
  name=value    inputs of the action with which the image was made and that differ from their defaults, such as user=app
                or copy=app:/srv/app
  name=@FILE    the same with the value in a file, such as run=@commands or secrets=@secrets

Labels, annotations, platform and compression are taken from the image. Link scripts and the commands of run are run again, as
the action runs them. The result is on standard output, the log of the action on standard error. Exits with

  0  when the image is what the lockfile says
  1  when it is not
  2  when that could not be found out
  3  when nothing differs but layers that link scripts or commands made, which came out otherwise this time`

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(
    `error: ${error instanceof UserError ? error.message : String((error as Error).stack ?? error)}`,
  )
  process.exitCode = 2
}

async function main(words: readonly string[]): Promise<number> {
  if (words.includes('--help')) {
    console.log(usage)
    return 0
  }
  const [image, lock, ...pairs] = words
  if (image === undefined || lock === undefined) {
    console.error(usage)
    return 2
  }
  const reference = parseReference(image)
  const verdict = await verifyImage({
    reference,
    lock,
    inputs: await parseInputs(pairs),
    onLog: (text) => process.stderr.write(text),
  })
  const name = formatReference({ ...reference, digest: verdict.digest })
  const what = `${name}, for ${verdict.platform},`
  if (verdict.difference === undefined) {
    console.log(`${what} is what ${lock} says: the rebuilt image has the same digest.`)
    return 0
  }
  const isOfCommands = isOnlyOfCommands(verdict.difference)
  console.log(
    isOfCommands
      ? `${what} is what ${lock} says, but for what commands made, which came out otherwise this time: ${verdict.rebuilt}.\n`
      : `${what} is not what ${lock} says: that is ${verdict.rebuilt}.\n`,
  )
  console.log(formatDifference(verdict.difference))
  return isOfCommands ? 3 : 1
}

async function parseInputs(pairs: readonly string[]): Promise<Record<string, string>> {
  const inputs: Record<string, string> = {}
  for (const pair of pairs) {
    const equals = pair.indexOf('=')
    if (equals < 1) throw new UserError(`'${pair}' is not of the form name=value`, { advice: 'See --help.' })
    const [name, value] = [pair.slice(0, equals), pair.slice(equals + 1)]
    inputs[name] = value.startsWith('@') ? await readValue(name, value.slice(1)) : value
  }
  return inputs
}

async function readValue(name: string, file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new UserError(`the file with its value cannot be read: ${messageOf(error)}`, {
      at: { input: name },
    })
  })
}
