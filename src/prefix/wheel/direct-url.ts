import type { DirectUrl } from '../../packages/wheel/archive.ts'

/** The text of a direct_url.json (PEP 610), as pip writes it: on one line, without credentials. */
export function formatDirectUrl(direct: DirectUrl): string {
  const { url, subdirectory } = direct
  const common = { url: withoutCredentials(url), ...(subdirectory !== undefined && { subdirectory }) }
  if ('archive' in direct) return pythonJson({ ...common, archive_info: direct.archive })
  if ('vcs' in direct) {
    const { vcs, commitId, requestedRevision } = direct.vcs
    return pythonJson({
      ...common,
      vcs_info: {
        commit_id: commitId,
        ...(requestedRevision !== undefined && { requested_revision: requestedRevision }),
        vcs,
      },
    })
  }
  return pythonJson({ ...common, dir_info: direct.directory.editable ? { editable: true } : {} })
}

/** User and password of an address; `git@` and variables, `${USER}`, are none. */
function withoutCredentials(url: string): string {
  return url.replace(/^([^/?#]*\/\/)([^/?#@]*)@/, (whole, scheme: string, user: string) =>
    user === 'git' || /^\$\{[\w-]+\}(?::\$\{[\w-]+\})?$/.test(user) ? whole : scheme,
  )
}

/** JSON as python's `json.dumps(value, sort_keys=True)` writes it: in ASCII, with spaces. */
function pythonJson(value: unknown): string {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const pairs = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => `${pythonJson(key)}: ${pythonJson(item)}`)
    return `{${pairs.join(', ')}}`
  }
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
