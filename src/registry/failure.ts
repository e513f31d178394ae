import { UserError } from '../common/errors.ts'
import { foreignText } from '../common/foreign.ts'
import { HttpFailure, readBody, type HttpResponse } from '../common/http.ts'
import { adviceFor } from './advice.ts'

/** A registry refused something, or could not be spoken to. */
export class RegistryError extends UserError {
  readonly status?: number
  /** The registry's own error code, `DENIED` (OCI distribution-spec, "Error Codes"). */
  readonly code?: string
  /** All that it said, on one line: `403 DENIED: no such permission`. */
  readonly answer?: string

  constructor(
    what: string,
    options: ConstructorParameters<typeof UserError>[1] & {
      status?: number
      code?: string
      answer?: string
    } = {},
  ) {
    super(what, options)
    this.status = options.status
    this.code = options.code
    this.answer = options.answer
  }
}

/** What the client was doing: which registry, and whether that takes the right to write. */
export interface Undertaking {
  /** Completes "cannot …": `push the blob sha256:… to ghcr.io/owner/name`. */
  readonly what: string
  readonly registry: string
  readonly writes: boolean
  /** What to do about a refusal of this kind of undertaking, where there is more to say than of any. */
  readonly advice?: (status: number, code: string | undefined) => string | undefined
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
    advice:
      error.advice ?? `Check that ${undertaking.registry} is spelled right and can be reached from here.`,
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
  const answer = `${status}${reason ? ` ${reason}` : ''}`
  return new RegistryError(`cannot ${undertaking.what}: the registry answered ${answer}`, {
    at: { url: shown(url) },
    advice: undertaking.advice?.(status, code) ?? adviceFor(undertaking, status, { message, code }),
    status,
    cause,
    answer,
    ...(code && { code }),
  })
}

/** The first error of `{"errors": [{code, message, detail}]}`, which is what a registry's failures look like. */
function parseErrors(body: string): { code?: string; message?: string } {
  try {
    const { errors } = JSON.parse(body) as { errors?: { code?: unknown; message?: unknown }[] }
    const first = errors?.[0]
    return {
      ...(typeof first?.code === 'string' && { code: foreignText(first.code) }),
      ...(typeof first?.message === 'string' && { message: foreignText(first.message) }),
    }
  } catch {
    return {}
  }
}

/** An address for a message: signatures and upload states stand in the query. */
export function shown(url: URL): string {
  return `${url.origin}${url.pathname}`
}
