import { machineCases } from './machine.ts'
import type { FaultCase } from './types.ts'
import { networkFaults, type NetworkFault } from './network.ts'
import { registryCases } from './registry.ts'
import { requestKinds, spoilRequests, type RequestKind } from './requests.ts'
import { tlsCases } from './tls.ts'
import { tunnelCases } from './tunnels.ts'

/** Every case of the table. Lists of other kinds of faults are added here. */
export function allCases(): FaultCase[] {
  const secure = [...tlsCases(), ...tunnelCases()].map((one) => ({ ...one, usual: usual.has(nameOf(one)) }))
  return [...networkCases(), ...registryCases(), ...secure, ...machineCases()]
}

/** Those that `script/test` runs: at most a minute of one core. */
const usual = new Set([
  "a captive portal's page @ token to push, once",
  'redirect by a signed address that is refused @ token to pull, for ever',
  "ends early, length not said @ base's manifest, once",
  "redirect to another host, by a signed address @ base's config and layers, for ever",
  'reset in the answer @ archive of a package, once',
  'ends early, length not said @ archive of a package, once',
  "gzip'd, which nobody asked for @ archive of a package, for ever",
  'trickles without end @ archive of a package, once',
  'reset while the request is sent @ upload of a blob, once',
  "a captive portal's page @ manifest under its tag, for ever",
  'done, and reset before the answer @ manifest under its tag, for ever',
  'length too large @ new entry of the cache, once',
  "ends early, length said @ GitHub's file, once",
  "stalls before the answer @ git's push, once",
  'a certificate that has expired @ registry, for ever',
  'a proxy with a login in its address @ registry, for ever',
])

const nameOf = ({ fault, stage, times }: Pick<FaultCase, 'fault' | 'stage' | 'times'>) =>
  `${fault} @ ${stage}, ${times}`

/** Each fault at each kind of request that can meet it, once and for ever. */
function networkCases(): FaultCase[] {
  return requestKinds.flatMap((kind) =>
    networkFaults
      .filter(({ spoils }) => spoils === 'any' || kind.has.includes(spoils))
      .filter(({ name }) => !kind.except?.some((beginning) => name.startsWith(beginning)))
      .flatMap((fault) => (['once', 'for ever'] as const).map((times) => networkCase(kind, fault, times))),
  )
}

function networkCase(kind: RequestKind, fault: NetworkFault, times: FaultCase['times']): FaultCase {
  const isOver =
    times === 'once' &&
    fault.passes &&
    (!fault.unseen || kind.checked) &&
    !(fault.asksTooMuch && kind.heedsRetryAfter)
  const mustSurvive =
    fault.harmless || isOver || (kind.dispensable && !(fault.spreads && times === 'for ever'))
  return {
    fault: fault.name,
    stage: kind.name,
    scenario: kind.scenario,
    times,
    expects: mustSurvive ? 'survived' : 'either',
    ...(usual.has(nameOf({ fault: fault.name, stage: kind.name, times })) && { usual: true }),
    arrange: (stand, id) =>
      spoilRequests(stand, id, { ...kind, times, fault: fault.make(stand, times === 'for ever') }),
  }
}
