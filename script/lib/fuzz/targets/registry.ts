import { formatBaseName, parseBaseName } from '../../../../src/base/name.ts'
import { parseBaseManifest } from '../../../../src/base/manifest.ts'
import { parseSummary, formatSummary } from '../../../../src/base/summary.ts'
import { parseGroup, parsePasswd } from '../../../../src/base/passwd.ts'
import { digestOf } from '../../../../src/common/digest.ts'
import { UserError } from '../../../../src/common/errors.ts'
import { foreignLines, foreignText, withoutCommands } from '../../../../src/common/foreign.ts'
import { retrySeconds } from '../../../../src/common/http.ts'
import { imageConfig } from '../../../../src/image/config.ts'
import { formatFacts, parseFacts } from '../../../../src/layers/facts.ts'
import { environmentOf, parseConfig, triggersOf } from '../../../../src/oci/config.ts'
import { parseAuthConfig } from '../../../../src/registry/auth-config.ts'
import { parseChallenges } from '../../../../src/registry/challenge.ts'
import { formatReference, parseReference } from '../../../../src/registry/reference.ts'
import { rateLimitSeconds } from '../../../../src/refresh/rate-limit.ts'
import { accepts, holds, type FuzzTarget } from '../target.ts'
import { chosen, jsonLike, lines, word } from './words.ts'

const digest = digestOf('')
const references = [
  'ghcr.io/org/app:1',
  'debian',
  `localhost:5000/a/b@${digest}`,
  'oci:../layout:tag',
  '[::1]:5000/a',
  'oci-layout:///a b:1',
]

export const reference: FuzzTarget<string> = {
  name: 'reference',
  share: 5,
  corpus: () => Promise.resolve(references),
  tokens: [':', '/', '@', digest, 'docker.io', 'library/', '.', '-', '_', 'oci:', 'localhost', '[', ']', 'A'],
  made: chosen('a', 'b.c', ':', '5000', '/', '@', digest, 'oci:', '-', '__', '.', '[::1]', word),
  run: (text) => {
    const isReference = accepts(() => {
      const parsed = parseReference(text)
      holds(formatReference(parseReference(formatReference(parsed))) === formatReference(parsed), 'that a reference is the same again')
      holds(/^[\x21-\x7e]+$/.test(formatReference(parsed)), 'that a reference is plain text')
    }, UserError)
    const isBase = accepts(() => {
      const parsed = parseBaseName(text)
      holds(formatBaseName(parseBaseName(formatBaseName(parsed))) === formatBaseName(parsed), 'that a base is the same again')
    }, UserError)
    return isReference || isBase
  },
} // prettier-ignore

const challenges = [
  'Bearer realm="https://auth.example.org/token",service="a",scope="repository:a:pull,push"',
  'Basic realm=x, Negotiate',
  'Bearer error="a \\" b"',
]

export const challenge: FuzzTarget<string> = {
  name: 'WWW-Authenticate',
  share: 8,
  corpus: () => Promise.resolve(challenges),
  tokens: ['Bearer ', 'Basic', 'realm', '=', '"', ',', '\\', ' ', '\\"', 'scope="'],
  made: chosen('Bearer', 'realm', '=', '"', ',', '\\', ' ', 'x', '"a"', word),
  run: (text) => parseChallenges(text).length > 0,
}

export const retryAfter: FuzzTarget<string> = {
  name: 'Retry-After',
  share: 7,
  corpus: () => Promise.resolve(['5', 'Wed, 21 Oct 2026 07:28:00 GMT', '-1', '1e9', '']),
  tokens: ['-', '.', 'e', '0x', ' ', 'Infinity', 'NaN', 'GMT', ','],
  made: chosen('1', '0', '-', '.', 'e', 'x', ' ', 'GMT', word),
  run: (text) => {
    const seconds = retrySeconds(1, text)
    holds(seconds >= 0 && seconds <= 60, `that ${seconds} s are waited for`)
    const limited = rateLimitSeconds(429, { 'retry-after': text, 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': text }, '') ?? 0
    holds(limited >= 0, `that ${limited} s are waited for`)
    return true
  },
} // prettier-ignore

const descriptor = {
  mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
  digest,
  size: 1,
  annotations: { a: 'b' },
}
const manifest = {
  schemaVersion: 2,
  config: { ...descriptor, mediaType: 'application/vnd.oci.image.config.v1+json' },
  layers: [descriptor],
  annotations: { a: 'b' },
}
const indexShape = {
  schemaVersion: 2,
  manifests: [{ ...descriptor, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } }],
}

export const manifests: FuzzTarget<string> = {
  name: 'manifest',
  share: 5,
  corpus: () => Promise.resolve([manifest, indexShape].map((shape) => JSON.stringify(shape))),
  tokens: JSON.stringify(manifest).split(/\b/).concat(JSON.stringify(indexShape).split(/\b/)),
  made: jsonLike({ ...manifest, ...indexShape }),
  run: (text) =>
    accepts(() => {
      const parsed = parseBaseManifest(text, 'a')
      const all = parsed.kind === 'index' ? parsed.images : [parsed.config, ...parsed.layers]
      for (const { size } of all) holds(size >= 0, 'that a blob has a size')
    }, UserError),
} // prettier-ignore

const config = {
  os: 'linux', architecture: 'amd64', variant: 'v2', created: 'x', author: 'y',
  config: { Env: ['A=b', 'PATH=/bin'], User: 'a', WorkingDir: '/', Entrypoint: ['a'], Cmd: ['b'], Shell: ['c'], Labels: { a: 'b' }, OnBuild: ['RUN x'], ExposedPorts: { '1/tcp': {} }, Volumes: { '/a': {} } },
  rootfs: { type: 'layers', diff_ids: [digest] },
  history: [{ created: 'x', created_by: 'y', comment: 'z', empty_layer: false }, { empty_layer: true }],
} // prettier-ignore

export const configs: FuzzTarget<string> = {
  name: 'config',
  share: 5,
  corpus: () => Promise.resolve([JSON.stringify(config)]),
  tokens: JSON.stringify(config).split(/\b/).concat('null', '{}', '[]'),
  made: jsonLike(config),
  run: (text) => {
    let parsed: ReturnType<typeof parseConfig>
    try {
      parsed = parseConfig(text)
    } catch {
      // Whoever calls it makes an error of that which says whose config it is.
      return false
    }
    triggersOf(parsed)
    environmentOf(parsed)
    const made = imageConfig(parsed, {
      environment: { PATH: '/usr/bin' },
      user: 'a',
      labels: { b: 'c' },
      created: 'now',
      start: { env: [], expose: ['1'], volumes: ['/b'] },
      layers: [{ diffId: digest, createdBy: 'x' }],
    })
    // What is made of a base has to be a config, too.
    const again = parseConfig(JSON.stringify(made))
    const layers = (again.history ?? []).filter((entry) => entry.empty_layer !== true).length
    holds(layers === again.rootfs.diff_ids.length, 'that history has an entry for each layer')
    return true
  },
} // prettier-ignore

const facts =
  formatFacts({
  claims: new Set([1, 2]), ways: new Set([3]), texts: { 'etc/conda/activate.d/a.sh': 'export A=1' },
  scripted: ['a-1-0'], messages: { 'b-1-0': 'text' }, distributions: ['a'],
  python: { version: '3.12', executable: 'bin/python3.12', sitePackages: 'lib/python3.12/site-packages' },
  prefix: '/opt/conda', sizes: [{ name: 'a', size: 5, needs: ['python'] }],
}) ?? '' // prettier-ignore
const summary = formatSummary(
  { user: { name: 'a', uid: 1, gid: 2, home: '/home/a' }, hasMicromamba: true, hasBash: true },
  digest,
)

export const annotations: FuzzTarget<string> = {
  name: 'annotations of earlier images',
  share: 5,
  corpus: () => Promise.resolve([facts, summary]),
  tokens: [facts, summary].flatMap((text) => text.split(/\b/)),
  made: jsonLike({ ...(JSON.parse(facts) as object), ...(JSON.parse(summary) as object) }),
  run: (text) => {
    const own = parseFacts(text)
    if (own) holds(formatFacts(own) === text, 'that facts are the same again')
    const its = parseSummary(text, digest)
    if (its) holds(Number.isSafeInteger(its.user.uid) && its.user.uid >= 0 && its.user.home.startsWith('/'), 'that a user is one')
    return own !== undefined || its !== undefined
  },
} // prettier-ignore

const passwd =
  'root:x:0:0:root:/root:/bin/bash\nmamba:x:1000:1000::/home/mamba:/bin/sh\n+nis\nshadow:x:42:a,b\n'

export const users: FuzzTarget<string> = {
  name: 'passwd, group, auth files',
  share: 3,
  corpus: () => Promise.resolve([passwd, '{"auths":{"ghcr.io":{"auth":"YTpi"}},"credHelpers":{"a":"b"}}']),
  tokens: [':', '\n', 'root', '0', 'x', '/bin/sh', ',', '"auths":', '"auth":"', '99999999999999999999'],
  made: lines(chosen('root', ':', 'x', '0', ',', word)),
  run: (text) => {
    parsePasswd(text)
    parseGroup(text)
    return accepts(() => parseAuthConfig(text, 'config.json'), UserError)
  },
}

export const said: FuzzTarget<string> = {
  name: 'text of others',
  share: 6,
  corpus: () => Promise.resolve(['an error\n::add-mask::x', '##[group]a', '  ::set-output name=a::b\r\n']),
  tokens: ['::', '##[', '\r', '\n', '\u2028', '\u0085', ' ', '\v', '\f', '##', '['],
  made: lines(chosen('::', '#', '[', ' ', '\t', '\u2028', 'a', word)),
  run: (text) => {
    for (const shown of [`a: ${foreignText(text)}`, foreignLines(text), withoutCommands(text)]) {
      // What the runner takes for a line, and for a command in it.
      const obeyed = shown.split(/[\r\n]/).some((line) => line.trimStart().startsWith('::') || line.includes('##['))
      holds(!obeyed, `that the runner takes nothing in ${JSON.stringify(shown)} for a command`)
    }
    return true
  },
} // prettier-ignore
