import * as core from '@actions/core'
import { formatBytes } from '../common/format.ts'
import { formatPlatform } from '../common/platform.ts'
import type { Image } from '../oci/image.ts'
import { imagesOf, topOf } from '../outputs/outputs.ts'
import { formatReference } from '../registry/registry.ts'
import { digestedName, type LockResult, type Result } from './result.ts'

/** Writes the job's summary: digest, how to pull, what became of the lock, and where each layer came from. */
export async function writeSummary(result: Result): Promise<void> {
  if (!process.env['GITHUB_STEP_SUMMARY']) return
  const images = imagesOf(result.artifact)
  core.summary.addHeading('Container image', 2)
  core.summary.addTable([
    row('Digest', code(topOf(result.artifact).descriptor.digest)),
    ...result.tags.map((tag) => row(result.pushed ? 'Pushed' : 'Named', code(formatReference(tag)))),
    ...(result.output === undefined ? [] : [row('OCI layout', code(result.output))]),
    row('Platforms', images.map(({ platform }) => code(formatPlatform(platform))).join(', ')),
    ...result.bases.map((base) => row('Base', code(base))),
    ...result.locks.map((lock) => row('Lockfile', `${code(lock.file)}: ${describeLock(lock)}`)),
  ])
  const name = digestedName(result)
  if (result.pushed && name !== undefined) core.summary.addCodeBlock(`docker pull ${name}`, 'sh')
  result.locks.forEach(addLockDifference)
  for (const image of images) {
    const title = `${formatPlatform(image.platform)}: ${image.layers.length} layers, ${totalSize(image)}`
    core.summary.addDetails(title, layerTable(image))
  }
  await core.summary.write()
}

function row(title: string, content: string) {
  return [{ data: title, header: true }, { data: content }]
}

function code(text: string): string {
  return `<code>${escape(text)}</code>`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function describeLock(lock: LockResult): string {
  return `${lock.packages} packages, ${lock.changed ? 'solved and written by this run' : 'used as it was'}`
}

function addLockDifference({ difference }: LockResult): void {
  if (difference === undefined) return
  const rows = [
    ...difference.changed.map(({ name, before, after }) => [name, before, after]),
    ...difference.added.map(({ name, version }) => [name, '', version]),
    ...difference.removed.map(({ name, version }) => [name, version, '']),
  ]
  if (rows.length === 0) return
  core.summary.addHeading('Changed packages', 3)
  core.summary.addTable([
    ['Package', 'Before', 'Now'].map((data) => ({ data, header: true })),
    ...rows.map((cells) => cells.map(escape)),
  ])
}

function totalSize(image: Image): string {
  return formatBytes(image.layers.reduce((sum, layer) => sum + layer.descriptor.size, 0))
}

function layerTable(image: Image): string {
  const cells = (tag: string, texts: string[]) =>
    `<tr>${texts.map((t) => `<${tag}>${t}</${tag}>`).join('')}</tr>`
  const rows = image.layers.map((layer) =>
    cells('td', [
      code(layer.descriptor.digest.slice(0, 19)),
      formatBytes(layer.descriptor.size),
      layer.from,
      escape(layer.createdBy),
    ]),
  )
  return `<table>${cells('th', ['Layer', 'Size', 'From', 'Content'])}${rows.join('')}</table>`
}
