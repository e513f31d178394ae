import type { Condarc } from './condarc.ts'

/** libmamba's context.hpp, `default_channels`, for what is not Windows. */
const ofAnaconda = ['https://repo.anaconda.com/pkgs/main', 'https://repo.anaconda.com/pkgs/r']

/**
 * What the channel `defaults` is to micromamba, in a sentence for the log; undefined when nobody asks for it.
 * @param channels by their canonical forms
 */
export function describeDefaults(channels: readonly string[], condarc?: Condarc): string | undefined {
  if (![...channels, ...(condarc?.channels ?? [])].includes('defaults')) return undefined
  const { defaults } = condarc ?? {}
  const chosen = defaults ?? ofAnaconda
  return `The channel 'defaults' is ${chosen.join(' and ')} here${defaults ? ', as the condarc says' : ''}. Its terms of service are for you to judge.`
}
