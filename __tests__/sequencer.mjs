import Sequencer from '@jest/test-sequencer'

/**
 * The end-to-end tests begin, for they are the long ones: what is short fills up the cores at the end. Jest knows by
 * itself how long each file took the last time, but not on a machine that sees the project for the first time.
 */
export default class EndToEndFirst extends Sequencer {
  sort(tests) {
    const isLong = ({ path }) => path.includes('/e2e/')
    const sorted = super.sort(tests)
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))]
  }
}
