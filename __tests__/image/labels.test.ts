import { describe, expect, test } from '@jest/globals'
import { digestOf } from '../../src/common/digest.ts'
import { UserError } from '../../src/common/errors.ts'
import type { ImageConfig } from '../../src/oci/config.ts'
import { contextAnnotations, onlyLabelsDiffer, sourceDate } from '../../src/image/labels.ts'

const run = {
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'octo/forecast',
  GITHUB_SHA: '0123456789abcdef0123456789abcdef01234567',
  GITHUB_REF_TYPE: 'tag',
  GITHUB_REF_NAME: 'v1.2.0',
}
const ofRepository = {
  'org.opencontainers.image.source': 'https://github.com/octo/forecast',
  'org.opencontainers.image.title': 'forecast',
  'org.opencontainers.image.url': 'https://github.com/octo/forecast',
}

describe('contextAnnotations', () => {
  test('knows nothing outside of a run', () => {
    expect(contextAnnotations({})).toEqual({})
    expect(contextAnnotations({ GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: '' })).toEqual({})
  })

  test('says the same of two commits of a repository', () => {
    const commitTime = new Date('2026-05-04T03:02:01Z')
    const other = { ...run, GITHUB_SHA: 'f'.repeat(40), GITHUB_REF_TYPE: 'branch', GITHUB_REF_NAME: 'main' }
    expect(contextAnnotations(run, { commitTime })).toEqual(ofRepository)
    expect(contextAnnotations(other)).toEqual(ofRepository)
  })

  test('tells the commit when asked to', () => {
    const commitTime = new Date('2026-05-04T03:02:01.999Z')
    expect(contextAnnotations(run, { perCommit: true, commitTime })).toEqual({
      ...ofRepository,
      'org.opencontainers.image.created': '2026-05-04T03:02:01Z',
      'org.opencontainers.image.revision': run.GITHUB_SHA,
      'org.opencontainers.image.version': 'v1.2.0',
    })
  })

  test('takes no branch for a version', () => {
    const branch = { ...run, GITHUB_REF_TYPE: 'branch', GITHUB_REF_NAME: 'main' }
    expect(contextAnnotations(branch, { perCommit: true })).toEqual({
      ...ofRepository,
      'org.opencontainers.image.revision': run.GITHUB_SHA,
    })
  })

  test('prefers SOURCE_DATE_EPOCH to the time of the commit', () => {
    const environment = { SOURCE_DATE_EPOCH: '1700000000' }
    const created = { 'org.opencontainers.image.created': '2023-11-14T22:13:20Z' }
    expect(contextAnnotations(environment)).toEqual(created)
    expect(contextAnnotations(environment, { perCommit: true, commitTime: new Date(0) })).toEqual(created)
  })

  test('lets what the user gave win, and an empty value leave a key out', () => {
    const given = {
      'org.opencontainers.image.title': 'Forecasts',
      'org.opencontainers.image.url': '',
      'example.org/team': 'weather',
    }
    const annotations = contextAnnotations(run, { given })
    expect(annotations).toEqual({
      'example.org/team': 'weather',
      'org.opencontainers.image.source': 'https://github.com/octo/forecast',
      'org.opencontainers.image.title': 'Forecasts',
    })
    expect(Object.keys(annotations)).toEqual(Object.keys(annotations).toSorted())
  })

  test('copes with a server whose address ends in a slash', () => {
    const environment = { GITHUB_SERVER_URL: 'https://git.example.org/', GITHUB_REPOSITORY: 'a/b' }
    expect(contextAnnotations(environment)['org.opencontainers.image.source']).toBe(
      'https://git.example.org/a/b',
    )
  })
})

describe('sourceDate', () => {
  test.each([
    ['0', '1970-01-01T00:00:00.000Z'],
    [' 253402300799 ', '9999-12-31T23:59:59.000Z'],
  ])('reads %s', (text, time) => {
    expect(sourceDate({ SOURCE_DATE_EPOCH: text })?.toISOString()).toBe(time)
  })

  test.each([{}, { SOURCE_DATE_EPOCH: '' }])('has none in %j', (environment) => {
    expect(sourceDate(environment)).toBeUndefined()
  })

  test.each(['now', '-1', '1.5', '1e9', '253402300800'])('refuses %s', (text) => {
    expect(() => sourceDate({ SOURCE_DATE_EPOCH: text })).toThrow(UserError)
  })
})

describe('onlyLabelsDiffer', () => {
  const image = (labels: Record<string, string>, annotations: Record<string, string> = {}, cmd = 'bash') => ({
    config: {
      architecture: 'amd64',
      os: 'linux',
      config: { Labels: labels, Cmd: [cmd] },
      rootfs: { type: 'layers', diff_ids: [digestOf('layer')] },
    } satisfies ImageConfig,
    annotations,
  })

  test('names labels and annotations that changed, came or went', () => {
    const before = image({ created: '1', same: 's', gone: 'g' }, { created: '1', same: 's', revision: 'a' })
    const after = image({ created: '2', same: 's', come: 'c' }, { created: '2', same: 's', revision: 'b' })
    expect(onlyLabelsDiffer(before, after)).toEqual(['come', 'created', 'gone', 'revision'])
  })

  test('names none of equal images, whatever the order of keys', () => {
    const { config, annotations } = image({ a: '1', b: '2' })
    const { rootfs, ...rest } = config
    expect(onlyLabelsDiffer(image({ b: '2', a: '1' }), { config: { rootfs, ...rest }, annotations })).toEqual(
      [],
    )
  })

  test('names none when something else differs too', () => {
    expect(onlyLabelsDiffer(image({ a: '1' }), image({ a: '2' }, {}, 'python'))).toEqual([])
  })

  test('a config without labels has none', () => {
    const { config, annotations } = image({})
    const bare = { ...config, config: { Cmd: ['bash'] } }
    expect(onlyLabelsDiffer({ config: bare, annotations }, image({ a: '1' }))).toEqual(['a'])
  })
})
