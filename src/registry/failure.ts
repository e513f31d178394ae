import { UserError } from '../common/errors.ts'
import { HttpFailure, readBody, type HttpResponse } from '../common/http.ts'

/** A registry refused something, or could not be spoken to. */
export class RegistryError extends UserError {
  readonly status?: number
  /** The registry's own error code, `DENIED` (OCI distribution-spec, "Error Codes"). */
  readonly code?: string

  constructor(
    what: string,
    options: ConstructorParameters<typeof UserError>[1] & { status?: number; code?: string } = {},
  ) {
    super(what, options)
    this.status = options.status
    this.code = options.code
  }
}

/** What the client was doing: which registry, and whether that takes the right to write. */
export interface Undertaking {
  /** Completes "cannot …": `push the blob sha256:… to ghcr.io/owner/name`. */
  readonly what: string
  readonly registry: string
  readonly writes: boolean
}

/** The error for an answer that is not what was hoped for; reads the answer's body. */
export async function refusal(undertaking: Undertaking, response: HttpResponse): Promise<RegistryError> {
  const body = await readBody(response, 64 * 1024).catch(() => Buffer.alloc(0))
  return errorOf(undertaking, response.url, response.status, body.toString())
}

/** Turns an HttpFailure into the error of the undertaking; anything else is returned as it is. */
export function explained(undertaking: Undertaking, error: unknown): unknown {
  if (!(error instanceof HttpFailure)) return error
  if (error.status !== undefined)
    return errorOf(undertaking, error.url, error.status, error.answer ?? '', error)
  return new RegistryError(`cannot ${undertaking.what}: ${error.message}`, {
    at: { url: shown(error.url) },
    advice: `Check that ${undertaking.registry} is spelled right and can be reached from here.`,
    cause: error,
  })
}

function errorOf(
  undertaking: Undertaking,
  url: URL,
  status: number,
  body: string,
  cause?: unknown,
): RegistryError {
  const { code, message } = parseErrors(body)
  const reason = [code, message].filter(Boolean).join(': ')
  return new RegistryError(
    `cannot ${undertaking.what}: the registry answered ${status}${reason ? ` ${reason}` : ''}`,
    { at: { url: shown(url) }, advice: adviceFor(undertaking, status), status, cause, ...(code && { code }) },
  )
}

/** The first error of `{"errors": [{code, message, detail}]}`, which is what a registry's failures look like. */
function parseErrors(body: string): { code?: string; message?: string } {
  try {
    const { errors } = JSON.parse(body) as { errors?: { code?: unknown; message?: unknown }[] }
    const first = errors?.[0]
    return {
      ...(typeof first?.code === 'string' && { code: first.code }),
      ...(typeof first?.message === 'string' && { message: first.message }),
    }
  } catch {
    return {}
  }
}

function adviceFor({ registry, writes }: Undertaking, status: number): string {
  const login = `Log in to ${registry} with docker/login-action in an earlier step`
  switch (status) {
    case 401:
    case 403:
      if (!writes) return `${login} if it is private, and check the name.`
      return registry === 'ghcr.io'
        ? `${login}, with \`permissions: packages: write\` in the job.`
        : `${login}, as a user that may push to it.`
    case 404:
      return writes
        ? 'Check the name; some registries want the repository to be made beforehand.'
        : 'Check the name, and the tag or digest.'
    case 413:
      return 'The registry, or a proxy before it, limits the size of uploads: raise that limit.'
    case 429:
      return writes ? 'Try again later.' : `${login}: users have higher limits than the anonymous.`
    default:
      return status >= 500 ? `${registry} has a problem of its own: try again later.` : 'Check the name.'
  }
}

/** An address for a message: signatures and upload states stand in the query. */
function shown(url: URL): string {
  return `${url.origin}${url.pathname}`
}
