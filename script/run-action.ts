import { appendFile } from 'node:fs/promises'
import { readInputs } from './lib/action-metadata.ts'
import { checkDestinations } from './lib/destinations.ts'
import { runAction } from './lib/runner.ts'

const usage = `Usage: script/run-action [--summary FILE] [name=value …]

Runs the action in dist/ as a runner does, in the current directory. The outputs are JSON on standard output, the log
is on standard error, and the exit code is the action's.

  --summary FILE  append the job summary, Markdown, to FILE
  --help          this text

Inputs and their defaults:`

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 2
}

async function main(words: readonly string[]): Promise<number> {
  const request = parseArguments(words)
  if (request.help) {
    console.log(`${usage}\n${await describeInputs()}`)
    return 0
  }
  await checkDestinations([{ option: '--summary', file: request.summary }])
  const outcome = await runAction({ inputs: request.inputs, onLog: (text) => process.stderr.write(text) })
  if (request.summary !== undefined) await appendFile(request.summary, outcome.summary)
  console.log(JSON.stringify(outcome.outputs, null, 2))
  return outcome.exitCode
}

function parseArguments(words: readonly string[]) {
  const inputs: Record<string, string> = {}
  let summary: string | undefined
  const left = [...words]
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const [, option, value] = /^(--[\w-]+)(?:=(.*))?$/s.exec(word) ?? []
    const equals = word.indexOf('=')
    if (option === '--help') return { help: true, inputs, summary }
    else if (option === '--summary') summary = value ?? left.shift()
    else if (option !== undefined) throw new Error(`there is no option '${option}'; see --help`)
    else if (equals > 0) inputs[word.slice(0, equals)] = word.slice(equals + 1)
    else throw new Error(`'${word}' is not of the form name=value; see --help`)
  }
  return { help: false, inputs, summary }
}

async function describeInputs(): Promise<string> {
  const inputs = await readInputs(new URL('../action.yml', import.meta.url))
  return [...inputs]
    .map(([name, input]) => `  ${`${name}=${input.default}`.trimEnd()}\n      ${input.description.trim()}`)
    .join('\n')
}
