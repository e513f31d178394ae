import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { linkMessage, type LinkScript } from '../../src/activation/link-message.ts'
import type { Printed } from '../../src/activation/shell-output.ts'
import { printingScripts } from './link-messages.ts'

const root = mkdtempSync(join(tmpdir(), 'root-'))
afterAll(() => {
  rmSync(root, { recursive: true })
})

const prefix = join(root, 'prefix')
const demo = { name: 'demo', version: '1.2', buildNumber: 3 }

function evaluate(text: string, moment: LinkScript['moment'] = 'post-link'): Printed | undefined {
  return linkMessage({ moment, text, prefix, rootPrefix: '/opt/root', package: demo })
}

/** What bash prints, given the variables of a link script. Nothing else may have been written. */
function bash(script: string): Printed {
  rmSync(prefix, { recursive: true, force: true })
  mkdirSync(join(prefix, 'bin'), { recursive: true })
  writeFileSync(join(prefix, 'bin/.demo-post-link.sh'), script)
  const { stdout, stderr, status } = spawnSync('/bin/bash', ['.demo-post-link.sh'], {
    cwd: join(prefix, 'bin'),
    env: {
      PATH: '/usr/bin:/bin',
      PREFIX: prefix,
      CONDA_PREFIX: prefix,
      ROOT_PREFIX: '/opt/root',
      PKG_NAME: demo.name,
      PKG_VERSION: demo.version,
      PKG_BUILDNUM: '3',
    },
    encoding: 'utf8',
    input: '',
  })
  expect(status).toBe(0)
  const left = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()
  const isThere = left.includes('prefix/.messages.txt')
  const expected = ['prefix', 'prefix/bin', 'prefix/bin/.demo-post-link.sh']
  expect(left).toEqual([...expected, ...(isThere ? ['prefix/.messages.txt'] : [])].sort())
  return { stdout, stderr, file: isThere ? readFileSync(join(prefix, '.messages.txt'), 'utf8') : '' }
}

/** What a script is found to print; bash has to agree. */
function printed(script: string): Printed {
  const result = evaluate(script)
  if (!result) throw new Error('it does more than print')
  expect(result).toEqual(bash(script))
  return result
}

describe('scripts of packages', () => {
  test.each(Object.entries(printingScripts))('%s only prints', (name, script) => {
    const { stdout, stderr, file } = printed(script)
    expect(stdout + stderr + file === '').toBe(name === 'nothing')
  })

  test('have their variables in what they print', () => {
    expect(printed(printingScripts['database'] ?? '').file).toContain(`cd ${prefix}/share/demo-1.2-3\n`)
    expect(printed('echo $CONDA_PREFIX $ROOT_PREFIX').stdout).toBe(`${prefix} /opt/root\n`)
  })

  test('before linking there is no active environment, and no file has the path of the prefix yet', () => {
    expect(evaluate('echo $PREFIX $PKG_NAME', 'pre-link')?.stdout).toBe(`${prefix} demo\n`)
    expect(evaluate('echo $CONDA_PREFIX', 'pre-link')).toBeUndefined()
    expect(evaluate(`echo ${prefix}/bin`)?.stdout).toBe(`${prefix}/bin\n`)
    expect(evaluate(`echo ${prefix}/bin`, 'pre-link')).toBeUndefined()
  })
})

describe('what only prints', () => {
  const file = '"$PREFIX/.messages.txt"'
  test.each([
    ['nothing', '', {}],
    [
      'options of echo',
      'echo -n a; echo -ne "b\\n"; echo -eE "c\\n"; echo -; echo -x; echo',
      { stdout: 'ab\nc\\n\n-\n-x\n\n' },
    ],
    [
      'escapes',
      `echo "a\\nb"; echo -e 'a\\nb\\t\\\\\\033[0m\\e[1m'`,
      { stdout: 'a\\nb\na\nb\t\\\u001b[0m\u001b[1m\n' },
    ],
    [
      'formats',
      `printf a; printf '%s-%%\\n' b c; printf '%s|%s;' d; printf -- 'e\\"\\\\"\\n' f`,
      { stdout: 'ab-%\nc-%\nd|;e"\\"\n' },
    ],
    [
      'a file that is overwritten',
      `echo a > ${file}; echo b >| ${file}; echo c >> ${file}`,
      { file: 'b\nc\n' },
    ],
    ['a file that is emptied', `echo a > ${file}; > ${file}; echo b >>${file}`, { file: 'b\n' }],
    ['a path with more slashes', 'echo a >> $PREFIX//.messages.txt', { file: 'a\n' }],
    ['both outputs', `echo a &>> ${file}; { echo b >&2; } &>> ${file}`, { file: 'a\nb\n' }],
    ['outputs that are exchanged', `{ echo a; echo b >&2; } 2>&1 >> ${file}`, { stdout: 'b\n', file: 'a\n' }],
    ['output to nowhere', 'echo a >/dev/null; echo b 2>/dev/null >&2; echo c &>/dev/null', {}],
    ['output of a condition', 'if echo a; then echo b; fi >&2', { stderr: 'a\nb\n' }],
    [
      'blocks in blocks',
      `{ echo a; { echo b; echo c >&2; } >> ${file}; echo d; } 2>> ${file}`,
      { stdout: 'a\nd\n', file: 'b\nc\n' },
    ],
    [
      'two here-documents',
      'cat <<A; cat <<B\n$PKG_NAME\nA\n\\$PKG_NAME\nB\necho c',
      { stdout: 'demo\n$PKG_NAME\nc\n' },
    ],
    ['two for one', 'cat <<A <<B\na\nA\nb\nB\n', { stdout: 'b\n' }],
    ['a chain behind one', 'cat <<A &&\na\nA\necho b', { stdout: 'a\nb\n' }],
    [
      'quotes and backslashes in one',
      'cat <<A\n"it\'s" \\n \\\\ \\" \\x ~ * { a,b } # no\nA\n',
      { stdout: '"it\'s" \\n \\ \\" \\x ~ * { a,b } # no\n' },
    ],
    ['defaults in one', 'X=; cat <<A\n${X:-none} ${PKG_NAME:+some}\nA\n', { stdout: 'none some\n' }],
    ['an end in quotes', 'cat <<"A"\n\\$X `y` \\\nA\n', { stdout: '\\$X `y` \\\n' }],
    [
      'indented ones',
      'X="\t"; cat <<-A\n\t\t$PKG_NAME\t\t${PKG_NAME}\n\t\\$X\n$X\t-\n\n\t\n\tA\ncat <<-"B"\n\t$X\n B\n\tB',
      { stdout: 'demo\t\tdemo\n$X\n\t\t-\n\n\n$X\n B\n' },
    ],
    ['no end of the last line', 'cat <<A\na\nA', { stdout: 'a\n' }],
    ['the end of the script', 'echo a; if true; then exit 0; fi; rm -rf /', { stdout: 'a\n' }],
    ['a way not taken', 'if [ $PKG_NAME = other ]; then wget x; else echo a; fi', { stdout: 'a\n' }],
    ['variables of its own', 'export A=1; B="$A 2"; unset A; echo "$B"', { stdout: '1 2\n' }],
  ])('%s', (_name, script, expected) => {
    expect(printed(script)).toEqual({ stdout: '', stderr: '', file: '', ...expected })
  })
})

describe('what does more, or may', () => {
  test.each([
    'touch "$PREFIX/x"',
    'echo a > x',
    'echo a > "$PREFIX/x"',
    'echo a > ../.messages.txt',
    'echo a > $PREFIX/bin/../.messages.txt',
    'echo a > $PREFIX/.messages.txt.d',
    'echo a > .messages.txt',
    'echo a > /dev/stdout',
    'echo a > "$PREFIX"/*.txt',
    'echo a > ${X:=$PREFIX}/.messages.txt',
    'X=$PREFIX > $X/.messages.txt',
    'PREFIX=/x; echo a > $PREFIX/.messages.txt',
    'echo a >&x',
    'echo a 3> $PREFIX/.messages.txt',
    'echo a {fd}> $PREFIX/.messages.txt',
    'echo a >&3',
    'echo a >&-',
    'echo a <> $PREFIX/.messages.txt',
    '{ echo a; echo b > $PREFIX/.messages.txt; } > $PREFIX/.messages.txt',
    '{ echo a; echo b >> $PREFIX/.messages.txt; } > $PREFIX/.messages.txt',
    '{ echo a; echo b > $PREFIX/.messages.txt; } >> $PREFIX/.messages.txt',
    '{ echo a; echo b >&2; } > $PREFIX/.messages.txt 2> $PREFIX/.messages.txt',
    'exec >> $PREFIX/.messages.txt',
    'echo $(date)',
    'echo `date`',
    'echo "$HOME"',
    'echo "$USER" "${TERM:-}"',
    'echo $UNKNOWN',
    'echo ${UNKNOWN:-a}',
    'X=1; unset X; echo $X',
    'echo $1',
    'echo $?',
    'echo *',
    'echo ~',
    'echo {a,b}',
    'echo a | cat',
    'echo a &',
    '(echo a)',
    'for i in a; do echo $i; done',
    'case $PKG_NAME in *) echo a;; esac',
    'f() { echo a; }; f',
    'if [ -f /.dockerenv ]; then echo a; fi',
    'if [ -f "$PREFIX/bin/demo" ]; then echo a; fi',
    'PATH=/x; cat <<A\na\nA\n',
    'export LD_LIBRARY_PATH=$PREFIX/lib; cat <<A\na\nA\n',
    'A=1 echo a',
    'command echo a',
    '/bin/echo a',
    "echo -e '\\x41'",
    "echo -e 'a\\c'",
    "echo -e '\\0331'",
    "printf '%d' 1",
    "printf '%b' a",
    "printf '%5s' a",
    "printf '%'",
    'printf -v X a',
    'printf',
    'cat',
    'cat file',
    'cat - <<A\na\nA\n',
    'cat < /etc/passwd',
    'cat <<< a',
    'cat 3<<A\na\nA\n',
    'cat {fd}<<A\na\nA\n',
    'cat <<A\n$(date)\nA\n',
    'cat <<A\n`date`\nA\n',
    'cat <<A\n$X\nA\n',
    'cat <<A\nfor 5 $\nA\n',
    'cat <<A\na\\\nb\nA\n',
    'cat <<A\na\n',
    'cat <<A\na\n A\n',
    'cat <<-A\n${X:-a\n\tb}\n\tA\n',
    'cat <<$A\na\n$A\n',
    'echo <<A\na\nA\n',
    '{ cat; } <<A\na\nA\n',
    '<<A\na\nA\n',
    'cat <<A\na\nA\n; echo b',
    'echo a; exit 1',
    'echo a; exit',
    'echo a; return 0',
    'echo a; false',
    'echo "a',
    'echo a\r',
    'set -e; echo a',
    'source x',
    'echo \ufffd',
    '\ufeffecho a',
  ])('%j', (script) => {
    expect(evaluate(script)).toBeUndefined()
  })
})

describe('whatever is said to print, bash prints, and does nothing else', () => {
  beforeEach(() => {
    rmSync(prefix, { recursive: true, force: true })
  })

  const check = (script: string): boolean => {
    const result = evaluate(script)
    if (result) expect(bash(script)).toEqual(result)
    return result !== undefined
  }

  const word = fc
    .array(
      fc.constantFrom(
        'a',
        ' ',
        '$PKG_NAME',
        '${PREFIX}',
        '${X:-b}',
        '\\n',
        '\\',
        '\\$',
        '$',
        '"',
        "'",
        '%s',
        '%%',
        '-n',
        '#',
        '*',
        'é',
        '\t',
        '`',
        '!',
        '\n',
        '\\033[1m',
      ),
      { maxLength: 4 },
    )
    .map((parts) => parts.join(''))
  const argument = fc.oneof(
    word,
    word.map((text) => `"${text}"`),
    word.map((text) => `'${text}'`),
  )
  const to = fc.constantFrom(
    '',
    '',
    '>> $PREFIX/.messages.txt',
    '>> "${PREFIX}/.messages.txt" 2>&1',
    '> "$PREFIX"/.messages.txt',
    '>&2',
    '2>&1 >/dev/null',
    '&>> $PREFIX/.messages.txt',
  )
  const { script } = fc.letrec<{ script: string; command: string }>((tie) => ({
    script: fc.array(tie('command'), { minLength: 1, maxLength: 4 }).map((commands) => commands.join('\n')),
    command: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      fc
        .tuple(
          fc.constantFrom('echo', 'echo -e', 'echo -n', 'printf', 'printf "%s|"', ':'),
          argument,
          argument,
          to,
        )
        .map((parts) => parts.join(' ')),
      fc
        .tuple(fc.constantFrom('<<E', '<< "E"', '<<-E', "<<'E'"), to, fc.array(word, { maxLength: 3 }))
        .map(([start, where, lines]) => `cat ${start} ${where}\n${[...lines, 'E'].join('\n')}`),
      argument.map((text) => `X=${text}`),
      fc.tuple(tie('script'), to).map(([block, where]) => `{ ${block}\n} ${where}`),
      fc
        .tuple(argument, tie('script'), tie('script'))
        .map(([text, yes, no]) => `if [ "$PKG_NAME" != ${text} ]; then ${yes}\nelse ${no}\nfi`),
      fc.constant('exit 0'),
    ),
  }))

  test('scripts in the language that it knows', () => {
    let count = 0
    fc.assert(
      fc.property(script, (source) => {
        if (check(source)) count++
      }),
      { numRuns: 400 },
    )
    // Otherwise the property would say nothing.
    expect(count).toBeGreaterThan(60)
  })

  test('scripts of packages, damaged', () => {
    const damaged = fc
      .tuple(
        fc.constantFrom(...Object.values(printingScripts)),
        fc.nat(),
        fc.nat({ max: 6 }),
        fc.constantFrom(
          '',
          '"',
          "'",
          '$',
          '}',
          '\n',
          '\\\n',
          '`',
          ' ',
          'EOF',
          '>',
          '<<E',
          '\\',
          '&',
          '%',
          ';',
        ),
      )
      .map(([source, at, length, inserted]) => {
        const place = at % source.length
        return source.slice(0, place) + inserted + source.slice(place + length)
      })
    fc.assert(
      fc.property(damaged, (source) => void check(source)),
      { numRuns: 300 },
    )
  })
})
