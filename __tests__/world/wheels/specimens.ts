import { sourceFiles } from './backend.ts'
import { makeSdist, makeWheel, type PythonFile } from './make.ts'

/** A module in C that answers 42. */
const answerInC = `#include <Python.h>

static PyObject *answer(PyObject *self, PyObject *none) { return PyLong_FromLong(42); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, ""}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "compiled", "", -1, methods};
PyMODINIT_FUNC PyInit_compiled(void) { return PyModule_Create(&module); }
`

/** What the index of the test world has: a project for each thing that can be special about wheels. */
export async function specimens(): Promise<PythonFile[]> {
  const platforms = (version: string, tag: string) => makeWheel({ name: 'tower', version, tag })
  return [
    makeWheel({ name: 'plain', version: '1.0' }),
    makeWheel({ name: 'plain', version: '1.1' }),
    makeWheel({ name: 'plain', version: '2.0rc1' }),
    // Each version for what has a newer glibc than the one before.
    platforms('1.0', 'cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64'),
    platforms('1.0', 'cp311-cp311-manylinux2014_aarch64.manylinux_2_17_aarch64'),
    platforms('1.1', 'cp311-cp311-manylinux_2_28_x86_64'),
    platforms('1.1', 'cp311-cp311-manylinux_2_28_aarch64'),
    platforms('1.2', 'cp311-cp311-manylinux_2_34_x86_64'),
    // The newer interpreter's goes before the newer platform's.
    makeWheel({ name: 'steady', version: '1.0', tag: 'cp38-abi3-manylinux_2_28_x86_64' }),
    makeWheel({ name: 'steady', version: '1.0', tag: 'cp311-abi3-manylinux_2_17_x86_64' }),
    makeWheel({
      name: 'layered',
      version: '1.0',
      extras: ['more', 'Even_More'],
      requires: [
        'plain>=1.0',
        "only-arm; platform_machine == 'aarch64'",
        "only-intel; platform_machine == 'x86_64'",
        "only-new; python_full_version >= '3.11.5'",
        "only-old; python_version < '3.11'",
        "only-windows; sys_platform == 'win32'",
        "tools; extra == 'more'",
      ],
    }),
    ...['arm', 'intel', 'new', 'old', 'windows'].map((of) =>
      makeWheel({ name: `only-${of}`, version: '1.0' }),
    ),
    makeWheel({
      name: 'tools',
      version: '1.0',
      entryPoints: '[console_scripts]\ntool = tools:main\n\n[gui_scripts]\ntool-window = tools:main\n',
      files: {
        'tools/__init__.py': 'def main():\n    print("tool")\n',
        'tools-1.0.data/scripts/tool-script': '#!python\nprint("script")\n',
        'tools-1.0.data/scripts/tool.sh': '#!/bin/sh\necho shell\n',
        'tools-1.0.data/data/share/tools/data.txt': 'data\n',
        'tools-1.0.data/headers/tools.h': '#define TOOLS 1\n',
        'tools-1.0.data/purelib/tools_pure.py': 'where = "purelib"\n',
        'tools-1.0.data/platlib/tools_plat.py': 'where = "platlib"\n',
      },
      executables: ['tools-1.0.data/scripts/tool.sh'],
    }),
    ...['one', 'two'].map((part) =>
      makeWheel({
        name: `space-${part}`,
        version: '1.0',
        files: { [`space/${part}.py`]: `part = '${part}'\n` },
      }),
    ),
    ...['a', 'b'].map((of) =>
      makeWheel({
        name: `clash-${of}`,
        version: '1.0',
        files: { 'clash/__init__.py': `winner = '${of}'\n`, [`clash/only_${of}.py`]: '' },
      }),
    ),
    // conda has it too, in an older version.
    makeWheel({ name: 'six', version: '2.0', files: { 'six.py': "__version__ = '2.0'\n" } }),
    makeWheel({ name: 'wants-new-six', version: '1.0', requires: ['six>=2'] }),
    makeWheel({ name: 'wants-some-six', version: '1.0', requires: ['six'] }),
    makeWheel({ name: 'likes-old-plain', version: '1.0', requires: ['plain==1.0'] }),
    makeWheel({ name: 'likes-new-plain', version: '1.0', requires: ['plain==1.1'] }),
    makeWheel({ name: 'recalled', version: '1.0' }),
    makeWheel({ name: 'recalled', version: '1.1', yanked: 'it ate my homework' }),
    makeWheel({ name: 'future', version: '1.0', requiresPython: '>=3.7' }),
    makeWheel({ name: 'future', version: '2.0', requiresPython: '>=3.99' }),
    makeWheel({ name: 'micro', version: '1.0', requiresPython: '>=3.11.5' }),
    makeWheel({ name: 'elsewhere', version: '1.0', tag: 'cp311-cp311-win_amd64' }),
    await makeSdist({
      name: 'frommodule',
      version: '1.0',
      files: sourceFiles('frommodule', '1.0', { 'frommodule.py': 'answer = 42\n' }, ['plain']),
    }),
    await makeSdist({
      name: 'compiled',
      version: '1.0',
      files: sourceFiles('compiled', '1.0', { 'compiled.c': answerInC }),
    }),
    // Says all that it requires without being built.
    await makeSdist({
      name: 'outspoken',
      version: '1.0',
      metadataVersion: '2.2',
      requires: ['plain'],
      files: sourceFiles('outspoken', '1.0', { 'outspoken.py': 'answer = 42\n' }, ['plain']),
    }),
  ]
}

/** What a second index has: a build of its own of one project, and a project that the first has too. */
export function specimensOfExtra(): PythonFile[] {
  return [
    makeWheel({ name: 'burner', version: '1.0+cu121', requires: ['plain'] }),
    makeWheel({ name: 'plain', version: '1.0' }),
  ]
}
