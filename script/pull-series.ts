import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatSeries, pullSeries, readSeries, tableIn } from './lib/pull-series.ts'

const usage = `usage: script/pull-series [--write]

Prints what a pull needs after each update of __tests__/data/lock-series.json, as a table in Markdown.

  --write  put it into docs/architecture.md in the place of the one that is there`

const [option, ...more] = process.argv.slice(2)
if (more.length > 0 || (option !== undefined && option !== '--write')) {
  console.error(usage)
  process.exit(option === '--help' ? 0 : 2)
}

const table = formatSeries(pullSeries(await readSeries()))
if (option === undefined) console.log(table)
else {
  const page = join(import.meta.dirname, '../docs/architecture.md')
  const text = await readFile(page, 'utf8')
  await writeFile(
    page,
    text.replace(tableIn(text), () => table),
  )
}
