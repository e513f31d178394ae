/** Whether a path or its template is that of a `pylock.toml`: the specification tells them by their names. */
export function isPylockName(path: string): boolean {
  return /(^|[/\\])pylock(\.[^./\\]+)?\.toml$/i.test(path)
}
