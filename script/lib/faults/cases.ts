import type { FaultCase } from './types.ts'
import { networkFaults, type NetworkFault } from './network.ts'
import { requestKinds, type RequestKind } from './requests.ts'

/** Every case of the table. Lists of other kinds of faults are added here. */
export function allCases(): FaultCase[] {
  return [...networkCases()]
}

/** Each fault at each kind of request that can meet it, once and for ever. */
function networkCases(): FaultCase[] {
  return requestKinds.flatMap((kind) =>
    networkFaults
      .filter(({ spoils }) => spoils === 'any' || kind.has.includes(spoils))
      .flatMap((fault) => (['once', 'for ever'] as const).map((times) => networkCase(kind, fault, times))),
  )
}

function networkCase(kind: RequestKind, fault: NetworkFault, times: FaultCase['times']): FaultCase {
  const isOver = times === 'once' && fault.passes
  const mustSurvive =
    fault.harmless || isOver || (kind.dispensable && !(fault.spreads && times === 'for ever'))
  return {
    fault: fault.name,
    stage: kind.name,
    times,
    expects: mustSurvive ? 'survived' : 'either',
    async arrange(stand, id) {
      const proxy = stand.proxies[kind.service]
      await stand.elsewhere.spoil()
      await proxy.spoil(
        (request) => kind.fits(request) && (times === 'for ever' || proxy.met.length === 0),
        fault.make(stand, times === 'for ever'),
      )
      return {
        run: { scenario: kind.scenario, repository: `team/${id}` },
        hasMet: () => proxy.met.length > 0,
        names: new RegExp(proxy.host.replaceAll(/[.[\]]/g, String.raw`\$&`)),
        undo: () => proxy.spoil(),
      }
    },
  }
}
