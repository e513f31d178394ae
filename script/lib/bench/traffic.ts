/** The servers of a world, as far as what goes through them is counted. */
export interface Servers {
  readonly channel: { readonly requests: readonly { readonly bytes: number }[] }
  /** Of wheels. */
  readonly index?: { readonly requests: readonly { readonly bytes: number }[] }
  readonly registry: {
    readonly requests: readonly { readonly sent: number; readonly received: number }[]
    settled(): Promise<void>
  }
}

export interface Traffic {
  /** Bytes from the channel and the index. */
  readonly down: number
  /** Bytes to the registry, and from it. */
  readonly up: number
  readonly pulled: number
  /** To the registry. */
  readonly requests: number
}

/** Counts from now on. @returns what went through the servers since */
export function watchTraffic({ channel, index, registry }: Servers): () => Promise<Traffic> {
  const sources = [channel, ...(index ? [index] : [])]
  const downBefore = bytesOf(sources)
  const before = registry.requests.length
  return async () => {
    await registry.settled()
    const requests = registry.requests.slice(before)
    return {
      down: bytesOf(sources) - downBefore,
      up: requests.reduce((sum, { sent }) => sum + sent, 0),
      pulled: requests.reduce((sum, { received }) => sum + received, 0),
      requests: requests.length,
    }
  }
}

function bytesOf(servers: readonly NonNullable<Servers['index']>[]): number {
  return servers.flatMap(({ requests }) => requests).reduce((sum, { bytes }) => sum + bytes, 0)
}
