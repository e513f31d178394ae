import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { digestOf } from '../../src/common/digest.ts'
import { UserError } from '../../src/common/errors.ts'
import {
  formatReference,
  parseReference,
  registryUrl,
  type ImageReference,
} from '../../src/registry/reference.ts'

const digest = digestOf('')

describe('parseReference', () => {
  test.each([
    ['debian', 'docker.io/library/debian'],
    ['debian:13', 'docker.io/library/debian:13'],
    ['mambaorg/micromamba:debian13-slim', 'docker.io/mambaorg/micromamba:debian13-slim'],
    ['docker.io/debian', 'docker.io/library/debian'],
    ['index.docker.io/library/debian', 'docker.io/library/debian'],
    ['ghcr.io/owner/name', 'ghcr.io/owner/name'],
    ['GHCR.io/owner/name', 'ghcr.io/owner/name'],
    ['localhost/name', 'localhost/name'],
    ['localhost:5000/name:1', 'localhost:5000/name:1'],
    ['[::1]:5000/name', '[::1]:5000/name'],
    ['registry:5000/a/b/c:x_Y.z-1', 'registry:5000/a/b/c:x_Y.z-1'],
    ['a/b__c/d---e/f_g.h', 'docker.io/a/b__c/d---e/f_g.h'],
    [`debian@${digest}`, `docker.io/library/debian@${digest}`],
    [`ghcr.io/owner/name:1@${digest}`, `ghcr.io/owner/name:1@${digest}`],
    ['localhost:5000', 'docker.io/library/localhost:5000'],
  ])('%s is %s', (text, full) => {
    expect(formatReference(parseReference(text))).toBe(full)
  })

  test.each([
    ['debian', 'latest'],
    ['debian:13', '13'],
    [`debian@${digest}`, undefined],
  ])('the default tag is for names that have neither tag nor digest: %s', (text, tag) => {
    expect(parseReference(text, { defaultTag: 'latest' }).tag).toBe(tag)
  })

  test.each([
    ['', /''/],
    ['ghcr.io/Owner/name', /upper-case[^]*owner\/name/],
    ['Debian', /upper-case/],
    ['debian:', /''.*not a tag/],
    ['debian:-1', /'-1' is not a tag/],
    ['debian:a b', /'a b' is not a tag/],
    [`debian:${'a'.repeat(129)}`, /not a tag/],
    ['debian@sha256:12', /'sha256:12' is not a sha256 digest/],
    [`debian@sha512:${'0'.repeat(128)}`, /not a sha256 digest/],
    [`debian@${digest.toUpperCase()}`, /not a sha256 digest/],
    [`debian@${digest}@${digest}`, /more than one @/],
    ['a//b', /'a\/\/b' is not a repository/],
    ['a/-b', /not a repository/],
    ['ghcr.io/', /'' is not a repository/],
    ['/a', /not a repository/],
    ['https://ghcr.io/a', /'https:' is not a registry/],
    ['ghcr.io:port/a', /not a registry/],
    ['https://host:5000/a', /'https:' is not a registry/],
    ['a:feature/foo', /'feature\/foo' is not a tag, for it has a slash\nWrite feature-foo instead\./],
    ['org/a:dependabot/npm/x', /Write dependabot-npm-x instead\./],
    ['ghcr.io/org/a:feature/foo', /Write feature-foo instead\./],
    ['localhost:5000/a:feature/foo', /Write feature-foo instead\./],
    ['ghcr.io:99999/a', /not a registry/],
    ['-a.io/b', /not a registry/],
    [`ghcr.io/${'a'.repeat(256)}`, /longer than 255/],
    ['0'.repeat(64), /mistaken/],
  ])("'%s' is refused", (text, message) => {
    const parse = () => parseReference(text, { input: 'tags' })
    expect(parse).toThrow(UserError)
    expect(parse).toThrow(message)
    expect(parse).toThrow(/^input 'tags': /)
  })

  test('reads what formatReference writes', () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,4}([._-][a-z0-9]{1,3}){0,2}$/)
    const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
    const registry = fc.constantFrom('docker.io', 'ghcr.io', 'localhost', 'localhost:5000', 'r:1', '[::1]:80')
    const reference: fc.Arbitrary<ImageReference> = fc
      .record({
        registry,
        repository: path,
        tag: fc.option(fc.stringMatching(/^\w[\w.-]{0,127}$/), { nil: undefined }),
        digest: fc.option(fc.string().map(digestOf), { nil: undefined }),
      })
      // A name of one part on Docker's hub is one in library/.
      .map(({ registry, repository, tag, digest }) => ({
        registry,
        repository:
          registry === 'docker.io' && !repository.includes('/') ? `library/${repository}` : repository,
        ...(tag !== undefined && { tag }),
        ...(digest !== undefined && { digest }),
      }))
    fc.assert(
      fc.property(reference, (it) => {
        expect(parseReference(formatReference(it))).toEqual(it)
      }),
    )
  })

  test('either refuses a text with a UserError or gives a reference that stays the same', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[a-zA-Z0-9./:@_-]{0,20}$/))
    fc.assert(
      fc.property(text, (it) => {
        let parsed: ImageReference
        try {
          parsed = parseReference(it)
        } catch (error) {
          expect(error).toBeInstanceOf(UserError)
          return
        }
        expect(parseReference(formatReference(parsed))).toEqual(parsed)
      }),
    )
  })
})

test.each([
  ['docker.io', 'https://registry-1.docker.io/'],
  ['ghcr.io', 'https://ghcr.io/'],
  ['registry:5000', 'https://registry:5000/'],
  ['localhost:5000', 'http://localhost:5000/'],
  ['127.0.0.1:5000', 'http://127.0.0.1:5000/'],
  ['[::1]:5000', 'http://[::1]:5000/'],
  ['127.evil.example', 'https://127.evil.example/'],
])('the API of %s is at %s', (registry, url) => {
  expect(registryUrl(registry).href).toBe(url)
})
