import { parseDocument } from 'yaml'
import { UserError } from '../common/errors.ts'
import { secretsIn } from '../environment/read.ts'

/** A condarc, as far as it says where channels are and whom to trust. */
export interface Condarc {
  /** As it was given, in micromamba's words; it fills in the variables itself. */
  readonly text: string
  /** All addresses in it, with credentials: channels, channel_alias, custom_channels, mirrored_channels, … */
  readonly addresses: readonly string[]
  readonly channels: readonly string[]
  /** What `defaults` is said to be, if anything is. */
  readonly defaults?: readonly string[]
  /** Files of certificates to trust. */
  readonly certificates: readonly string[]
  /** Passwords and tokens in its addresses, and the values of its variables that go by the name of a secret. */
  readonly secrets: readonly string[]
}

/**
 * Reads a condarc.
 * @param variables what `$NAME` and `${NAME}` stand for; those that are not set stay as they are, as in libmamba
 * @throws UserError for what micromamba would pass over in silence
 */
export function parseCondarc(text: string, variables: NodeJS.ProcessEnv, input = 'condarc'): Condarc {
  const at = { input }
  const expanded = expandVariables(text, variables)
  const document = parseDocument(expanded.text, { prettyErrors: false })
  const [error] = document.errors
  if (error) throw new UserError(`it is not YAML: ${error.message}`, { at })
  const content: unknown = document.toJS() ?? {}
  if (!isMap(content))
    throw new UserError('it is not a map', { at, advice: 'Write it as `key: value` lines.' })
  const verify = content['ssl_verify']
  if (verify === false || verify === 'false' || verify === 0) {
    throw new UserError("'ssl_verify: false' would let anybody on the way say what is installed", {
      at,
      advice: "Name the file of your own authority's certificate: ssl_verify: /path/to/ca.pem.",
    })
  }
  const texts = textsIn(content)
  const multichannels = content['custom_multichannels']
  const defaults = (isMap(multichannels) && multichannels['defaults']) || content['default_channels']
  return {
    // conda's old word for it, which libmamba does not know (configuration_impl.hpp).
    text: text.replace(/^channel_priority:\s*(false|no|off)\s*$/im, 'channel_priority: disabled'),
    addresses: texts.filter((value) => /^https?:\/\//i.test(value)),
    channels: textsIn(content['channels']),
    ...(defaults !== undefined && { defaults: textsIn(defaults) }),
    certificates: typeof verify === 'string' && /[/\\]/.test(verify) ? [verify] : [],
    secrets: [...new Set([...expanded.secrets, ...texts.flatMap(secretsIn)])],
  }
}

/** Of every map and list in it, the texts. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap(textsIn)
  return isMap(value) ? Object.values(value).flatMap(textsIn) : []
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** As libmamba's configuration.cpp does before it reads the file. */
function expandVariables(text: string, variables: NodeJS.ProcessEnv): { text: string; secrets: string[] } {
  const secrets: string[] = []
  const expanded = text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
    const name = braced ?? bare ?? ''
    const value = variables[name]
    if (value !== undefined && /TOKEN|SECRET|PASS|KEY|CRED/i.test(name)) secrets.push(value)
    return value ?? whole
  })
  return { text: expanded, secrets }
}
