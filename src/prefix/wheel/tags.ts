import type { Python } from '../python.ts'

/**
 * Whether a wheel is for a python, by the tags at the end of its file name (PEP 425; packaging/tags.py): built for this version, for the
 * stable ABI of this one or an older one, or without compiled code.
 */
export function fitsPython(
  fileName: string,
  { version, executable }: Pick<Python, 'version' | 'executable'>,
): boolean {
  const [, pythons = '', abis = ''] = /-([^-]+)-([^-]+)-[^-]+\.whl$/i.exec(fileName.toLowerCase()) ?? []
  const isThreaded = executable.endsWith('t')
  const [major = '', minor = ''] = version.split('.')
  const isOlder = (tag: string) => {
    const [, tagMajor, tagMinor = '0'] = /^[a-z]+(\d)(\d*)$/.exec(tag) ?? []
    return tagMajor === major && Number(tagMinor || '0') <= Number(minor)
  }
  const own = `cp${major}${minor}`
  const ownAbi = new RegExp(isThreaded ? `^${own}t$` : `^${own}[dmu]*$`)
  const stableAbi = isThreaded ? 'abi3t' : 'abi3'
  return pythons.split('.').some((python) =>
    abis.split('.').some((abi) => {
      if (python === own && (ownAbi.test(abi) || abi === 'none')) return true
      if (python.startsWith('cp') && abi === stableAbi) return isOlder(python)
      return python.startsWith('py') && abi === 'none' && isOlder(python)
    }),
  )
}
