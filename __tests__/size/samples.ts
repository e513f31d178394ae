import { layer } from '../action/sample.ts'
import { factsAnnotation } from '../../src/layers/build.ts'
import { formatFacts, withClaims } from '../../src/layers/facts.ts'
import type { PackageSize } from '../../src/layers/sizes.ts'
import type { ImageLayer } from '../../src/oci/image.ts'

/** A layer of packages, as this run or an earlier one made it. */
export function packageLayer(
  title: string,
  compressed: number,
  sizes: readonly PackageSize[],
  prefix = '/opt/conda',
): ImageLayer {
  const made = layer(title, compressed)
  const rest = { texts: {}, scripted: [], messages: {}, distributions: [], prefix, sizes }
  const facts = formatFacts(withClaims(rest, [title], [])) ?? ''
  return { ...made, descriptor: { ...made.descriptor, annotations: { [factsAnnotation]: facts } } }
}

export const size = (name: string, bytes: number, ...needs: readonly string[]): PackageSize => ({
  name,
  size: bytes,
  needs,
})
