import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as core from '@actions/core'
import { temporaryFolder } from '../common/scratch.ts'
import type { EngineRemains } from '../execute/engine-session.ts'
import type { TarballState } from '../packages/tarball-cache.ts'
import { variableLimit } from './metadata-file.ts'
import { saveForPost } from './runner-files.ts'

const name = 'tarball-cache'
const scratchName = 'scratch'
const enginesName = 'engines'

/**
 * Leaves for the post step all that saving the package archives needs, so that nothing the user may have changed
 * meanwhile is read again. No credentials.
 */
export function saveState(state: TarballState): void {
  const text = JSON.stringify(state)
  if (Buffer.byteLength(text) < variableLimit) {
    saveForPost(name, text)
    return
  }
  // The post step would not start: it gets its state as variables. Of thousands of archives the names are too long for one.
  const file = join(temporaryFolder(), `micromamba-image-state-${randomUUID()}.json`)
  writeFileSync(file, text)
  saveForPost(name, JSON.stringify({ file }))
}

/** Absent when the main step ended before there was anything to save. */
export function loadState(): TarballState | undefined {
  const saved = core.getState(name)
  if (saved === '') return undefined
  // Written by saveState above.
  const state = JSON.parse(saved) as TarballState | { readonly file: string }
  if (!('file' in state)) return state
  const text = readFileSync(state.file, 'utf8')
  rmSync(state.file)
  return JSON.parse(text) as TarballState
}

/** Leaves the run's folder for the post step to remove, should the main step be killed before it does: it holds credentials. */
export function saveScratch(folder: string): void {
  saveForPost(scratchName, folder)
}

/** Absent when the main step made none. */
export function loadScratch(): string | undefined {
  return core.getState(scratchName) || undefined
}

const engines = new Set<EngineRemains>()

/**
 * Leaves what a container engine is being given for the post step to remove, should the main step be killed.
 * @returns to be called when it is gone
 */
export function saveEngine(remains: EngineRemains): () => void {
  const save = () => {
    saveForPost(enginesName, JSON.stringify([...engines]))
  }
  engines.add(remains)
  save()
  return () => {
    engines.delete(remains)
    save()
  }
}

/** What `saveEngine` has left. */
export function loadEngines(): EngineRemains[] {
  return JSON.parse(core.getState(enginesName) || '[]') as EngineRemains[] // written above
}
