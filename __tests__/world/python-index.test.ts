import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { unzipSync } from 'fflate'
import { run } from './command.ts'
import { basic, servePythonIndex, type PythonIndex } from './python-index.ts'
import { makeWheel } from './wheels/make.ts'
import { specimens } from './wheels/specimens.ts'

const recipe = {
  name: 'a-b',
  version: '1.0',
  requires: ['c; extra == "d"'],
  requiresPython: '>=3.8',
  yanked: 'bad "one"',
}
const login = { user: 'ada', password: 'x' }
let index: PythonIndex
beforeEach(async () => {
  index = await servePythonIndex([makeWheel(recipe)], { login })
})
afterEach(() => index.stop())

const headers = { authorization: basic(login) }
const asJson = { ...headers, accept: 'application/vnd.pypi.simple.v1+json, text/html;q=0.1' }

describe('servePythonIndex', () => {
  test('JSON for those who take it', async () => {
    const response = await fetch(`${index.url}a-b/`, { headers: asJson })
    expect(response.headers.get('content-type')).toBe('application/vnd.pypi.simple.v1+json')
    expect(await response.json()).toEqual({
      meta: { 'api-version': '1.1' },
      name: 'a-b',
      files: [
        {
          filename: 'a_b-1.0-py3-none-any.whl',
          url: '/files/a_b-1.0-py3-none-any.whl',
          hashes: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown },
          'requires-python': '>=3.8',
          yanked: 'bad "one"',
          'core-metadata': { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown },
        },
      ],
    })
  })

  test('HTML for the others, files, and their metadata', async () => {
    const html = await (await fetch(`${index.url}a-b/`, { headers })).text()
    expect(html).toMatch(
      /<a href="\/files\/a_b-1\.0-py3-none-any\.whl#sha256=[0-9a-f]{64}" data-requires-python="&#62;=3\.8" data-yanked="bad &#34;one&#34;"/,
    )
    const wheel = await (await fetch(`${index.origin}/files/a_b-1.0-py3-none-any.whl`, { headers })).bytes()
    const metadata = await (
      await fetch(`${index.origin}/files/a_b-1.0-py3-none-any.whl.metadata`, { headers })
    ).text()
    expect(Buffer.from(unzipSync(wheel)['a_b-1.0.dist-info/METADATA'] ?? []).toString()).toBe(metadata)
    expect((await fetch(`${index.url}other/`, { headers })).status).toBe(404)
  })

  test('nothing without the login, and a log of what was shown', async () => {
    expect((await fetch(`${index.url}a-b/`)).status).toBe(401)
    await fetch(index.links, { headers })
    expect(index.requests).toEqual([
      { path: '/simple/a-b/' },
      { path: '/links', authorization: basic(login) },
    ])
    expect(index.urlWithLogin).toBe(index.url.replace('//', '//ada:x@'))
  })
})

test('wheels and sdists are the same whenever they are made, and whole', async () => {
  const [once, again] = [await specimens(), await specimens()]
  expect(again).toEqual(once)
  for (const { content } of once.filter(({ fileName }) => fileName.endsWith('.whl'))) {
    const record = Object.entries(unzipSync(content)).find(([path]) => path.endsWith('.dist-info/RECORD'))
    expect(Buffer.from(record?.[1] ?? []).toString()).toMatch(/METADATA,sha256=[\w-]{43},\d+\n/)
  }
})

test("a source's own backend builds it, without anything else", async () => {
  const sdist = (await specimens()).find(({ fileName }) => fileName === 'frommodule-1.0.tar.gz')
  const folder = await mkdtemp(join(tmpdir(), 'sdist-'))
  try {
    await run('tar', ['-xzf', '-', '--strip-components=1'], { cwd: folder, input: sdist?.content ?? '' })
    const script = 'import in_tree_backend; print(in_tree_backend.build_wheel("."))'
    const name = (await run('python3', ['-c', script], { cwd: folder })).toString().trim()
    expect(name).toBe('frommodule-1.0-py3-none-any.whl')
    const files = unzipSync(await readFile(join(folder, name)))
    expect(Object.keys(files)).toEqual([
      'frommodule.py',
      'frommodule-1.0.dist-info/METADATA',
      'frommodule-1.0.dist-info/WHEEL',
      'frommodule-1.0.dist-info/RECORD',
    ])
    expect(Buffer.from(files['frommodule-1.0.dist-info/METADATA'] ?? []).toString()).toContain(
      'Requires-Dist: plain\n',
    )
  } finally {
    await rm(folder, { recursive: true })
  }
})
