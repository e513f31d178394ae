import { fail, parseWords } from './lib/arguments.ts'
import { barsOf } from './lib/bench/bars.ts'
import { caseNames, needReference, type CaseName } from './lib/bench/cases.ts'
import { installer } from './lib/bench/docker.ts'
import { emptyFindings } from './lib/bench/findings.ts'
import { describeMachine, publish } from './lib/bench/publish.ts'
import { report } from './lib/bench/report.ts'
import { runRound } from './lib/bench/rounds.ts'
import { startBench } from './lib/bench/setup.ts'
import { checkDestinations } from './lib/destinations.ts'
import { workloadChannel } from './lib/workload.ts'

const usage = `usage: script/bench [--repeat N] [--cases NAME,…] [--json FILE] [--markdown FILE] [--check]

Makes images of the reference workload, 188 conda packages of a gigabyte, against a channel and a registry on loopback, and beside
them, in the same run, what docker build and docker push take for the usual Dockerfile, as people have it and at its best, and a
floor: the same bytes through 'zstd -d | zstd -3 | sha256sum' on all cores. Needs root, for docker. Prints Markdown tables.

  --repeat N       run each case N times and give medians (3)
  --cases NAME,…   of ${caseNames.join(', ')} (all); cold and
                   leaf are always run, but where none but scripts, wheels and big ones are asked for
  --json FILE      write the figures, of every round
  --markdown FILE  put the tables between the marks of a document
  --check          exit 1, naming them, when bars are missed

With MICROMAMBA_EXE that micromamba installs the packages in docker's builds, and otherwise a stand-in for it.`

const { values } = parseWords({
  options: {
    repeat: { type: 'string', default: '3' },
    cases: { type: 'string', default: caseNames.join() },
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
const repeat = Number(values.repeat)
if (!Number.isInteger(repeat) || repeat < 1)
  fail(`--repeat is ${values.repeat}, and has to be a number from 1`)
const chosen = new Set(values.cases.split(',').map(caseName))
await checkDestinations([
  { option: '--json', file: values.json },
  { option: '--markdown', file: values.markdown, marks: 'bench' },
]).catch(fail)

const findings = emptyFindings(describeMachine(), installer)
const bench = needReference(chosen) ? await startBench(await workloadChannel()) : undefined
try {
  for (let number = 0; number < repeat; number++) await runRound({ bench, number, chosen, findings })
} finally {
  await bench?.stop()
}
const measured = { findings, text: report(findings), marks: 'bench', bars: barsOf(findings) }
const isMissed = await publish(measured, values)
process.exit(values.check && isMissed ? 1 : 0)

function caseName(text: string): CaseName {
  const found = caseNames.find((name) => name === text)
  return found ?? fail(`--cases has '${text}', which is none of ${caseNames.join(', ')}`)
}
