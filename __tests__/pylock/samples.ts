import { readPylock, type PylockRequest } from '../../src/pylock/read.ts'
import { locked } from '../lock/samples.ts'

export const hex = 'ab'.repeat(32)
export const files = 'https://files.pythonhosted.org/packages'

/** Reads a pylock.toml beside the lock of `python=3.12` for linux-64, with glibc 2.28. */
export function read(text: string, more: Partial<PylockRequest> & { readonly python?: string } = {}) {
  const { python = 'python-3.12.4-h1_0_cpython', ...request } = more
  const subdir = request.subdir ?? 'linux-64'
  return readPylock({
    text,
    path: '/srv/app/pylock.toml',
    file: 'app/pylock.toml',
    folder: '/srv/app',
    subdir,
    lock: { packages: [locked(`c/${subdir}/zlib-1.3-0.conda`), locked(`c/${subdir}/${python}.conda`)] },
    glibc: () => Promise.resolve('2.28'),
    ...request,
  })
}

/** Its first two lines are the first ones of all samples. */
export function pylock(...parts: readonly string[]): string {
  return ["lock-version = '1.0'", "created-by = 'hand'", ...parts, ''].join('\n')
}

/** A package with wheels of these names. */
export function wheelsOf(name: string, ...names: readonly string[]): string {
  return [
    '[[packages]]',
    `name = '${name}'`,
    'wheels = [',
    ...names.map(
      (file) => `  { name = '${file}', url = '${files}/${file}', hashes = { sha256 = '${hex}' } },`,
    ),
    ']',
  ].join('\n')
}
