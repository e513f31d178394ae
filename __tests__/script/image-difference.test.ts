import { describe, expect, test } from '@jest/globals'
import { digestOf } from '../../src/common/digest.ts'
import { imageContent, type ImageContent } from '../../script/lib/image-content.ts'
import { compareImages, formatDifference, isOnlyOfCommands } from '../../script/lib/image-difference.ts'
import { layerKeyAnnotation } from '../../src/layers/build.ts'
import { changesAnnotation } from '../../src/stages/steps.ts'

interface Sample {
  readonly layers?: readonly Layer[]
  readonly env?: readonly string[]
  readonly manifest?: object
  readonly config?: object
  readonly createdBy?: readonly string[]
}

type Layer = readonly [title: string, content: string, annotations?: Readonly<Record<string, string>>]

const usual: readonly Layer[] = [
  ['debian', 'base'],
  ['python', 'python 3.12'],
  ['packages 3/32', 'zlib'],
  ['wiring', 'scripts'],
]

/** An image on a base of one layer. */
function image({
  layers = usual,
  env = ['PATH=/bin'],
  manifest,
  config,
  createdBy,
}: Sample = {}): ImageContent {
  const content = {
    architecture: 'amd64',
    config: { Env: env, User: 'me' },
    rootfs: { type: 'layers', diff_ids: layers.map(([, text]) => digestOf(`tar of ${text}`)) },
    history: layers.map(([title], index) => ({ created_by: createdBy?.[index] ?? title })),
    ...config,
  }
  const descriptor = { mediaType: 'config', digest: digestOf(JSON.stringify(content)), size: 1 }
  const whole = {
    mediaType: 'manifest',
    config: descriptor,
    layers: layers.map(([title, text, annotations]) => ({
      digest: digestOf(text),
      annotations: { title, ...annotations },
    })),
    ...manifest,
  }
  return imageContent(digestOf(JSON.stringify(whole)), whole, content)
}

const verdicts = (actual: ImageContent) =>
  compareImages(actual, image(), 1).layers.filter(({ verdict }) => verdict !== 'same')
const fields = (actual: ImageContent) => compareImages(actual, image(), 1).fields
const edited = (at: number, ...layers: Layer[]) => usual.toSpliced(at, 1, ...layers)

test('each layer is named, the base’s by their places', () => {
  const { layers } = compareImages(image({ env: [] }), image(), 1)
  expect(layers.map(({ title, verdict }) => `${title}: ${verdict}`)).toEqual([
    'base, layer 1: same',
    'python: same',
    'packages 3/32: same',
    'wiring: same',
  ])
})

test('a layer with other bytes is different', () => {
  const actual = image({ layers: edited(2, ['packages 3/32', 'zlib, another build']) })
  expect(verdicts(actual)).toEqual([{ title: 'packages 3/32', verdict: 'different' }])
  expect(fields(actual)).toEqual([])
})

test('a layer of the same tar, compressed otherwise, is different, with a remark', () => {
  const actual = image({ layers: edited(1, ['python', 'other bytes']) })
  const config = image().config
  const same = imageContent(actual.digest, actual.manifest, config)
  expect(verdicts(same)).toEqual([
    { title: 'python', verdict: 'different', remark: expect.stringContaining('same files') as unknown },
  ])
})

test('a layer that is not there is missing, one too many is extra', () => {
  expect(verdicts(image({ layers: edited(1) }))).toEqual([{ title: 'python', verdict: 'missing' }])
  expect(verdicts(image({ layers: [...usual, ['payload', 'malware']] }))).toEqual([
    { title: 'payload', verdict: 'extra' },
  ])
})

test('another base is different in its place', () => {
  expect(verdicts(image({ layers: edited(0, ['debian', 'another']) }))).toEqual([
    { title: 'base, layer 1', verdict: 'different' },
  ])
})

test('layers with the same bytes in another order', () => {
  const [python, zlib] = usual.slice(1, 3)
  const actual = image({
    layers: usual.toSpliced(1, 2, ...[zlib, python].flatMap((layer) => (layer ? [layer] : []))),
  })
  expect(verdicts(actual)).toEqual([])
  expect(fields(actual).map(({ field }) => field)).toContain('the order of the layers')
})

test('a layer that goes by another title is found by its bytes, and the history differs', () => {
  const actual = image({ createdBy: ['debian', 'python', 'packages 4/32', 'wiring'] })
  expect(verdicts(actual)).toEqual([])
  expect(fields(actual)).toEqual([
    { field: 'config.history.2.created_by', image: 'packages 4/32', rebuilt: 'packages 3/32' },
  ])
})

test.each<[string, Sample, object[]]>([
  [
    'a variable',
    { env: ['PATH=/evil'] },
    [{ field: 'config.config.Env.PATH', image: '/evil', rebuilt: '/bin' }],
  ],
  [
    'a variable too many',
    { env: ['PATH=/bin', 'LD_PRELOAD=/x.so'] },
    [{ field: 'config.config.Env.LD_PRELOAD', image: '/x.so' }],
  ],
  [
    'variables in another order',
    { env: ['PATH=/bin', 'PATH=/bin'] },
    [expect.objectContaining({ field: 'config.config.Env, its order' })],
  ],
  ['a field of the config', { config: { author: 'eve' } }, [{ field: 'config.author', image: 'eve' }]],
  [
    'the kind of root file system',
    { config: { rootfs: { ...(image().config['rootfs'] as object), type: 'other' } } },
    [{ field: 'config.rootfs.type', image: 'other', rebuilt: 'layers' }],
  ],
  [
    'an annotation',
    { manifest: { annotations: { a: 'b' } } },
    [{ field: 'manifest.annotations', image: '{"a":"b"}' }],
  ],
  [
    'the order of keys',
    { config: { config: { User: 'me', Env: ['PATH=/bin'] } } },
    [{ field: 'the order of keys or white space in the JSON' }],
  ],
])('%s that differs is named', (_, sample, expected) => {
  expect(fields(image(sample))).toEqual(expected)
})

test('what is said of a layer with the right bytes has to be right too', () => {
  const { manifest, config, digest } = image()
  const lying = JSON.parse(JSON.stringify(manifest)) as { layers: { annotations: object }[] }
  if (lying.layers[1]) lying.layers[1].annotations = { title: 'numpy' }
  expect(fields(imageContent(digest, lying, config))).toEqual([
    { field: "manifest.layers 'python'.annotations.title", image: 'numpy', rebuilt: 'python' },
  ])
  const diffIds = [...(config['rootfs'] as { diff_ids: string[] }).diff_ids]
  diffIds[1] = digestOf('a lie')
  const other = { ...config, rootfs: { type: 'layers', diff_ids: diffIds } }
  expect(fields(imageContent(digest, manifest, other))).toEqual([
    {
      field: "config.rootfs.diff_ids.'python'",
      image: digestOf('a lie'),
      rebuilt: digestOf('tar of python 3.12'),
    },
  ])
})

describe('of layers that commands made', () => {
  const made = (title: string, content: string, key: string): Layer => [
    title,
    content,
    { [layerKeyAnnotation]: key, [changesAnnotation]: '{}' },
  ]
  const rebuilt = image({ layers: [...usual, made('RUN date', 'now', 'a'), made('RUN echo', 'echo', 'b')] })
  const compared = (layers: readonly Layer[], wanted = rebuilt) => {
    const difference = compareImages(image({ layers }), wanted, 1)
    const found = difference.layers.filter(({ verdict, remark }) => verdict !== 'same' || remark)
    return {
      rows: found.map(({ title, verdict, remark = '' }) => `${title} ${verdict}: ${remark}`),
      fields: difference.fields.map(({ field }) => field),
      isOnlyOfCommands: isOnlyOfCommands(difference),
    }
  }

  test('one may come out otherwise, and those above it get other keys', () => {
    expect(compared([...usual, made('RUN date', 'then', 'a'), made('RUN echo', 'echo', 'other')])).toEqual({
      rows: [
        'RUN date different: same key, other bytes: made by commands, which are as reproducible as they are',
        'RUN echo same: another key, since a layer below differs',
      ],
      fields: [],
      isOnlyOfCommands: true,
    })
    expect(
      compared([...usual, made('RUN date', 'then', 'a'), made('RUN echo', 'echoed', 'other')]).rows[1],
    ).toBe('RUN echo different: made by commands; another key, since a layer below differs')
  })

  test('other commands, or the same for another user, are a difference', () => {
    expect(compared([...usual, made('RUN date', 'then', 'x'), made('RUN echo', 'echo', 'b')])).toEqual({
      rows: [
        'RUN date different: another key, with the same layers below: not made by the same commands in the same way',
      ],
      fields: [],
      isOnlyOfCommands: false,
    })
    expect(compared([...usual, made('RUN date', 'now', 'x'), made('RUN echo', 'echo', 'b')])).toMatchObject({
      fields: [`manifest.layers 'RUN date'.annotations.${layerKeyAnnotation}`],
      isOnlyOfCommands: false,
    })
    expect(compared([...usual, made('RUN date', 'now', 'a')])).toMatchObject({ isOnlyOfCommands: false })
  })

  test('a package’s layer below that differs is no less of a difference', () => {
    const layers = edited(1, ['python', 'python 3.13'])
    expect(compared([...layers, made('RUN date', 'then', 'x'), made('RUN echo', 'echo', 'y')])).toMatchObject(
      {
        rows: [
          'python different: ',
          'RUN date different: made by commands; another key, since a layer below differs',
          'RUN echo same: another key, since a layer below differs',
        ],
        isOnlyOfCommands: false,
      },
    )
  })

  test('an image cannot say it of a layer of packages', () => {
    const layers = edited(1, made('python', 'malware', 'k'))
    expect(compared(layers, image())).toMatchObject({ isOnlyOfCommands: false })
    expect(compared([...usual, made('payload', 'malware', 'k')], image())).toMatchObject({
      rows: ['payload extra: '],
      isOnlyOfCommands: false,
    })
  })

  test('the report names the files, and of long commands the beginning', () => {
    const files = Array.from({ length: 22 }, (_, index) => ({ path: `f\x1b${index}`, how: 'content' }))
    const lines = formatDifference({
      layers: [
        { title: `RUN date\nRUN echo`, verdict: 'different', remark: 'made by commands', files },
        { title: `RUN ${'x'.repeat(99)}`, verdict: 'same' },
      ],
      fields: [],
    }).split('\n')
    expect(lines[1]).toMatch(/^RUN date… +different {2}made by commands$/)
    expect(lines[2]).toMatch(/^RUN x{55}… {2}same$/)
    expect(lines.slice(3, 6)).toEqual(['', 'RUN date…: 22 files differ', '  /f\\u{1b}0: content'])
    expect(lines.at(-1)).toBe('  and 2 more')
  })
})

test('the report is a table and a list, in which an image cannot speak to the terminal', () => {
  const actual = image({ layers: [...usual, ['\x1b[2Jall is well', 'x']], env: ['PATH=\x9b2J'] })
  expect(formatDifference(compareImages(actual, image(), 1))).toBe(
    [
      'layer                 image',
      'base, layer 1         same',
      'python                same',
      'packages 3/32         same',
      'wiring                same',
      '\\u{1b}[2Jall is well  extra',
      '',
      'config.config.Env.PATH differs',
      '  image:    \\u{9b}2J',
      '  lockfile: /bin',
    ].join('\n'),
  )
})
