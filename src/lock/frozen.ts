import type { Subdir } from '../common/platform.ts'
import { parseCondaLock } from './conda-lock.ts'
import { parseLock } from './parse.ts'
import { parsePixiLock } from './pixi-lock.ts'
import type { Lock } from './types.ts'

/** Which other tool wrote a lockfile that is YAML, by its keys. */
export function otherTool(text: string): 'pixi' | 'conda-lock' | undefined {
  if (/^@EXPLICIT\s*$/m.test(text) || !/^version\s*:/m.test(text)) return undefined
  if (/^environments\s*:/m.test(text)) return 'pixi'
  return /^package\s*:/m.test(text) ? 'conda-lock' : undefined
}

/**
 * Reads a lockfile that is used as it is: one of ours, an `@EXPLICIT` file, conda-lock's conda-lock.yml or pixi's pixi.lock.
 * @param pixiEnvironment the one of a pixi workspace
 * @throws UserError with the line
 */
export function parseFrozenLock(text: string, file: string, platform: Subdir, pixiEnvironment: string): Lock {
  switch (otherTool(text)) {
    case 'pixi':
      return parsePixiLock(text, file, platform, pixiEnvironment)
    case 'conda-lock':
      return parseCondaLock(text, file, platform)
    case undefined:
      return parseLock(text, file, platform)
  }
}

/**
 * The text without the variables that conda-lock leaves in the place of credentials, `https://$USER:$PASSWORD@host` and `/t/$TOKEN/`:
 * those of the run are found by the address.
 */
export function withoutPlaceholders(text: string): string {
  const variable = String.raw`\$(?:\w+|\{\w+\})`
  return text
    .replace(new RegExp(`://${variable}(?::${variable})?@`, 'g'), '://')
    .replace(new RegExp(`/t/${variable}(?=/)`, 'g'), '')
}
