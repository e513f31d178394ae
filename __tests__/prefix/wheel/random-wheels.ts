import fc from 'fast-check'
import { makeWheel, type MadeWheel, type WheelItem } from '../../packages/make-wheel.ts'

const segment = fc
  .oneof(
    fc.stringMatching(/^[A-Za-z0-9_.,"' #;-]{1,12}$/),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }),
    fc.constantFrom('__init__', '__pycache__', 'a', 'B', 'data', 'scripts', 'INSTALLER', 'x.dist-info'),
  )
  // What a RECORD cannot say, a file system cannot hold, or an image takes for a removal.
  .filter((name) => !/^\.{1,2}$|^\.wh\.|[/\\\p{Cc}\p{Cs}\u2028\u2029]/u.test(name))
const suffix = fc.constantFrom('', '.py', '.pyi', '.txt', '.so')
const filePath = fc
  .tuple(fc.array(segment, { maxLength: 3 }), segment, suffix)
  .map(([directories, name, end]) => [...directories, `${name}${end}`].join('/'))
  // python names the bytecode of a source that is called `.py` in a way of its own, and a file in the way of bytecode is refused
  .filter((path) => !/(?:^|\/)(?:\.py|__pycache__)$/.test(path))
const content = fc.oneof(
  fc.constantFrom(
    '',
    'a = 1\n',
    'def (',
    '#!python\nprint()\n',
    '#!pythonw',
    '#!python\r\n\r\n',
    '#!pytho',
    '#!/bin/sh\n',
  ),
  fc.string({ unit: 'binary' }),
)
const mode = fc.oneof(
  fc.constantFrom(0o100644, 0o100755, 0o120777, 0o755, 0),
  fc.nat({ max: 0o7777 }).map((bits) => 0o100000 | bits),
)
const item = fc.record({ content, mode, isStored: fc.boolean() })
const place = fc.constantFrom('root', 'root', 'root', 'purelib', 'platlib', 'headers', 'scripts', 'data')
const file = fc.record({ place, path: filePath, item })

const identifier = fc.stringMatching(/^[a-zé_][a-zA-Zé0-9_]{0,6}$/)
const dotted = fc.array(identifier, { minLength: 1, maxLength: 3 }).map((names) => names.join('.'))
const entryPoint = fc.record({
  group: fc.constantFrom('console_scripts', 'gui_scripts'),
  name: fc.stringMatching(/^[A-Za-z0-9_., +-]{1,10}$/),
  module: dotted,
  callable: dotted,
  equals: fc.constantFrom('=', ' = ', '  =\t'),
  extras: fc.constantFrom('', ' [a]', '[a,b]', ' [ a-b, c ] '),
})

const parts = fc.record({
  files: fc.array(file, { maxLength: 12 }),
  entryPoints: fc.array(entryPoint, { maxLength: 4 }),
})

/** Wheels of whatever kind, each with files and scripts that no other one has. */
export function randomWheels(count: number): MadeWheel[] {
  return fc.sample(parts, count).map(({ files, entryPoints }, number) => {
    const name = `random_${number}`
    const items: Record<string, WheelItem> = {}
    const taken = new Set<string>()
    for (const one of files) {
      const below = one.place === 'root' ? '' : `${name}-1.0.data/${one.place}/`
      const path = `${below}own_${number}/${one.path}`
      const names = path.split('/')
      const above = names.map((_, depth) => names.slice(0, depth + 1).join('/')).slice(0, -1)
      if (Object.hasOwn(items, path) || taken.has(path) || above.some((one) => Object.hasOwn(items, one)))
        continue
      for (const one of above) taken.add(one)
      items[path] = one.item
    }
    const lines = entryPoints.map(
      ({ group, name: script, module, callable, equals, extras }) =>
        `[${group}]\n${script}${number}${equals}${module}:${callable}${extras}\n`,
    )
    return makeWheel({ name, files: items, entryPoints: lines.join('') })
  })
}
