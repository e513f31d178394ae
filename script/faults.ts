import { fail, parseWords } from './lib/arguments.ts'
import { allCases } from './lib/faults/cases.ts'
import { runCases } from './lib/faults/run.ts'
import { formatTable, formatWrong } from './lib/faults/table.ts'

const usage = `usage: script/faults [--only TEXT]… [--usual] [--shard I/N] [--list] [--log] [--jobs N]

Runs jobs against servers on loopback, each with one fault in one place, and checks after each that nothing wrong was pushed, nothing
is lost and no secret has come to light. Prints a table of faults by stages, and why what is wrong is; exits with 1 then.

  --only TEXT    the cases whose names, 'FAULT @ STAGE, once|for ever', hold all of these texts
  --usual        the few that script/test runs
  --shard I/N    every Nth of them, from the Ith on: N machines share the table
  --list         their names, and nothing else
  --log          the log of each job as well
  --jobs N       how many run at a time; default 2`

const { values } = parseWords({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    usual: { type: 'boolean', default: false },
    shard: { type: 'string', default: '1/1' },
    list: { type: 'boolean', default: false },
    log: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '2' },
    help: { type: 'boolean', short: 'h' },
  },
})
if (values.help) {
  console.log(usage)
  process.exit(0)
}

const [, shard = 0, shards = 0] = (/^(\d+)\/(\d+)$/.exec(values.shard) ?? []).map(Number)
if (shard < 1 || shard > shards) fail(`--shard ${values.shard} is not I/N, with I from 1 to N.\nSee --help.`)

const cases = allCases()
  .filter(
    (one) =>
      (!values.usual || one.usual) &&
      values.only.every((text) => `${one.fault} @ ${one.stage}, ${one.times}`.includes(text)),
  )
  .filter((_, index) => index % shards === shard - 1)
if (cases.length === 0) {
  console.error(
    `error: no case has ${values.only.map((text) => `'${text}'`).join(' and ')}; --list names them all`,
  )
  process.exit(2)
}
if (values.list) {
  for (const one of cases) console.log(`${one.fault} @ ${one.stage}, ${one.times}`)
  process.exit(0)
}
const verdicts = await runCases(cases, {
  jobs: Number(values.jobs),
  onVerdict: (verdict, done) => {
    const { fault, stage, times } = verdict.case
    console.error(
      `${done}/${cases.length} ${verdict.kind} in ${verdict.seconds.toFixed(1)} s: ${fault} @ ${stage}, ${times}`,
    )
    for (const objection of verdict.objections) console.error(`    ${objection}`)
    if (values.log) console.error(verdict.log.replace(/^/gm, '    | '))
  },
})
console.log(formatTable(verdicts))
console.log(formatWrong(verdicts))
process.exit(verdicts.some(({ kind }) => kind === 'wrong') ? 1 : 0)
