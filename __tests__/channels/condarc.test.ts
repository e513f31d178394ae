import { describe, expect, test } from '@jest/globals'
import { describeDefaults, parseCondarc } from '../../src/channels/access.ts'

describe('a condarc', () => {
  test.each([
    ['channels: [', "input 'condarc': it is not YAML"],
    ['- conda-forge', "input 'condarc': it is not a map"],
    ['ssl_verify: false', "input 'condarc': 'ssl_verify: false' would let anybody"],
  ])('%s is refused', (text, message) => {
    expect(() => parseCondarc(text, {})).toThrow(message)
  })

  test('that is empty says nothing', () => {
    expect(parseCondarc('', {})).toEqual({
      text: '',
      addresses: [],
      channels: [],
      certificates: [],
      secrets: [],
    })
  })

  test('names the file of an authority', () => {
    expect(parseCondarc('ssl_verify: /etc/ca.pem', {}).certificates).toEqual(['/etc/ca.pem'])
    expect(parseCondarc('ssl_verify: true', {}).certificates).toEqual([])
  })

  test.each([
    ['channel_priority: strict', 'channel_priority: strict'],
    ['channel_priority: flexible', 'channel_priority: flexible'],
    ['channels: [a]\nchannel_priority: false\n', 'channels: [a]\nchannel_priority: disabled\n'],
  ])('%j has the channel priority that conda has', (text, given) => {
    expect(parseCondarc(text, {}).text.trim()).toBe(given.trim())
  })

  test('leaves variables alone that are not set', () => {
    expect(parseCondarc('channels: ["https://host/$NOT_SET"]', {}).addresses).toEqual([
      'https://host/$NOT_SET',
    ])
  })
})

test('what defaults is', () => {
  expect(describeDefaults(['conda-forge'])).toBeUndefined()
  expect(describeDefaults(['defaults'])).toBe(
    "The channel 'defaults' is https://repo.anaconda.com/pkgs/main and https://repo.anaconda.com/pkgs/r here. Its terms of service are for you to judge.",
  )
  expect(describeDefaults(['defaults'], parseCondarc('default_channels: [conda-forge]', {}))).toContain(
    "'defaults' is conda-forge here, as the condarc says",
  )
  const multi = parseCondarc('{channels: [defaults], custom_multichannels: {defaults: [a, b]}}', {})
  expect(describeDefaults([], multi)).toContain('a and b here')
})
