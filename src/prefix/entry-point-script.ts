import type { EntryPoint } from '../packages/conda/archive.ts'
import { pythonShebang } from './shebang.ts'

/**
 * The console script of an entry point, to the byte as micromamba writes it (libmamba 2.8, link.cpp:
 * `python_entry_point_template`).
 * @param python the absolute path of the environment's python
 */
export function entryPointScript({ module, callable }: EntryPoint, python: string): string {
  const [imported = callable] = callable.split('.')
  return `${pythonShebang(python)}
# -*- coding: utf-8 -*-
import re
import sys

from ${module} import ${imported}

if __name__ == '__main__':
    sys.argv[0] = re.sub(r'(-script\\.pyw?|\\.exe)?$', '', sys.argv[0])
    sys.exit(${callable}())
`
}
