const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** Bytes for people: three significant figures, powers of a thousand. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  return `${power === 0 ? value : Number(value.toPrecision(3))} ${units[power] ?? 'B'}`
}

/** `1 file`, `2 files` */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** Units with their seconds, and up to how many of these they are used. */
const spans = [
  ['second', 1, 90],
  ['minute', 60, 90 * 60],
  ['hour', 3600, 48 * 3600],
  ['day', 86_400, Infinity],
] as const

/** A time for people, in the unit that suits it, rounded up: `90 seconds`, `50 minutes`, `365 days`. */
export function formatSeconds(seconds: number): string {
  const [noun, size] = spans.find(([, , most]) => seconds <= most) ?? spans[3]
  return formatCount(Math.ceil(seconds / size), noun)
}

/** A difference of bytes, with its sign: `+3.1 MB`, `−12 kB`, `±0 B`. */
export function formatGrowth(bytes: number): string {
  if (bytes === 0) return '±0 B'
  return `${bytes > 0 ? '+' : '−'}${formatBytes(Math.abs(bytes))}`
}

/** One difference, or the smallest and the largest of several. */
export function formatGrowths(differences: readonly number[]): string {
  const [least, most] = [Math.min(...differences), Math.max(...differences)].map(formatGrowth)
  return least === most ? (least ?? '') : `${least ?? ''} to ${most ?? ''}`
}
