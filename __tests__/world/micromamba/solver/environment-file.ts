import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import { backtrace } from './failure.ts'

export interface EnvironmentFile {
  readonly channels: readonly string[]
  readonly specs: readonly string[]
  readonly hasVariables: boolean
}

/** Selectors of `sel(linux): spec` that hold on Linux, the only system that is solved for here. */
const holding = new Set(['linux', 'unix'])

/** Reads an env.yaml; what pip is to install leaves no trace. @throws Failure */
export async function readEnvironmentFile(file: string): Promise<EnvironmentFile> {
  const content = await readFile(file, 'utf8').catch(() => {
    throw backtrace(`YAML spec file '${file}' not found`, 'File not found. Aborting.')
  })
  const lineCounter = new LineCounter()
  const document = parseDocument(content, { lineCounter, prettyErrors: false })
  const [error] = document.errors
  if (error) {
    throw backtrace(`YAML error in spec file '${resolve(file)}'`, yamlCpp(error, lineCounter))
  }
  // What the parser makes of YAML; anything else than these is not looked at.
  const { channels, dependencies, variables } = (document.toJS() ?? {}) as {
    channels?: string[] | null
    dependencies?: (string | Record<string, string>)[] | null
    variables?: object | null
  }
  return {
    channels: channels ?? [],
    specs: (dependencies ?? []).flatMap(specsOf),
    hasVariables: Object.keys(variables ?? {}).length > 0,
  }
}

function specsOf(entry: string | Record<string, unknown>): string[] {
  if (typeof entry === 'string') return [entry]
  return Object.entries(entry).flatMap(([key, value]) => {
    const [, selector = ''] = /^sel\((\w+)\)$/.exec(key) ?? []
    return holding.has(selector) && typeof value === 'string' ? [value] : []
  })
}

/** In the words of micromamba's parser, where there is a transcript of them. */
function yamlCpp(error: { message: string; pos: [number, number] }, lines: LineCounter): string {
  const { line, col } = lines.linePos(error.pos[0])
  const what = /^Flow sequence .* end with a \]/.test(error.message)
    ? 'end of sequence flow not found'
    : error.message
  return `yaml-cpp: error at line ${line}, column ${col}: ${what}`
}
