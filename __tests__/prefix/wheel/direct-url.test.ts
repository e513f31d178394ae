import { expect, test } from '@jest/globals'
import type { DirectUrl } from '../../../src/packages/wheel/archive.ts'
import { formatDirectUrl } from '../../../src/prefix/wheel/direct-url.ts'

const commit = '0123456789abcdef0123456789abcdef01234567'

test.each<[DirectUrl, string]>([
  [
    { url: 'https://e.org/a.whl', archive: { hash: 'sha256=ab', hashes: { sha256: 'ab' } } },
    '{"archive_info": {"hash": "sha256=ab", "hashes": {"sha256": "ab"}}, "url": "https://e.org/a.whl"}',
  ],
  [{ url: 'file:///a.whl', archive: {} }, '{"archive_info": {}, "url": "file:///a.whl"}'],
  [
    {
      url: 'https://user:secret@e.org/r.git',
      subdirectory: 'sub/ü"',
      vcs: { vcs: 'git', commitId: commit, requestedRevision: 'v1' },
    },
    `{"subdirectory": "sub/\\u00fc\\"", "url": "https://e.org/r.git", "vcs_info": {"commit_id": "${commit}", "requested_revision": "v1", "vcs": "git"}}`,
  ],
  [
    { url: 'ssh://git@e.org/r.git', vcs: { vcs: 'git', commitId: commit } },
    `{"url": "ssh://git@e.org/r.git", "vcs_info": {"commit_id": "${commit}", "vcs": "git"}}`,
  ],
  [
    { url: 'https://${USER}:${PASS_WORD}@e.org/a.whl', archive: {} },
    '{"archive_info": {}, "url": "https://${USER}:${PASS_WORD}@e.org/a.whl"}',
  ],
  [{ url: 'https://token@e.org/a@b', archive: {} }, '{"archive_info": {}, "url": "https://e.org/a@b"}'],
  [{ url: 'file:///src', directory: {} }, '{"dir_info": {}, "url": "file:///src"}'],
  [
    { url: 'file:///src', directory: { editable: true } },
    '{"dir_info": {"editable": true}, "url": "file:///src"}',
  ],
])('%j', (direct, text) => {
  expect(formatDirectUrl(direct)).toBe(text)
})
