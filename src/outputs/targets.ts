import { formatReference, type ImageReference } from '../registry/registry.ts'

/** The repositories of some targets, each once, without tags and digests. */
export function distinctRepositories(targets: readonly ImageReference[]): ImageReference[] {
  return distinct(targets.map(({ registry, repository }) => ({ registry, repository })))
}

/** The targets that have a tag, each once, without digests. */
export function distinctTags(targets: readonly ImageReference[]): (ImageReference & { tag: string })[] {
  return distinct(
    targets.flatMap(({ registry, repository, tag }) =>
      tag === undefined ? [] : [{ registry, repository, tag }],
    ),
  )
}

function distinct<T extends ImageReference>(references: readonly T[]): T[] {
  return [...new Map(references.map((reference) => [formatReference(reference), reference])).values()]
}
