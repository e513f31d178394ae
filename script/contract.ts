import { parseWords } from './lib/arguments.ts'
import { checkContract, type Activation } from './lib/contract.ts'
import { consumers } from './lib/contract-consumers.ts'
import { containerEngine } from './lib/engine.ts'

const names = Object.keys(consumers)
const usage = `usage: script/contract [--activation none|entrypoint|everywhere] [--as NAME]… IMAGE

Starts containers from IMAGE with docker, or with the engine that CONTAINER_ENGINE names, and prints the contract of
a micromamba-docker image with pass or fail per row. Exits with 1 when a row fails.

With --as, containers are started as others start them, with their flags, entrypoints, users and mounts:
${names.join(', ')}, or all of them.`

const { values, positionals } = parseWords({
  allowPositionals: true,
  options: {
    activation: { type: 'string', default: 'entrypoint' },
    as: { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', short: 'h' },
  },
})
const [image] = positionals
const activation = (['none', 'entrypoint', 'everywhere'] as const).find((it) => it === values.activation)
const as = values.as.includes('all') ? names : values.as
const isKnown = as.every((name) => names.includes(name))
if (values.help || image === undefined || positionals.length > 1 || activation === undefined || !isKnown) {
  console.error(usage)
  process.exit(values.help ? 0 : 2)
}

process.exit(await report(image, activation, as))

async function report(image: string, activation: Activation, as: readonly string[]): Promise<number> {
  let failed = 0
  let passed = 0
  for await (const { row, problem } of checkContract(containerEngine(), image, activation, as)) {
    console.log(`${problem === undefined ? 'pass' : 'FAIL'}  ${row}`)
    if (problem === undefined) passed++
    else {
      failed++
      console.log(problem.replace(/^/gm, '        '))
    }
  }
  console.log(`\n${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}
