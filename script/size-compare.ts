import { fail, parseWords } from './lib/arguments.ts'
import { installer } from './lib/bench/docker.ts'
import { describeMachine, publish } from './lib/bench/publish.ts'
import { checkDestinations } from './lib/destinations.ts'
import { sizeBars, sizeReport, type SizeFindings } from './lib/size-compare/findings.ts'
import { measureSubject } from './lib/size-compare/measure.ts'
import { subjects } from './lib/size-compare/subjects.ts'

const names = subjects.map(({ name }) => name)

const usage = `usage: script/size-compare [--environments NAME,…] [--json FILE] [--markdown FILE] [--check]

Makes images of some environments by the usual Dockerfile and by the action, as it is by default, with all sets of 'exclude', and with
these on a base without a shell, and says what each weighs, how long it takes to pull, and to start. Everything is on loopback, with
packages made of Debian's. Needs root, for docker. Prints a Markdown table.

  --environments NAME,…  of ${names.join(', ')} (all)
  --json FILE            write the figures
  --markdown FILE        put the table between the marks of a document
  --check                exit 1, naming them, when bars are missed`

const { values } = parseWords({
  options: {
    environments: { type: 'string', default: names.join() },
    json: { type: 'string' },
    markdown: { type: 'string' },
    check: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h' },
  },
})
if (values.help) {
  console.log(usage)
  process.exit()
}
const chosen = values.environments
  .split(',')
  .map(
    (name) =>
      subjects.find((subject) => subject.name === name) ??
      fail(`--environments has '${name}', which is none of ${names.join(', ')}`),
  )
await checkDestinations([
  { option: '--json', file: values.json },
  { option: '--markdown', file: values.markdown, marks: 'size-compare' },
]).catch(fail)

const findings: SizeFindings = { machine: describeMachine(), installer, subjects: [] }
for (const subject of chosen) findings.subjects.push(await measureSubject(subject))
const measured = { findings, text: sizeReport(findings), marks: 'size-compare', bars: sizeBars(findings) }
const isMissed = await publish(measured, values)
process.exit(values.check && isMissed ? 1 : 0)
