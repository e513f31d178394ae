import { formatBytes } from '../common/format.ts'
import { imagesOf } from '../outputs/outputs.ts'
import type { Result } from './result.ts'

/** The line that says it all: `3 of 62 layers are new, 2.6 MB pushed, 59 reused, 6.3 s`. */
export function headline({ artifact, pushed, bytesPushed, seconds }: Result): string {
  // Of several platforms a layer may be the same blob, and is one.
  const layers = new Map(
    imagesOf(artifact)
      .flatMap((image) => image.layers)
      .map((layer) => [layer.descriptor.digest, layer]),
  )
  const built = [...layers.values()].filter(({ from }) => from === 'built').length
  const all = layers.size
  return [
    built === 0
      ? `None of ${all} layers is new`
      : `${built} of ${all} layers ${built === 1 ? 'is' : 'are'} new`,
    ...(pushed ? [`${formatBytes(bytesPushed)} pushed`] : []),
    ...(built > 0 && built < all ? [`${all - built} reused`] : []),
    `${seconds.toFixed(1)} s`,
  ].join(', ')
}
