import * as core from '@actions/core'
import { formatBytes, formatCount } from '../common/format.ts'

const reportEvery = 5_000

/** Tells the log how far the packages are, every few seconds, and at the end what came from where. */
export class Progress {
  /** How many there are, and what they are called. */
  readonly #total: string
  readonly #sources = new Map<string, { packages: number; bytes: number }>()
  #received = 0
  readonly #timer: NodeJS.Timeout

  constructor(all: readonly { readonly format: string }[]) {
    const wheels = all.filter(({ format }) => format === 'whl').length
    this.#total =
      wheels > 0 && wheels < all.length
        ? `${all.length} packages and wheels`
        : formatCount(all.length, wheels > 0 ? 'wheel' : 'package')
    this.#timer = setInterval(() => {
      const done = [...this.#sources.values()].reduce((sum, { packages }) => sum + packages, 0)
      core.info(`${done} of ${this.#total}, ${formatBytes(this.#received)} received`)
    }, reportEvery)
    this.#timer.unref()
  }

  received(bytes: number): void {
    this.#received += bytes
  }

  /** @param source where a package came from, as the log says it */
  finished(source: string, size: number): void {
    const { packages, bytes } = this.#sources.get(source) ?? { packages: 0, bytes: 0 }
    this.#sources.set(source, { packages: packages + 1, bytes: bytes + size })
  }

  end(): void {
    clearInterval(this.#timer)
    const parts = [...this.#sources].map(
      ([source, { packages, bytes }]) => `${packages} ${source} (${formatBytes(bytes)})`,
    )
    core.info(`${this.#total}: ${parts.length > 0 ? parts.join(', ') : 'none are needed'}`)
  }
}
