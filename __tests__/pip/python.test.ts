import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { installPythonWithPip } from '../../src/pip/python.ts'
import { channelPackages } from '../bytecode/python.ts'
import { run } from '../world/command.ts'

const scratch = mkdtempSync(join(tmpdir(), 'python-with-pip-'))
afterAll(() => {
  rmSync(scratch, { recursive: true })
})

test('what pip needs of the standard library, and pip itself, but nothing else of site-packages', async () => {
  const { python, pip } = await installPythonWithPip(await channelPackages(), join(scratch, 'here'))
  const modules =
    'bz2, ctypes, email, hashlib, html.parser, http.client, json, logging.config, lzma, netrc, shlex, ssl, subprocess, tarfile, tomllib, venv, xmlrpc.client, zipfile, zlib'
  const said = await run(python, ['-I', '-S', '-c', `import ${modules}; print(ssl.OPENSSL_VERSION)`], {
    env: {},
  })
  expect(said.toString()).toMatch(/^OpenSSL 3/)
  expect(pip).toBe(join(scratch, 'here/lib/python3.11/site-packages'))
  expect(readdirSync(pip)).toEqual(['pip'])
})
