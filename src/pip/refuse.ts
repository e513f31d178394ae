import { UserError } from '../common/errors.ts'
import { foreignText } from '../common/foreign.ts'
import type { NeedsBuild, Resolution, ResolvedItem, Source } from './resolved.ts'

/**
 * Refuses what has no wheel, each with the place that asks for it.
 * @throws UserError when anything would have to be built
 */
export function refuseBuilds(resolution: Resolution, file: string): void {
  const sources: readonly (NeedsBuild | ResolvedItem)[] =
    resolution.type === 'needs-build'
      ? [resolution, ...(resolution.more ?? [])]
      : resolution.items.filter(({ source }) => source.kind !== 'wheel')
  const [first] = sources
  if (!first) return
  const lines = sources.map((one) => {
    const place = one.asked ? ` (${one.asked.file}:${one.asked.line})` : ''
    return `- ${foreignText('version' in one ? `${one.name} ${one.version}` : one.name)}, ${describe(one.source)}${place}`
  })
  throw new UserError(`there are no wheels of what would have to be built:\n${lines.join('\n')}`, {
    at: first.asked ?? { file },
    advice: "Choose versions that have wheels, take them from a channel, or set 'pip-build: auto'.",
  })
}

function describe(source: Source): string {
  switch (source.kind) {
    case 'vcs':
      return `${source.vcs} ${foreignText(source.url)} at ${source.commit}`
    case 'directory':
      return foreignText(source.url)
    case 'wheel':
    case 'sdist':
      return foreignText(source.url)
  }
}
