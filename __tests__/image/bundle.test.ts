import { execFile } from 'node:child_process'
import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'

const run = promisify(execFile)

test('the scripts of the wiring are found from a bundle in dist/<folder>/, in wiring/ beside dist/', async () => {
  const action = await mkdtemp(join(tmpdir(), 'action-'))
  try {
    const into = join(action, 'dist/main')
    await run('node_modules/.bin/ncc', [
      'build',
      'src/image/wiring.ts',
      '--out',
      into,
      '--no-cache',
      '--quiet',
    ])
    await cp('wiring', join(action, 'wiring'), { recursive: true })
    await appendFile(join(action, 'wiring/_entrypoint.sh'), '# this very copy\n')
    const program = `
      const { wire } = await import(${JSON.stringify(join(into, 'index.js'))})
      const base = { get: (path) => (path === 'bin/bash' ? {} : undefined), text() {}, below: () => [], place: (path) => path }
      const user = { name: 'me', uid: 1, gid: 1, home: '/home/me', exists: false }
      const entries = wire({ base, user, environments: [], defaults: { environmentName: 'base', executable: '/bin/micromamba' }, rootPrefix: '/opt/conda' })
      console.log(entries.find(({ path }) => path === 'usr/local/bin/_entrypoint.sh').content.toString())`
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: action,
    })
    expect(stdout).toMatch(/^#!\/bin\/bash\n[^]*# this very copy\n/)
  } finally {
    await rm(action, { recursive: true })
  }
}, 120_000)
