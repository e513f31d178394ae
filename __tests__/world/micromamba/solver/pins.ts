import { parse } from 'yaml'
import type { PackageRecord } from './channels.ts'

const prefix = 'pin-on-'

/** The pins of a run: those of `MAMBA_PINNED_PACKAGES`, items of a YAML list without its brackets, then the condarc's. */
export function readPins(variables: NodeJS.ProcessEnv, ofCondarc: readonly string[]): string[] {
  const given = parse(`[${variables['MAMBA_PINNED_PACKAGES'] ?? ''}]`) as unknown[]
  return [...new Set([...given.map(String), ...ofCondarc])]
}

/**
 * A pin holds a package to a spec if it is installed, and does not install it. As in libmamba (solver/libsolv/helpers.cpp,
 * `pool_add_pin`), that is a package of its own which has nothing but the constraint. Keys are file names.
 */
export function pinRecords(pins: readonly string[]): Record<string, PackageRecord> {
  return Object.fromEntries(
    pins.map((pin) => {
      const name = `${prefix}${/^[^\s=<>!~[]+/.exec(pin)?.[0] ?? ''}`
      const record = { name, version: '1', build: '0', build_number: 0, depends: [], subdir: 'noarch' }
      return [`${name}-1-0.conda`, { ...record, constrains: [pin] }]
    }),
  )
}

export function isPin({ name }: PackageRecord): boolean {
  return name.startsWith(prefix)
}

/** The name that libmamba shows for such a package. */
export function withPinsNamed(text: string): string {
  return text.replaceAll(prefix, 'pin on ')
}
