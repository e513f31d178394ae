import fc from 'fast-check'
import { UserError } from '../../../../src/common/errors.ts'
import { parseEntryPoint } from '../../../../src/packages/conda/entry-point.ts'
import { parsePackageInfo, type InfoFile } from '../../../../src/packages/conda/package-info.ts'
import { formatCsvRow, parseCsv } from '../../../../src/packages/wheel/csv.ts'
import { parseEntryPoints } from '../../../../src/packages/wheel/entry-points.ts'
import { parseHeaders } from '../../../../src/packages/wheel/headers.ts'
import { checkRecord, parseRecord } from '../../../../src/packages/wheel/record.ts'
import { planLink } from '../../../../src/prefix/link.ts'
import { accepts, holds, type FuzzTarget } from '../target.ts'
import { chosen, jsonLike, lines, word } from './words.ts'

const hex = 'ab'.repeat(32)
const paths = {
  paths_version: 1,
  paths: [
    { _path: 'bin/a', path_type: 'hardlink', sha256: hex, size_in_bytes: 3, no_link: false },
    { _path: 'site-packages/a/b.py', path_type: 'softlink', prefix_placeholder: '/old', file_mode: 'text' },
    { _path: 'share/c', path_type: 'directory' },
  ],
}
const index = { name: 'a', version: '1', build: '0', build_number: 0, noarch: 'python', depends: ['b'] }
const linkJson = {
  noarch: { type: 'python', entry_points: ['run = a.b:main', 'x=y:z'] },
  package_metadata_version: 1,
}

const context = {
  prefix: '/opt/conda',
  rootPrefix: '/opt/conda',
  python: { version: '3.12', executable: 'bin/python3.12', sitePackages: 'lib/python3.12/site-packages' },
  bytecode: true,
}

/** Whether a path stays where it belongs. */
function isBelow(path: string): boolean {
  return path !== '' && !path.startsWith('/') && !path.split('/').some((name) => ['', '.', '..'].includes(name)) && !path.includes('\0')
} // prettier-ignore

function plan(texts: ReadonlyMap<InfoFile, string>): void {
  const planned = planLink(parsePackageInfo(texts, 'a-1-0'), context)
  for (const path of [...planned.paths, planned.recordPath]) holds(isBelow(path), `that ${JSON.stringify(path)} is below the prefix`)
} // prettier-ignore

export const pathsJson: FuzzTarget<string> = {
  name: 'paths.json',
  share: 5,
  corpus: () => Promise.resolve([JSON.stringify(paths)]),
  tokens: JSON.stringify(paths).split(/\b/).concat('"_path":"../x"', '"_path":"/x"', '\\u0000', '\\ud800', '.wh.x', '"path_type":"door"'),
  made: jsonLike(paths),
  run: (text) =>
    accepts(() => { plan(new Map<InfoFile, string>([['index.json', JSON.stringify(index)], ['paths.json', text]])) }, UserError),
} // prettier-ignore

export const infoFiles: FuzzTarget<string> = {
  name: 'index.json, link.json, has_prefix',
  share: 5,
  corpus: () =>
    Promise.resolve([
      [JSON.stringify(index), JSON.stringify(linkJson), 'bin/a', ''].join('\u0001'),
      [JSON.stringify(index), '', 'bin/a\nlib/b c', '"/old prefix" text "lib/b c"\n/old binary bin/a'].join('\u0001'),
    ]),
  tokens: ['\u0001', 'text', 'binary', '"name":', '"noarch":true', '"entry_points":', '= a:b', '../', '"', "'", ' '],
  made: fc
    .tuple(jsonLike(index), jsonLike(linkJson), lines(chosen('bin/a', '/', '..', word)), lines(chosen('"/old"', ' text ', 'bin/a', word)))
    .map((texts) => texts.join('\u0001')),
  run: (text) => {
    const [indexText = '', link = '', files = '', prefixes = ''] = text.split('\u0001')
    return accepts(() => {
      plan(new Map<InfoFile, string>([['index.json', indexText], ['link.json', link || '{}'], ['files', files], ['has_prefix', prefixes]]))
    }, UserError)
  },
} // prettier-ignore

const recordText =
  'a/b.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n"a,b.py",,\na-1.dist-info/RECORD,,\n'

export const record: FuzzTarget<string> = {
  name: 'RECORD',
  share: 5,
  corpus: () => Promise.resolve([recordText]),
  tokens: ['a/b.py', ',', '"', '""', 'sha256=', 'md5=', '\r\n', '\n', '../', 'a-1.dist-info/RECORD', '\x1c', '1'],
  made: lines(chosen('a/b.py', ',', '"', '""', 'sha256=', 'x', '1', '../', '.data/', word)),
  run: (text) => {
    const rows = parseCsv(text)
    // eslint-disable-next-line no-control-regex -- these end a line
    const written = rows.filter((row) => row.length > 1).filter((row) => !row.some((field) => /[\v\f\x1c-\x1e\x85\u2028\u2029\r\n]/.test(field)))
    holds(JSON.stringify(parseCsv(written.map(formatCsvRow).join(''))) === JSON.stringify(written), 'that rows are the same when they are written and read')
    return accepts(() => {
      const own = parseRecord(text, 'a.whl')
      for (const [path] of own) holds(!path.split('/').includes('..') && !path.startsWith('/'), `that ${path} stays in the prefix`)
      checkRecord(own, [{ name: 'a/b.py', size: 0 }], 'a-1.dist-info/RECORD', 'a.whl')
    }, UserError)
  },
} // prettier-ignore

const entryPointTexts = [
  '[console_scripts]\nrun = a.b:main [extra]\n# comment\n[gui_scripts]\nwin=a:b.c\n',
  'Wheel-Version: 1.0\nName: a\n\nbody\n',
]

export const entryPoints: FuzzTarget<string> = {
  name: 'entry points',
  share: 7,
  corpus: () => Promise.resolve([...entryPointTexts, 'run = a.b:main', '"run = a:b [x]"']),
  tokens: ['[console_scripts]', '[', ']', '=', ':', '.', ' ', '"', '\n', '../', 'Name:', ' '],
  made: lines(chosen('[console_scripts]', 'run', ' = ', 'a', '.', 'b', ':', '[x]', '/', '\\', '"', "'", word)),
  run: (text) => {
    const parsed = parseEntryPoint(text)
    if ('command' in parsed) holds(isBelow(`bin/${parsed.command}`) && !parsed.command.includes('/'), `that ${parsed.command} lies in bin`)
    parseHeaders(text)
    return accepts(() => parseEntryPoints(text, 'a.whl'), UserError)
  },
} // prettier-ignore
