import fc from 'fast-check'

// The same cases in every run, so that a change is judged by what it changes; the nightly run and whoever sets FC_SEED
// look for new ones. A failure names its seed.
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 1) })
