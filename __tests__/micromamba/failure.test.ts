import { expect, test } from '@jest/globals'
import { explainFailure } from '../../src/micromamba/failure.ts'

test('what came in place of an index is told with the channels that it may be of', () => {
  const log = [{ level: 'critical', lines: ['Could not load repodata. Cache corrupted?'] }] as const
  const one = explainFailure(log, 1, 'env.yaml', ['https://conda.example.org/main'])
  expect(one.message).toContain('the index of https://conda.example.org/main could not be loaded')
  expect(one.message).toContain('Could not load repodata')
  expect(one.kind).toBe('channel')
  const two = explainFailure(log, 1, 'env.yaml', ['a', 'b'])
  expect(two.message).toContain('the index of one of a, b could not be loaded')
  expect(two.message).toContain('captive portal')
})

test('a channel that micromamba names is the one', () => {
  const line =
    'Download error (28) Timeout was reached [https://conda.example.org/main/noarch/repodata.json.zst]'
  const { message } = explainFailure([{ level: 'error', lines: [line] }], 1, 'env.yaml', ['a', 'b'])
  expect(message).toContain('timeout was reached')
  expect(message).not.toContain('one of')
  expect(message).toContain('conda.example.org')
})
