/** The form of the bytecode, for whatever says what determines an image's bytes; raised when the form changes. */
export const bytecodeFormat = 3 as const

/**
 * Whether a python has bytecode that does not tell of its source's time: hash-based, since 3.7 (PEP 552).
 * @param version `3.12`
 */
export function hasHashedBytecode(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major === 3 && minor >= 7
}

/**
 * The mode of a .pyc, as python itself gives it (importlib, `_calc_mode` and `_write_atomic`): its source's, writable for the
 * owner, never executable.
 */
export function bytecodeMode(source: number): number {
  return (source | 0o200) & 0o666
}
