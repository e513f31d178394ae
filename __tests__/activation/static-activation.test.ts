import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  evaluateActivation,
  evaluateStatically,
  type PathKind,
} from '../../src/activation/static-activation.ts'
import { libxml2, prefixContent, staticScripts } from './activation-scripts.ts'

let prefix = ''
beforeAll(() => {
  prefix = mkdtempSync(join(tmpdir(), 'prefix-'))
  for (const path of prefixContent) {
    mkdirSync(join(prefix, path.endsWith('/') ? path : dirname(path)), { recursive: true })
    if (!path.endsWith('/')) writeFileSync(join(prefix, path), '')
  }
})
afterAll(() => {
  rmSync(prefix, { recursive: true })
})

function kindOf(path: string): PathKind {
  if (!path.startsWith(prefix)) return 'unknown'
  const found = statSync(path, { throwIfNoEntry: false })
  return found ? (found.isDirectory() ? 'directory' : 'file') : 'absent'
}

/** What bash exports after it has sourced a script, less what it sets by itself. */
function bash(script: string, variables: ReadonlyMap<string, string>): Record<string, string> {
  const file = join(prefix, 'script.sh')
  writeFileSync(file, script)
  const output = execFileSync(
    '/bin/bash',
    ['--norc', '-c', '. "$0" >/dev/null 2>&1; exec /usr/bin/env -0', file],
    {
      env: Object.fromEntries(variables),
      cwd: prefix,
      encoding: 'utf8',
    },
  )
  const pairs = output.split('\0').slice(0, -1)
  const all = pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)])
  return Object.fromEntries(
    all.filter(([name]) => !['_', 'PWD', 'SHLVL', 'OLDPWD'].includes(name ?? '')),
  ) as Record<string, string>
}

/** The variables that a script is found to leave; bash has to agree. */
function evaluated(script: string, given: Record<string, string> = {}): Record<string, string> {
  const before = new Map(Object.entries({ PATH: '/usr/bin', ...given }))
  const result = evaluateStatically(script, before, kindOf)
  if ('reason' in result) throw new Error(`line ${result.line}: ${result.reason}`)
  const variables = Object.fromEntries(result.variables)
  expect(variables).toEqual(bash(script, before))
  return variables
}

describe('scripts of packages', () => {
  const earlier = { GDAL_DATA: '/mine', PROJ_DATA: '/my data', JAVA_HOME: '/java', EARLIER: '1' }
  test.each(Object.entries(staticScripts))('%s is evaluated', (_name, script) => {
    for (const given of [{}, earlier]) {
      const before = { CONDA_PREFIX: prefix, ...given }
      expect(evaluated(script, before)).not.toEqual({ PATH: '/usr/bin', ...before })
    }
  })

  test('point at the files of the prefix', () => {
    const given = { CONDA_PREFIX: prefix, GDAL_DRIVER_PATH: '/gone' }
    const all = Object.values(staticScripts).join('\n')
    expect(evaluated(all, given)).toEqual({
      CONDA_PREFIX: prefix,
      PATH: `${prefix}/libexec::/usr/bin`,
      GDAL_DATA: `${prefix}/share/gdal`,
      _BEFORE_GDAL_DRIVER_PATH: '/gone',
      CPL_ZIP_ENCODING: 'UTF-8',
      PROJ_DATA: `${prefix}/share/proj`,
      PROJ_NETWORK: 'ON',
      JAVA_HOME_BEFORE: '',
      JAVA_HOME: `${prefix}/lib/jvm`,
      JAVA_LD_LIBRARY_PATH_BEFORE: '',
      JAVA_LD_LIBRARY_PATH: `${prefix}/lib/jvm/lib/server`,
      GEOTIFF_CSV: `${prefix}/share/epsg_csv`,
      UDUNITS2_XML_PATH: `${prefix}/share/udunits/udunits2.xml`,
      TITLE: "it's",
      IS_QUOTED: 'yes',
    })
  })

  test('that take a shell are told by name, and change nothing', () => {
    const result = evaluateActivation(
      [
        { path: 'first.sh', text: 'seen=1' },
        { path: 'libxml2.sh', text: libxml2 },
        { path: 'third.sh', text: 'export BROKEN=1\nexport BROKEN=$(date)' },
        { path: 'last.sh', text: 'export SEEN=$seen BROKEN=${BROKEN-no}' },
      ],
      new Map([['CONDA_PREFIX', prefix]]),
      kindOf,
    )
    expect(result.unknown).toEqual([
      { path: 'libxml2.sh', line: 9, reason: "a 'for' loop" },
      { path: 'third.sh', line: 2, reason: 'a command substitution' },
    ])
    expect(Object.fromEntries(result.variables)).toEqual({ CONDA_PREFIX: prefix, SEEN: '1', BROKEN: 'no' })
  })
})

describe('what is static', () => {
  test.each([
    ['nothing', '', {}],
    ['comments', '# A=1 $(date)\nexport A=2 # B=3', { A: '2' }],
    ['a variable that is not exported', 'A=1; B=$A; export B', { B: '1' }],
    ['an export before the value', 'export A; A=1', { A: '1' }],
    ['an export without a value', 'export A', {}],
    ['a change of what is exported', 'GIVEN=2', { GIVEN: '2' }],
    ['an empty value', 'export A= B=""', { A: '', B: '' }],
    ['exports expanded before they are made', 'A=old; export A=new B=$A', { A: 'new', B: 'old' }],
    ['assignments made one by one', 'A=1 B=${A}2; export B', { B: '12' }],
    ['a value with blanks and no quotes around it', "A='a  b *'; export B=$A", { B: 'a  b *' }],
    [
      'quotes of all kinds',
      `export A=a" \\$b \\"'"'\\ "'\\ c\\'`,
      { A: `a $b "'\\ "\\ c'`.replace('\\ c', ' c') },
    ],
    ['lines that go on', 'export A=a\\\nb B="c\\\nd"', { A: 'ab', B: 'cd' }],
    ['lines in a value', "export A='a\nb'", { A: 'a\nb' }],
    ['defaults', 'export A=${X-1} B=${X:-2} C=${E-3} D=${E:-4}', { A: '1', B: '2', C: '', D: '4' }],
    [
      'alternatives',
      'export A=${X+1} B=${E+2} C=${E:+3} D=${GIVEN:+"$GIVEN 4"}',
      { A: '', B: '2', C: '', D: '1 4' },
    ],
    ['defaults that stay', ': ${X=a} "${E:=b c}"; export X', { X: 'a', E: 'b c' }],
    [
      'defaults in quotes',
      'export A="${X:-a  b}" B="${X-}" C="${E:=d}"',
      { A: 'a  b', B: '', C: 'd', E: 'd' },
    ],
    ['defaults of defaults', 'export A="${X:-${Y:-$GIVEN}}"', { A: '1' }],
    ['words that vanish', '[ $X ] || [ -n $X ] && export A=1', { A: '1' }],
    ['a test of two words', '[ ! $X ] && export A=1; [ ! "$X" ] && export B=1', { A: '1', B: '1' }],
    ['comparisons', '[ "$GIVEN" == 1 ] && test a != b && [[ $GIVEN = "1" ]] && export A=1', { A: '1' }],
    ['logic in a test', '[[ ! ( -n $X || -z $GIVEN ) && a == a ]] && export A=1', { A: '1' }],
    ['a chain from left to right', 'false && A=1 || export B=1 && ! false && export C=1', { B: '1', C: '1' }],
    ['the way not taken', 'if false; then $(date); elif true; then export A=1; else for; fi', undefined],
    [
      'a loop that is not reached',
      'if [ -n "$X" ]; then for i in 1; do A=$i; done; fi; export B=1',
      { B: '1' },
    ],
    ['a status of if', 'if false; then :; fi && export A=1', { A: '1' }],
    ['variables that are taken away', 'unset GIVEN E NEVER', { GIVEN: undefined, E: undefined }],
    ['PATH', 'export PATH=$PATH:/x', { PATH: '/usr/bin:/x' }],
  ])('%s', (_name, script, expected) => {
    if (expected === undefined) {
      expect(evaluateStatically(script, new Map(), kindOf)).toHaveProperty('reason')
      return
    }
    const given = { GIVEN: '1', E: '' }
    const wanted = Object.entries({ PATH: '/usr/bin', ...given, ...expected }).filter(
      ([, value]) => value !== undefined,
    )
    expect(evaluated(script, given)).toEqual(Object.fromEntries(wanted))
  })

  test.each([
    ['-d', 'share/gdal', true],
    ['-d', 'share//gdal/', true],
    ['-f', 'share/gdal', false],
    ['-e', 'share/gdal', true],
    ['-f', 'share/proj/proj.db', true],
    ['-f', 'share/proj/proj.db/', false],
    ['-e', 'share/proj/proj.db/', false],
    ['-e', 'share/nothing', false],
  ])('%s %s', (operator, path, expected) => {
    const script = `[ ${operator} "$CONDA_PREFIX/${path}" ] && [[ ${operator} $CONDA_PREFIX/${path} ]] && export A=1`
    expect('A' in evaluated(script, { CONDA_PREFIX: prefix })).toBe(expected)
  })
})

describe('what is not', () => {
  test.each([
    ['export A=$(date)', 'a command substitution'],
    ['export A="`date`"', 'a command substitution'],
    ['A=$((1+1))', 'arithmetic'],
    ['f() { :; }', 'a function'],
    ['. other.sh', "the command '.'"],
    ['source other.sh', "the command 'source'"],
    ['eval "A=1"', "the command 'eval'"],
    ['echo hello', "the command 'echo'"],
    ['set -u', "the command 'set'"],
    ['return 0', "the command 'return'"],
    ['$CMD', "the command '$CMD'"],
    ['"export" A=1', `the command '"export"'`],
    ['for i in a; do :; done', "a 'for' loop"],
    ['while false; do :; done', 'a loop'],
    ['case a in *) ;; esac', "'case'"],
    ['(export A=1)', 'a subshell'],
    ['true | true', 'a pipeline'],
    ['true &', 'a command in the background'],
    ['A=1 export B', "variables for 'export' alone"],
    ['A=(1 2)', 'an array'],
    ['A[0]=1', 'an array'],
    ['A+=1', "the assignment 'A+=1'"],
    ['export A=~/x', "a '~' without quotes"],
    ['export A={a,b}', 'a brace expansion'],
    ["export A=$'a'", "a $'…' string"],
    ['[ -f /x/*.so ]', 'a wildcard'],
    ['[[ a == a* ]]', 'a wildcard'],
    ['A="*"; [[ a == $A ]]', "the pattern '$A'"],
    ['A="a b"; [ -n $A ]', "'$A' without quotes, which has blanks or wildcards in it"],
    ['A=${B%/*}', "the expansion '${B%/*}'"],
    ['A=${#B}', "the expansion '${#B}'"],
    ['A=${B:?}', "the failure of '${B:?}'"],
    [`A="\${B:-'c'}"`, "quotes inside of '${B:-'c'}'"],
    ['A=$1', 'the parameter $1'],
    ['A=$?', 'the parameter $?'],
    ['A=$HOME', '$HOME, which only the container knows'],
    ['A=${RANDOM:-}', '$RANDOM, which only the container knows'],
    ['A=$BASH_SOURCE', '$BASH_SOURCE, which only the container knows'],
    ['IFS=:', 'a change of $IFS'],
    ['unset UID', 'a change of $UID'],
    ['[ -x /bin/sh ]', "the test '-x'"],
    ['[ 1 -lt 2 ]', "the test '1 -lt 2'"],
    ['[ a = a -o b = b ]', "the test 'a = a -o b = b'"],
    ['[[ a =~ a ]]', "the test '=~'"],
    ['[ -f /etc/passwd ]', "whether '/etc/passwd' is there"],
    ['[ -f relative ]', "whether 'relative' is there"],
    ['export -n PATH', "'export' with '-n'"],
    ['export', "'export' without a name"],
    ['unset -f f', "'unset' with '-f'"],
    [': > file', 'a redirection'],
    [': < /dev/null', 'a redirection'],
    ['{ A=1; } > file', 'a redirection'],
    ['test ( = a', "'(' out of place"],
    ['if false; then test ( = a; fi', "'(' out of place"],
    ['[[ a = ( ]]', "'(' out of place"],
    ['[[ ]] && [[ ]]', "']]' out of place"],
    ['export A=$', "a '$' without a name"],
    ['A=1\r', 'a control character'],
    ['export A=$\\\nPATH', 'a name that goes on in the next line'],
    ['export A="$PATH\\\nX"', 'a name that goes on in the next line'],
  ])('%j: %s', (script, reason) => {
    const variables = new Map([['PATH', '/bin']])
    expect(evaluateStatically(`\n: first\n${script}\n`, variables, kindOf)).toEqual({ reason, line: 3 })
  })

  // With a line end in the quotes bash drops it, without one bash keeps it.
  test.each(["export A='a\nb'\\", "export A='a'\\"])('%j: a backslash at the very end', (script) => {
    expect(evaluateStatically(script, new Map(), kindOf)).toMatchObject({
      reason: 'a backslash at the very end',
    })
  })

  test.each([
    'if true; then',
    'A="',
    'fi',
    'A=$(',
    '[[ a',
    'if true\n; then A=1; fi',
    '[[ -n\n$A ]]',
    '[[ a\n= b ]]',
  ])('%j is a syntax error', (script) => {
    expect(evaluateStatically(script, new Map(), kindOf)).toHaveProperty('reason')
  })
})

describe('whatever is said to be static, bash does', () => {
  const name = fc.constantFrom('A', 'B', 'C', 'PATH', 'EMPTY')
  const text = fc.constantFrom(
    '',
    'a',
    'b c',
    '/x',
    '-n',
    '=',
    '!',
    '*',
    '\\',
    'a\\ b',
    '$',
    '#',
    ':',
    ']',
    '(',
    'é',
  )
  const operator = fc.constantFrom('-', ':-', '+', ':+', '=', ':=')
  const { word } = fc.letrec<{ word: string; part: string; inner: string }>((tie) => ({
    word: fc.array(tie('part'), { maxLength: 3 }).map((parts) => parts.join('')),
    part: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      text,
      text.map((value) => `'${value}'`),
      name.map((variable) => `$${variable}`),
      fc.array(tie('inner'), { maxLength: 3 }).map((parts) => `"${parts.join('')}"`),
      tie('inner'),
    ),
    inner: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      text,
      name.map((variable) => `$${variable}`),
      fc.tuple(name, operator, tie('word')).map(([variable, op, value]) => `\${${variable}${op}${value}}`),
    ),
  }))
  const tested = fc.oneof(
    fc.tuple(fc.constantFrom('-n', '-z', '', '!', '! -z'), word).map((words) => words.join(' ')),
    fc.tuple(word, fc.constantFrom('=', '==', '!='), word).map((words) => words.join(' ')),
  )
  const { script } = fc.letrec<{ script: string; command: string }>((tie) => ({
    script: fc
      .array(fc.tuple(tie('command'), fc.constantFrom('\n', '; ', ' && ', ' || ')), {
        minLength: 1,
        maxLength: 5,
      })
      .map((commands) => `${commands.flat().join('')} :\n`),
    command: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      fc.tuple(name, word).map(([variable, value]) => `${variable}=${value}`),
      fc.tuple(name, word).map(([variable, value]) => `export ${variable}=${value}`),
      fc.tuple(name, word, name).map(([first, value, second]) => `export ${first}=${value} ${second}`),
      word.map((value) => `: ${value}`),
      name.map((variable) => `unset ${variable}`),
      tested.map((test) => `[ ${test} ]`),
      tested.map((test) => `! test ${test}`),
      tested.map((test) => `[[ ${test} ]]`),
      fc.tuple(tie('command'), tie('script'), tie('script')).map(([condition, yes, no]) => {
        return `if ${condition}; then ${yes} else ${no} fi`
      }),
    ),
  }))

  const before = new Map([
    ['PATH', '/usr/bin'],
    ['A', 'a value'],
    ['B', '/x'],
    ['EMPTY', ''],
  ])
  const check = (source: string) => {
    const result = evaluateStatically(source, before, kindOf)
    if ('variables' in result) expect(Object.fromEntries(result.variables)).toEqual(bash(source, before))
    return 'variables' in result
  }

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
    const sources = Object.values(staticScripts).map((source) => `CONDA_PREFIX=${prefix}\n${source}`)
    const damaged = fc
      .tuple(
        fc.constantFrom(...sources),
        fc.nat(),
        fc.nat({ max: 6 }),
        fc.constantFrom('', '"', "'", '$', '}', '\n', '\\\n', '`', ' '),
      )
      .map(([source, at, length, inserted]) => {
        const place = at % source.length
        return source.slice(0, place) + inserted + source.slice(place + length)
      })
    fc.assert(
      fc.property(damaged, (source) => void check(source)),
      { numRuns: 200 },
    )
  })
})
