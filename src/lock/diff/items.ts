import type { Lock, LockedPackage, LockedWheel } from '../types.ts'

/** A package or a wheel of a lock, as two of them are compared and shown. */
export interface Item {
  /** Its place in a lock: a wheel may have the name of a package. */
  readonly key: string
  readonly name: string
  /** What pip would install, not micromamba. */
  readonly isWheel: boolean
  /** Of a repository the branch or tag. */
  readonly version: string
  /** Of a wheel what its file name says of builds and platforms. */
  readonly build: string
  /** Of a wheel `pypi`, or the host that it comes from. */
  readonly channel: string
  /** As `Known.facts` has it. */
  readonly address: string
  readonly algorithm: string
  /** Of a repository the commit; empty when nothing is known of the content. */
  readonly hex: string
}

/** All that is in a lock, by their keys. */
export function itemsOf({ packages, wheels }: Lock): Map<string, Item> {
  return new Map([...packages.map(ofPackage), ...wheels.map(ofWheel)].map((item) => [item.key, item]))
}

export function wheelKey(name: string): string {
  return `pip ${name}`
}

function ofPackage({ name, version, build, channel, url, checksum }: LockedPackage): Item {
  const { algorithm, hex } = checksum
  return { key: name, name, isWheel: false, version, build, channel, address: url.href, algorithm, hex }
}

function ofWheel(wheel: LockedWheel): Item {
  const { name, url } = wheel
  return {
    ...{ key: wheelKey(name), name, isWheel: true, address: url, channel: hostOf(url), build: '' },
    ...contentOf(wheel),
  }
}

function contentOf(wheel: LockedWheel): Pick<Item, 'version' | 'algorithm' | 'hex'> & { build?: string } {
  switch (wheel.kind) {
    case 'wheel':
      return { version: wheel.version, build: wheel.build, algorithm: 'sha256', hex: wheel.sha256 }
    case 'sdist':
      return { version: wheel.version ?? 'source', build: 'source', algorithm: 'sha256', hex: wheel.sha256 }
    case 'vcs':
      return { version: wheel.revision ?? wheel.vcs, algorithm: 'commit', hex: wheel.commit }
    case 'directory':
      return { version: 'folder', algorithm: 'sha256', hex: wheel.sha256 ?? '' }
  }
}

function hostOf(url: string): string {
  if (url.startsWith('file:')) return 'file'
  const { host } = new URL(url.replace(/^\w+\+/, ''))
  return host === 'files.pythonhosted.org' || host === 'pypi.org' ? 'pypi' : host
}
