import { isForksPullRequest } from '../common/fork.ts'

/**
 * What a user can do about a registry's refusal.
 * @param said the registry's own words
 */
export function adviceFor(
  { registry, writes }: { readonly registry: string; readonly writes: boolean },
  status: number,
  said: { readonly message?: string; readonly code?: string },
): string {
  if (writes && /quota|exceed|storage limit|insufficient storage/i.test(said.message ?? '')) {
    return `${registry} has no more room for this repository: delete old images there, or have the limit raised.`
  }
  if (writes && (said.code === 'MANIFEST_BLOB_UNKNOWN' || said.code === 'BLOB_UNKNOWN')) {
    return 'The registry no longer has a part of the image that it had a moment ago, as when it collects garbage: run the job again.'
  }
  switch (status) {
    case 401:
    case 403:
      return writes
        ? toBeAllowed(registry, said.message ?? '')
        : `${login(registry)} if it is private, and check the name.`
    case 404:
      return writes
        ? 'Check the name; some registries want the repository to be made beforehand.'
        : 'Check the name, and the tag or digest.'
    case 413:
      return 'The registry, or a proxy before it, limits the size of uploads: raise that limit.'
    case 429:
      return writes ? 'Try again later.' : `${login(registry)}: users have higher limits than the anonymous.`
    default:
      if (status < 400) return adviceForStranger(registry)
      return status >= 500 ? `${registry} has a problem of its own: try again later.` : 'Check the name.'
  }
}

/** What to do about an answer that no registry gives. */
export function adviceForStranger(registry: string): string {
  return `A proxy, or a network that wants a login, may have answered in the place of ${registry}: check how it is reached from here.`
}

const login = (registry: string) => `Log in to ${registry} with docker/login-action in an earlier step`

function toBeAllowed(registry: string, message: string): string {
  if (isForksPullRequest()) {
    return (
      'This run is for a pull request of a fork, whose token may only read and which has no secrets: ' +
      'make the image there without pushing it, with `push: auto`.'
    )
  }
  if (registry !== 'ghcr.io') return `${login(registry)}, as a user that may push to it.`
  // A package has settings of its own, beside the permissions of the job's token.
  if (/write_package/.test(message)) {
    const repository = process.env['GITHUB_REPOSITORY'] ?? 'this repository'
    return (
      `The package does not let ${repository} write it, as when it was first pushed by hand or from elsewhere: ` +
      "in the package's settings, under Manage Actions access, add the repository with the role Write. " +
      'The job needs `permissions: packages: write` besides.'
    )
  }
  return `${login(registry)}, with \`permissions: packages: write\` in the job.`
}
