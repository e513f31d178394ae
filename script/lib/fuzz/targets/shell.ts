import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { staticScripts } from '../../../../__tests__/activation/activation-scripts.ts'
import { linkMessage } from '../../../../src/activation/link-message.ts'
import { evaluateStatically } from '../../../../src/activation/static-activation.ts'
import { holds, type FuzzTarget } from '../target.ts'
import { scratch } from './scratch.ts'
import { chosen, lines, word } from './words.ts'

const given = { PATH: '/usr/bin', CONDA_PREFIX: '/opt/conda', A: 'a b', GDAL_DATA: '/mine' }
const tokens = Object.values(staticScripts)
  .flatMap((text) => text.split(/(\s+|\b)/))
  .concat(
    '${A:-b}',
    '${A%b}',
    '${A//a/b}',
    '$A',
    '"$A"',
    "'",
    '[[ ',
    ' ]]',
    '&&',
    '||',
    '!',
    '{ ',
    '; }',
    'export ',
    'unset ',
    '$((',
    '$(',
    '`',
    '<<E\n',
    '\nE\n',
    '~',
    '*',
    '\\',
  )
const made = lines(
  chosen('export ', 'A', 'B', '=', '$A', '${A:+x}', '"', "'", ' ', 'a', '/', ':', '\\', word),
  chosen('if ', '[ ', '[[ ', '-n ', '-z ', '"$A"', ' = ', ' == ', ' ]', ' ]]', '; then ', 'fi', 'else ', '&& ', '|| ', 'B=1', '! '),
) // prettier-ignore
const corpus = () => Promise.resolve(Object.values(staticScripts))

/** Whatever a script is, it is found out without a crash whether its effect can be known. */
export const shell: FuzzTarget<string> = {
  name: 'static part of bash',
  share: 2,
  corpus,
  tokens,
  made,
  run: (text) => {
    const place = { prefix: '/opt/conda', rootPrefix: '/opt/conda', package: { name: 'a', version: '1', buildNumber: 0 } }
    linkMessage({ moment: 'post-link', text, ...place })
    return 'variables' in evaluateStatically(text, new Map(Object.entries(given)), () => 'unknown')
  },
} // prettier-ignore

const directory = scratch()

/** What bash exports after it has sourced a script, less what it sets by itself. Nothing is found on its PATH. */
function bash(text: string): Record<string, string> {
  const file = join(directory, 'script.sh')
  writeFileSync(file, text)
  const program = '. "$0" >/dev/null 2>&1; exec /usr/bin/env -0'
  const output = execFileSync('/bin/bash', ['--norc', '-c', program, file], {
    env: given,
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 10_000,
  })
  const pairs = output.split('\0').slice(0, -1)
  return Object.fromEntries(
    pairs
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const)
      .filter(([name]) => !['_', 'PWD', 'SHLVL', 'OLDPWD'].includes(name)),
  )
}

/** What is known of a script has to be what bash does. */
export const againstBash: FuzzTarget<string> = {
  name: 'static part of bash, against bash',
  share: 1,
  corpus,
  tokens,
  made,
  run: (text) => {
    // Lone surrogates are in no file, and bash is for UTF-8.
    if (!text.isWellFormed()) return false
    const result = evaluateStatically(text, new Map(Object.entries(given)), () => 'unknown')
    if (!('variables' in result)) return false
    const [known, real] = [Object.fromEntries(result.variables), bash(text)]
    holds(isDeepStrictEqual(known, real), `that ${JSON.stringify(known)} is what bash exports, ${JSON.stringify(real)},`)
    return true
  },
} // prettier-ignore
