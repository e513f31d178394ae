import { writeFile } from 'node:fs/promises'
import { fail, parseWords } from './lib/arguments.ts'
import { drawScale } from './lib/bench/plot.ts'
import { publish } from './lib/bench/publish.ts'
import { measureScale, scaleReport } from './lib/bench/scale.ts'
import { scaleWorkload } from './lib/bench/scale-workload.ts'
import { checkDestinations } from './lib/destinations.ts'

const usage = `usage: script/bench-scale [--repeat N] [--svg FILE] [--json FILE] [--markdown FILE]

Measures environments of 10 to 400 packages: the action cold, with one leaf package bumped and with nothing changed, docker build and
push, and the floor of script/bench. Needs root, for docker. Prints a Markdown table.

  --repeat N       run each N times and give medians (1)
  --svg FILE       draw time against size
  --json FILE      write the figures
  --markdown FILE  put the table between the marks of a document`

const { values } = parseWords({
  options: {
    repeat: { type: 'string', default: '1' },
    svg: { type: 'string' },
    json: { type: 'string' },
    markdown: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
})
const repeat = Number(values.repeat)
if (values.help) {
  console.log(usage)
  process.exit()
}
if (!Number.isInteger(repeat) || repeat < 1)
  fail(`--repeat is ${values.repeat}, and has to be a number from 1`)
await checkDestinations([
  { option: '--svg', file: values.svg },
  { option: '--json', file: values.json },
  { option: '--markdown', file: values.markdown, marks: 'scale' },
]).catch(fail)
const points = await measureScale(await scaleWorkload(), repeat)
if (values.svg !== undefined) await writeFile(values.svg, drawScale(points))
await publish({ findings: points, text: scaleReport(points), marks: 'scale' }, values)
process.exit()
