import { longestPause, secondsUntil } from '../common/http.ts'

/** How long a run waits until GitHub lets it ask again, in seconds; nobody pays a runner for more. */
export const longestWait = 900

/**
 * How long GitHub wants to be left alone. Who asks earlier is banned (docs.github.com, "Rate limits for the REST API"): `retry-after`, else
 * `x-ratelimit-reset` where nothing remains, else a minute.
 * @returns seconds; undefined when the answer has nothing to do with that
 */
export function rateLimitSeconds(
  status: number,
  headers: Readonly<Record<string, string | number | undefined>>,
  message: string,
): number | undefined {
  if (status !== 403 && status !== 429) return undefined
  const { 'retry-after': after, 'x-ratelimit-remaining': remaining } = headers
  const seconds = secondsUntil(after === undefined ? undefined : String(after))
  if (seconds !== undefined) return Math.ceil(seconds)
  if (String(remaining) === '0') {
    const reset = Number(headers['x-ratelimit-reset'])
    if (Number.isFinite(reset)) return Math.max(1, Math.ceil(reset - Date.now() / 1000))
  }
  return status === 429 || /secondary rate limit|abuse detection/i.test(message) ? longestPause() : undefined
}
