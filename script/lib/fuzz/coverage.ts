import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'

declare global {
  /** For each block of modules that noteBlocks wrote whether it was entered: 1, or 0. */
  var blocks: Uint8Array | undefined
}

/** Where these modules are. */
export interface NotedModules {
  readonly folder: string
  /** The URL of the folder that they were made from. */
  readonly from: string
  /** How many blocks they have. */
  readonly blocks: number
}

/** Which blocks inputs reach. */
export class Coverage {
  readonly #entered: Uint8Array
  /** The same, eight at a time, for most were not entered. */
  readonly #words: BigUint64Array
  readonly #known: Uint8Array

  /** From here on these modules are loaded in place of those that they were made from. */
  constructor({ folder, from, blocks }: NotedModules) {
    this.#words = new BigUint64Array(Math.ceil(blocks / 8))
    this.#entered = new Uint8Array(this.#words.buffer)
    this.#known = new Uint8Array(this.#entered.length)
    globalThis.blocks = this.#entered
    registerHooks({
      load: (url, context, next) => {
        if (!url.startsWith(from) || !url.endsWith('.ts')) return next(url, context)
        const source = readFileSync(join(folder, decodeURIComponent(url.slice(from.length))), 'utf8')
        return { format: 'module-typescript', source, shortCircuit: true }
      },
    })
  }

  /** As if nothing had been entered since the last call of isNew. */
  forget(): void {
    this.#words.fill(0n)
  }

  /** How many blocks were reached. */
  get reached(): number {
    return this.#known.reduce((sum, one) => sum + one, 0)
  }

  /** Whether since the last call a block was entered for the first time. */
  isNew(): boolean {
    let isNew = false
    for (let word = 0; word < this.#words.length; word++) {
      if (this.#words[word] === 0n) continue
      for (let block = word * 8; block < word * 8 + 8; block++) {
        if (this.#entered[block] !== 1 || this.#known[block] === 1) continue
        this.#known[block] = 1
        isNew = true
      }
      this.#words[word] = 0n
    }
    return isNew
  }
}
