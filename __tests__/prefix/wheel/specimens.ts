import { makeWheel, type MadeWheel } from '../../packages/make-wheel.ts'

const executable = 0o100755

/** Wheels that have among them all that a wheel can have, with no path in two of them. */
export const specimens: readonly MadeWheel[] = [
  makeWheel({
    name: 'pure',
    files: {
      'pure/__init__.py': 'version = 1\n',
      'pure/sub/module.py': 'def run(): pass\n',
      'pure/sub/data.json': '{}',
      'pure/empty.txt': '',
      'pure.py': '"""beside its package"""\n',
      'pure.pth': 'import pure\n',
      'pure-notes': 'without a suffix',
    },
  }),
  makeWheel({
    name: 'Platform.Specific',
    version: '2.1+cu121',
    tag: 'cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64',
    files: {
      'platform_specific/_native.cpython-311-x86_64-linux-gnu.so': {
        content: Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * index) & 255)),
        mode: executable,
      },
      'platform_specific.libs/libz-123.so.1': { content: Buffer.alloc(200_000), isStored: true },
    },
  }),
  makeWheel({
    name: 'abi3-module',
    tag: 'cp38-abi3-manylinux_2_28_x86_64',
    files: { 'abi3_module/_it.abi3.so': { content: 'ELF', mode: executable } },
  }),
  makeWheel({
    name: 'Data-Of-All.Kinds',
    tag: 'cp311-cp311-linux_x86_64',
    files: {
      'Data_Of_All.Kinds-1.0.data/purelib/kinds/pure.py': 'pure = 1\n',
      'Data_Of_All.Kinds-1.0.data/platlib/kinds/plat.py': 'plat = 1\n',
      'Data_Of_All.Kinds-1.0.data/data/share/kinds/share.py': 'shared = 1\n',
      'Data_Of_All.Kinds-1.0.data/data/share/kinds/readme.txt': 'hello\n',
      'Data_Of_All.Kinds-1.0.data/data/etc/kinds.conf': 'a=b\n',
      'Data_Of_All.Kinds-1.0.data/data/bin/kinds-tool': '#!python\nnot rewritten\n',
      'Data_Of_All.Kinds-1.0.data/data/lib/python3.11/site-packages/kinds/by_data.py': '1\n',
      'Data_Of_All.Kinds-1.0.data/headers/kinds.h': '#define KINDS\n',
      'Data_Of_All.Kinds-1.0.data/headers/sub/more.h': '#define MORE\n',
      'Data_Of_All.Kinds-1.0.data/scripts/kinds-script': { content: '#!python\nprint()\n', mode: executable },
      'kinds/__init__.py': '',
    },
  }),
  makeWheel({
    name: 'scripts',
    files: {
      'scripts-1.0.data/scripts/plain': { content: '#!python\nprint(1)\n', mode: executable },
      'scripts-1.0.data/scripts/window': { content: '#!pythonw -x\nprint(2)\n', mode: executable },
      'scripts-1.0.data/scripts/crlf': { content: '#!python\r\nprint(3)\r\n', mode: executable },
      'scripts-1.0.data/scripts/versioned': '#!python3.9 -E\nprint(4)\n',
      'scripts-1.0.data/scripts/no-newline': { content: '#!python', mode: executable },
      'scripts-1.0.data/scripts/short': { content: '#!', mode: executable },
      'scripts-1.0.data/scripts/none': '',
      'scripts-1.0.data/scripts/shell.sh': { content: '#!/bin/sh\necho\n', mode: executable },
      'scripts-1.0.data/scripts/other-python': { content: '#!/usr/bin/env python\n', mode: executable },
      'scripts-1.0.data/scripts/module.py': { content: '#!python\nprint(5)\n', mode: executable },
      'scripts-1.0.data/scripts/deep/er': { content: '#!python\n', mode: executable },
      'scripts-1.0.data/scripts/binary': {
        content: Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(300_000, 'binary ')]),
        mode: executable,
      },
    },
  }),
  makeWheel({
    name: 'entry-points',
    files: {
      'entry_points_/__init__.py': 'def main(): pass\n',
      // Made by setuptools for entry points: left out, but their rows stay.
      'entry_points-1.0.data/scripts/ep-console': '#!python\nold\n',
      'entry_points-1.0.data/scripts/ep-gui.exe': 'MZ',
      'entry_points-1.0.data/scripts/EP-console-script.py': '#!python\nkept, the case differs\n',
      'entry_points-1.0.data/scripts/ep-gui-script.py': '#!python\nold\n',
      'entry_points-1.0.data/scripts/ep-console.pya': 'old\n',
      'entry_points-1.0.data/data/bin/ep-taken': 'a file where the script goes\n',
    },
    entryPoints: `
# a comment
[console_scripts]
ep-console = entry_points_:main
ep-extras = entry_points_:main [a,b]
ep-method=entry_points_.module:Class.method
ep-taken = entry_points_:main
Ep.Upper_Case = entry_points_:main
ep-twice = entry_points_:first
ep-twice = entry_points_:second

[gui_scripts]
ep-gui = entry_points_:gui
[other.group]
not a = script
`,
  }),
  makeWheel({
    name: 'py-installer',
    files: { 'py_installer.py': '' },
    entryPoints: `[console_scripts]
pip3.9 = py_installer:old
pip = py_installer:main
pip3 = py_installer:old
pip-tool = py_installer:main
easy_install = py_installer:easy
easy_install-3.8 = py_installer:old
`,
  }),
  makeWheel({ name: 'ns-a', files: { 'nsp/a/__init__.py': '', 'nsp/a/x.py': 'x = 1\n' } }),
  makeWheel({ name: 'ns-b', files: { 'nsp/b.py': 'b = 1\n' } }),
  makeWheel({
    name: 'unusual_names',
    files: {
      'unusual/with space.py': '1\n',
      'unusual/with,comma.txt': 'comma',
      'unusual/with"quote.txt': 'quote',
      'unusual/"quoted".py': '1\n',
      'unusual/grüße/日本語.py': 'a = 1\n',
      'unusual/😀.txt': 'beyond the first plane',
      'unusual/\uffee.txt': 'its last characters sort before that',
      'unusual/UPPER.py': '1\n',
      'unusual/_under.py': '1\n',
      'unusual/two.dots.py': '1\n',
      'unusual/#hash;semicolon$dollar': '1\n',
      'unusual/-dash.py': '1\n',
      'Ünusual.py': '1\n',
    },
  }),
  makeWheel({
    name: 'syntax',
    files: {
      'syntax/good.py': 'a = 1\n',
      'syntax/bad.py': 'def broken(:\n',
      'syntax/python2.py': 'print "hello"\n',
      'syntax/nul.py': Buffer.from('a = "\0"\n'),
      'syntax/latin.py': Buffer.from('# -*- coding: latin-1 -*-\na = "\xe9"\n', 'latin1'),
      'syntax/undecodable.py': Buffer.from('a = "\xe9"\n', 'latin1'),
      'syntax/empty.py': '',
      'syntax/warns.py': 'a = "\\d"\n',
      'syntax/no_newline.py': 'a = 1',
      'syntax/module.pyi': 'a: int\n',
    },
  }),
  makeWheel({
    name: 'modes',
    files: {
      'modes/all.txt': { content: '1', mode: 0o100777 },
      'modes/user-x.py': { content: '1\n', mode: 0o100744 },
      'modes/other-x': { content: '1', mode: 0o100001 },
      'modes/secret.py': { content: '1\n', mode: 0o100600 },
      'modes/read-only.py': { content: '1\n', mode: 0o100444 },
      'modes/set-uid': { content: '1', mode: 0o104755 },
      'modes/without-type': { content: '1', mode: 0o755 },
      'modes/without-mode': { content: '1', mode: 0 },
      'modes/link': { content: 'all.txt', mode: 0o120777 },
      'modes/directory/': { content: '', mode: 0o040755 },
      'modes/filled/': { content: '', mode: 0o040700 },
      'modes/filled/file': '1',
    },
  }),
  makeWheel({
    name: 'own-bytecode',
    files: {
      'own/a.py': 'a = 1\n',
      'own/__pycache__/a.cpython-311.pyc': 'of another python',
      'own/__pycache__/b.cpython-311.pyc': 'without a source',
      'own/old.pyc': 'of python 2',
    },
  }),
  makeWheel({
    name: 'record',
    files: { 'record/a.py': 'a = 1\n', 'record/b.py': 'b = 1\n' },
    info: { INSTALLER: 'somebody else\n', 'RECORD.jws': '{}', REQUESTED: 'x', 'licenses/LICENSE': 'MIT' },
    record: (rows) => [
      ...rows.filter(([path]) => !path?.endsWith('/RECORD.jws') && !path?.endsWith('/RECORD')).reverse(),
      ['record/', '', ''],
      ['record/gone.py', 'sha256=abc', '3'],
      ['record/a.py', '', ''],
    ],
  }),
  makeWheel({
    name: 'twice',
    files: {
      'twice-1.0.data/purelib/twice/a.py': 'from_data = 1\n',
      'twice/a.py': 'from_root = 1\n',
      'twice-1.0.data/scripts/twice': { content: '#!python\nscript\n', mode: executable },
      'twice-1.0.data/data/bin/twice': 'data\n',
    },
  }),
]
