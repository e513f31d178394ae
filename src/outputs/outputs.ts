/** The door of this folder: the places where an image can go. Each takes the same data. */
export { imagesOf, topOf, type Artifact } from './artifact.ts'
export { engineCommand, isMissing, type EngineCommand } from './engine.ts'
export { checkLayout, writeLayout } from './layout.ts'
export { checkEngine, engineFailure, loadImage, loadInto } from './load.ts'
export { mergeDigests, type MergeReport } from './merge.ts'
export { pushImage, TagFailure, type PushReport } from './registry.ts'
export { distinctRepositories } from './targets.ts'
export { createBlobUploader, type BlobSource, type BlobUploader, type Transfer } from './uploader.ts'
