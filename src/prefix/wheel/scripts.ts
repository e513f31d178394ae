import { posix } from 'node:path'
import type { ScriptEntryPoints } from '../../packages/wheel/archive.ts'
import { refusal } from '../../packages/wheel/refusal.ts'
import type { Python } from '../python.ts'

/** A script that pip makes for an entry point. */
export interface WrapperScript {
  /** Relative to `bin/`; it may have directories. */
  readonly name: string
  readonly module: string
  /** What is called: `main`, or `app.run`. */
  readonly callable: string
}

/** The version of a pip, as far as it decides what is written. */
interface PipVersion {
  readonly major: number
  readonly minor: number
}

export function pipVersion(version: string): PipVersion {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return { major, minor }
}

/** The oldest pips that write scripts as they do. */
const dialects = ['26.0', '25.2', '24.0'] as const

/** The oldest pip that installs as a pip does: releases of pip are many, and what they leave differs rarely. */
export function pipDialect(version: string): string {
  const { major, minor } = pipVersion(version)
  const found = dialects.find((dialect) => {
    const oldest = pipVersion(dialect)
    return major > oldest.major || (major === oldest.major && minor >= oldest.minor)
  })
  return found ?? '23.0'
}

/**
 * The scripts that pip makes of a wheel's entry points, in pip's order: those of the console, then those with a GUI; a name that is in both
 * comes twice. `pip` and `easy_install` come with names for python's version, in the place of what other version they were built for
 * (pip, operations/install/wheel.py: `get_console_script_specs`).
 * @throws UserError for an entry point of which pip makes no script either
 */
export function wrapperScripts(
  { console, gui }: ScriptEntryPoints,
  { version }: Pick<Python, 'version'>,
  pip: string,
  wheel: string,
): WrapperScript[] {
  const others = new Map(console)
  const specs: [name: string, value: string][] = []
  const takeOver = (name: string, names: readonly string[], versioned: RegExp) => {
    const value = others.get(name)
    others.delete(name)
    if (!value) return
    specs.push(...names.map((one) => [one, value] as [string, string]))
    for (const other of [...others.keys()]) if (versioned.test(other)) others.delete(other)
  }
  const [major = '', minor] = version.split('.')
  const oldPython = Number(minor) < 11
  takeOver('pip', ['pip', `pip${major}`, `pip${version}`], /^pip(\d+(\.\d+)?)?$/)
  takeOver('easy_install', ['easy_install', `easy_install-${version}`], /^easy_install(-\d+\.\d+)?$/)
  return [...specs, ...others, ...gui].map(([name, value]) =>
    parseSpecification(`${name} = ${oldPython ? withoutSpaces(value) : value}`, pip, wheel),
  )
}

/** On pythons before 3.11, pip reads entry points by pkg_resources, which gives `module : callable` back without the spaces. */
function withoutSpaces(value: string): string {
  return value.replace(/^([^\s:]+)\s*:\s*/, '$1:')
}

/** Python's `\w`. */
const w = String.raw`[\p{L}\p{N}_]`
const called = String.raw`(?<callable>${w}+(?:[:.]${w}+)*)`
const flags = String.raw`(?<flags>\[\s*(?:${w}|-)+(?:=${w}+)?(?:,\s*${w}+(?:=${w}+)?)*\s*\])?`
const specification = new RegExp(String.raw`(?<name>[^\[]\S*)\s*=\s*${called}\s*${flags}`, 'u')
/** Before distlib 0.3.7, which came with pip 24. */
const oldSpecification = new RegExp(String.raw`(?<name>(?:${w}|[\-.+])+)\s*=\s*${called}\s*${flags}`, 'u')

/** Reads `name = module:callable [extras]` where it finds that in the text, as distlib does (util.py: `get_export_entry`). */
function parseSpecification(text: string, pip: string, wheel: string): WrapperScript {
  const pattern = pipVersion(pip).major < 24 ? oldSpecification : specification
  const { name, callable: path, flags: extras } = pattern.exec(text)?.groups ?? {}
  const [module, callable, ...more] = path?.split(':') ?? []
  if (
    name === undefined ||
    !module ||
    !callable ||
    more.length > 0 ||
    (extras === undefined && /[[\]]/.test(text))
  ) {
    throw refusal(
      wheel,
      `no script can be made of its entry point '${text}', which is no 'name = module:callable'`,
    )
  }
  const clean = posix.normalize(name).replace(/\/$/, '')
  if (clean.startsWith('/') || clean === '.' || clean.split('/').includes('..')) {
    throw refusal(wheel, `its entry point '${text}' would make a script outside of bin/`)
  }
  return { name: clean, module, callable }
}

/** The text of a script, in the words of the pip that locked. */
export function wrapperText({ module, callable }: WrapperScript, prefix: string, pip: string): string {
  const [imported = callable] = callable.split('.')
  const { major, minor } = pipVersion(pip)
  const shebang = wrapperShebang(pythonPath(prefix))
  if (major < 25 || (major === 25 && minor < 2)) {
    return `${shebang}
# -*- coding: utf-8 -*-
import re
import sys
from ${module} import ${imported}
if __name__ == '__main__':
    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])
    sys.exit(${callable}())
`
  }
  const withoutExe =
    major < 26
      ? `if sys.argv[0].endswith('.exe'):\n        sys.argv[0] = sys.argv[0][:-4]`
      : `sys.argv[0] = sys.argv[0].removesuffix('.exe')`
  return `${shebang}
import sys
from ${module} import ${imported}
if __name__ == '__main__':
    ${withoutExe}
    sys.exit(${callable}())
`
}

/** Bytes of a first line, `#!` and newline included, that distlib takes to be safe. */
const longestShebang = 127

/** As distlib builds it (scripts.py: `_build_shebang`): by a shell, if it is too long or has a space. */
function wrapperShebang(python: string): string {
  const hasSpace = python.includes(' ')
  if (!hasSpace && Buffer.byteLength(python) + 3 <= longestShebang) return `#!${python}`
  return `#!/bin/sh\n'''exec' ${hasSpace ? `"${python}"` : python} "$0" "$@"\n' '''`
}

/** The interpreter as pip knows it, which micromamba starts as `<prefix>/bin/python -m pip`. */
function pythonPath(prefix: string): string {
  return `${prefix}/bin/python`
}

const placeholder = Buffer.from('#!python')

/** Whether pip would write the script's first line anew, by its first eight bytes. */
export function hasPlaceholder(start: Uint8Array): boolean {
  return placeholder.equals(start.subarray(0, placeholder.length))
}

/** How many bytes `hasPlaceholder` needs. */
export const placeholderLength = placeholder.length

/** A script with the environment's python in its first line, however long that is and whatever arguments were in it (pip: `fix_script`). */
export function fixScript(content: Buffer, prefix: string): Buffer {
  const newline = content.indexOf(0x0a)
  const rest = newline < 0 ? Buffer.alloc(0) : content.subarray(newline + 1)
  return Buffer.concat([Buffer.from(`#!${pythonPath(prefix)}\n`), rest])
}

/**
 * Whether a script is one that setuptools made for an entry point: pip leaves it out, for one of its own (pip:
 * `is_entrypoint_wrapper`).
 * @param path in the wheel
 */
export function isOldWrapper(path: string, { console, gui }: ScriptEntryPoints): boolean {
  const name = posix.basename(path)
  const suffix = /(?:\.exe|-script\.py|\.pya)$/i.exec(name)?.[0] ?? ''
  const command = name.slice(0, name.length - suffix.length)
  return console.has(command) || gui.has(command)
}
