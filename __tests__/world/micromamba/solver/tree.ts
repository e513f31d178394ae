/** A tree as text: lines after branches (`├─`, `└─`), three columns deeper at each level. */
export interface Tree {
  readonly text: string
  readonly children: readonly Tree[]
}

/** The trees whose roots are the unindented lines. */
export function parseTrees(text: string): Tree[] {
  return grow(
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [, branches = '', content = ''] = /^((?:[│├└ ][─ ] )*)(.*)$/.exec(line) ?? []
        return { depth: branches.length / 3, content }
      }),
    0,
  )
}

function grow(lines: readonly { depth: number; content: string }[], depth: number): Tree[] {
  const starts = lines.flatMap((line, index) => (line.depth === depth ? [index] : []))
  return starts.map((start, index) => ({
    text: lines[start]?.content ?? '',
    children: grow(lines.slice(start + 1, starts[index + 1]), depth + 1),
  }))
}

export function formatTree({ text, children }: Tree): string {
  const branches = children.map((child, index) => {
    const [branch, below] = index === children.length - 1 ? ['└─ ', '   '] : ['├─ ', '│  ']
    return `${branch}${formatTree(child).replaceAll('\n', `\n${below}`)}`
  })
  return [text, ...branches].join('\n')
}
