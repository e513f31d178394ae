const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Bytes for people: three significant figures, powers of a thousand. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  return `${power === 0 ? value : Number(value.toPrecision(3))} ${units[power] ?? 'B'}`
}
