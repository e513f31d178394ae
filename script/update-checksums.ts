import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { knownChecksums } from '../src/micromamba/known-checksums.ts'
import { releases } from '../src/micromamba/release.ts'
import { parseWords } from './lib/arguments.ts'
import { addRelease, fetchChecksums, formatTable, newestRelease } from './lib/checksums.ts'

const usage = `usage: script/update-checksums [--releases URL] [VERSION-BUILD …]

Fetches the .sha256 files of releases of micromamba, by default of the newest one, and adds them to
src/micromamba/known-checksums.ts. A checksum that is there already never changes: a release that says
otherwise today ends this with an error.`

const { values, positionals } = parseWords({
  allowPositionals: true,
  options: { releases: { type: 'string', default: releases }, help: { type: 'boolean', short: 'h' } },
})
if (values.help) {
  console.log(usage)
  process.exit()
}

try {
  const versions = positionals.length > 0 ? positionals : [await newestRelease()]
  let table = knownChecksums
  for (const version of versions) {
    const found = await fetchChecksums(values.releases, version)
    table = addRelease(table, version, found)
    console.log(`${version}: ${Object.keys(found).join(', ')}`)
  }
  const file = new URL('../src/micromamba/known-checksums.ts', import.meta.url)
  await writeFile(fileURLToPath(file), formatTable(table))
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
