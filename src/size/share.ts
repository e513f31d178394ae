/**
 * Divides the compressed bytes of a layer among what is in it, in proportion to the bytes before compression.
 * @param sizes bytes, of which none may be all there are
 * @returns whole bytes, whose sum is the layer's
 */
export function shareOut(compressed: number, sizes: readonly number[]): number[] {
  const all = sizes.reduce((sum, size) => sum + size, 0)
  let before = 0
  let given = 0
  return sizes.map((size, index) => {
    before += size
    const until = Math.round((compressed * (all > 0 ? before : index + 1)) / (all > 0 ? all : sizes.length))
    const share = until - given
    given = until
    return share
  })
}
