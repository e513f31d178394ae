import fc from 'fast-check'

/** Anything, mostly short. */
export const word: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.string({ maxLength: 4, unit: 'binary' }),
  fc.constantFrom('\n', '\0', '\u202e', '\r', '\t', '${{', '"', '\\', '', '..'),
)

/** Some of these, one behind the other. */
export function chosen(...parts: readonly (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> {
  const part = fc.oneof(...parts.map((one) => (typeof one === 'string' ? fc.constant(one) : one)))
  return fc.array(part, { maxLength: 9 }).map((words) => words.join(''))
}

/** Lines, each like one of these. */
export function lines(...line: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.array(fc.oneof(...line), { maxLength: 9 }), fc.constantFrom('\n', '\n', '\r\n'))
    .map(([all, end]) => all.join(end))
}

/** JSON whose values are now and then of another kind than they should be. */
export function jsonLike(shape: unknown): fc.Arbitrary<string> {
  return crooked(shape).map((value) => JSON.stringify(value))
}

const strange = fc.oneof(
  fc.constantFrom<unknown>(null, true, -1, 0.5, 1e300, '', '..', '/', 'a\nb', '\0', '::add-mask::x', [], {}, [null], { a: [] }),
  word,
  fc.integer(),
) // prettier-ignore

function crooked(shape: unknown): fc.Arbitrary<unknown> {
  const right: fc.Arbitrary<unknown> = Array.isArray(shape)
    ? fc.tuple(fc.tuple(...shape.map(crooked)), fc.constantFrom(1, 1, 1, 2)).map(([items, times]) => Array.from({ length: times }, () => items).flat())
    : typeof shape === 'object' && shape !== null
      ? fc.tuple(...Object.entries(shape).map(([key, value]) => fc.tuple(fc.constant(key), crooked(value), fc.boolean()))).map((entries) =>
          Object.fromEntries(entries.flatMap(([key, value, isThere], index) => (isThere || index % 3 > 0 ? [[key, value]] : []))),
        )
      : fc.constant(shape) // prettier-ignore
  return fc.oneof({ weight: 12, arbitrary: right }, { weight: 1, arbitrary: strange })
}
