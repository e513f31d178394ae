import { parseWords } from './lib/arguments.ts'
import { loadReport, loads, measureLoad, type LoadResult } from './lib/bench/load.ts'

const usage = `usage: script/load [--only TEXT]

Runs jobs under heavy loads against servers on loopback, once each, and prints a Markdown table. Fails when a job does, or when an image
is not in the registry as its job says. Needs 30 GB of disk.

  --only TEXT    the loads whose names hold it`

const { values } = parseWords({
  options: { only: { type: 'string', default: '' }, help: { type: 'boolean', short: 'h' } },
})
if (values.help) {
  console.log(usage)
  process.exit()
}
const results: LoadResult[] = []
for (const load of loads.filter(({ name }) => name.includes(values.only))) {
  results.push(await measureLoad(load))
  console.error(JSON.stringify(results.at(-1)))
}
console.log(loadReport(results))
process.exit()
