import { appendFile, stat } from 'node:fs/promises'
import * as core from '@actions/core'
import { messageOf } from '../common/errors.ts'
import { formatBytes, formatCount } from '../common/format.ts'
import { htmlCode } from '../common/markdown.ts'
import { formatPlatform } from '../common/platform.ts'
import { formatDiff } from '../lock/diff/diff.ts'
import { leftOutOf } from '../image/left-out.ts'
import type { Image } from '../oci/image.ts'
import { imagesOf, topOf } from '../outputs/outputs.ts'
import { formatReference } from '../registry/registry.ts'
import { figuresOfImage } from '../size/image.ts'
import type { EnvironmentFigure, Figures } from '../size/types.ts'
import { sizeChart } from './chart.ts'
import { headline } from './headline.ts'
import { digestedName, lockChanges, type LockResult, type Result } from './result.ts'

/** GitHub shows no summary of a step that is larger. */
const limit = 1024 * 1024

/**
 * Writes the job's summary: a line that says it all, digest, how to pull, what became of the locks, where the megabytes are, and where
 * each layer came from; tables that have no room in it are left out. The image is made by then, so a summary that cannot be written is a
 * warning.
 */
export async function writeSummary(result: Result): Promise<void> {
  const file = process.env['GITHUB_STEP_SUMMARY']
  if (!file) return
  try {
    const written = await stat(file).then(
      ({ size }) => size,
      () => 0,
    )
    await appendFile(file, fitting(sectionsOf(result), limit - written))
  } catch (error) {
    core.warning(`The job summary could not be written: ${messageOf(error)}`)
  }
}

function sectionsOf(result: Result): string[] {
  const images = imagesOf(result.artifact)
  return [
    rendered(() => {
      addOverview(result, images)
    }),
    rendered(() => {
      addLockDiff(result)
    }),
    ...images.map((image) =>
      rendered(() => {
        addLayers(image, result)
      }),
    ),
  ]
}

function rendered(add: () => void): string {
  core.summary.emptyBuffer()
  add()
  const text = core.summary.stringify()
  core.summary.emptyBuffer()
  return text
}

/** The sections that have room, in their order, and how many have not. */
function fitting(sections: readonly string[], room: number): string {
  const note = (count: number) =>
    `\n<p>${count} tables have no room here; the output metadata-file has all.</p>\n`
  let left = room - Buffer.byteLength(note(sections.length))
  const chosen = sections.filter((section) => {
    const size = Buffer.byteLength(section)
    if (size > left) return false
    left -= size
    return true
  })
  const missing = sections.length - chosen.length
  return missing === 0 ? chosen.join('') : [...chosen, note(missing)].join('')
}

function addOverview(result: Result, images: readonly Image[]): void {
  core.summary.addHeading('Container image', 2)
  addMarkdown(`**${headline(result)}**`)
  const { digest } = topOf(result.artifact).descriptor
  const name = digestedName(result)
  addMarkdown(`\`${digest}\``)
  if (result.pushed && name !== undefined) addMarkdown(`\`\`\`sh\ndocker pull ${name}\n\`\`\``)
  core.summary.addTable([
    ...result.tags.map((tag) => row(result.pushed ? 'Pushed' : 'Named', htmlCode(formatReference(tag)))),
    ...(result.output === undefined ? [] : [row('OCI layout', htmlCode(result.output))]),
    row('Platforms', images.map(({ platform }) => htmlCode(formatPlatform(platform))).join(', ')),
    ...result.bases.map((base) => row('Base', htmlCode(base))),
    ...result.locks.map((lock) => row('Lockfile', `${htmlCode(lock.file)}: ${describeLock(lock)}`)),
  ])
}

function addLockDiff({ locks }: Result): void {
  const diff = formatDiff(lockChanges(locks))
  if (diff === '') return
  core.summary.addHeading('Changed packages', 3)
  addMarkdown(diff)
}

function addLayers(image: Image, { locks }: Result): void {
  const title = `${formatPlatform(image.platform)}: ${image.layers.length} layers, ${totalSize(image)}`
  core.summary.addHeading(title, 3)
  const asked = new Map<string, string[]>()
  for (const lock of locks) {
    asked.set(lock.environment, [...(asked.get(lock.environment) ?? []), ...lock.asked])
  }
  const figures = figuresOfImage(image, asked)
  addMarkdown(sizeChart(figures))
  const base = figures.base?.compressed ?? 0
  if (figures.environments.length > 0 && base > 0) {
    const part = Math.round((100 * base) / figures.compressed)
    addMarkdown(`The base has ${formatBytes(base)}, ${part} %.`)
  }
  for (const environment of figures.environments) {
    core.summary.addDetails(titleOf(environment, figures), packageTable(environment))
  }
  core.summary.addDetails('Layers', layerTable(image))
  addLeftOut(image)
}

/** What patterns left out, in bytes of files before they are compressed. */
function addLeftOut(image: Image): void {
  const { patterns, isWhole } = leftOutOf(image)
  if (patterns.length === 0) return
  const total = patterns.reduce((sum, { bytes }) => sum + bytes, 0)
  core.summary.addRaw(`<p>Left out: ${isWhole ? '' : 'at least '}${formatBytes(total)} of files</p>`)
  core.summary.addTable([
    ['Pattern', 'Files', 'Size'].map((data) => ({ data, header: true })),
    ...patterns.map(({ pattern, files, bytes, matches }) => [
      htmlCode(pattern),
      matches ? String(files) : 'matches nothing',
      formatBytes(bytes),
    ]),
  ])
}

/** How many packages of an environment the summary lists. */
const listed = 30

function titleOf({ name, packages }: EnvironmentFigure, { environments }: Figures): string {
  const bytes = formatBytes(packages.reduce((sum, { compressed }) => sum + compressed, 0))
  const of = environments.length > 1 ? ` of ${htmlCode(name)}` : ''
  return `Packages${of} by size: ${packages.length}, ${bytes}`
}

function packageTable({ packages, isGuessed }: EnvironmentFigure): string {
  const rows = packages
    .slice(0, listed)
    .map(({ name, size, compressed, exact, chain }) =>
      cells('td', [
        htmlCode(name),
        `${exact ? '' : '≈ '}${formatBytes(compressed)}`,
        size === undefined ? '' : formatBytes(size),
        (chain ?? []).map(htmlCode).join(' → '),
      ]),
    )
  const why = isGuessed ? 'Needed by' : 'Asked for by'
  const more =
    packages.length > listed
      ? `<p>… and ${packages.length - listed} smaller ones: script/size lists all.</p>`
      : ''
  return `<table>${cells('th', ['Package', 'Compressed', 'Unpacked', why])}${rows.join('')}</table>${more}`
}

/** Apart from the HTML before and after it, in which Markdown is not looked at. */
function addMarkdown(text: string): void {
  core.summary.addRaw(`\n${text}\n\n`)
}

function row(title: string, content: string) {
  return [{ data: title, header: true }, { data: content }]
}

function describeLock(lock: LockResult): string {
  const wheels = lock.wheels === undefined ? '' : `, ${formatCount(lock.wheels, 'wheel')}`
  return `${formatCount(lock.packages, 'package')}${wheels}, ${lock.changed ? 'solved and written by this run' : 'used as it was'}`
}

function totalSize(image: Image): string {
  return formatBytes(image.layers.reduce((sum, layer) => sum + layer.descriptor.size, 0))
}

function layerTable(image: Image): string {
  const rows = image.layers.map((layer) =>
    cells('td', [
      htmlCode(layer.descriptor.digest.slice(0, 19)),
      formatBytes(layer.descriptor.size),
      layer.from,
      htmlCode(layer.createdBy),
    ]),
  )
  return `<table>${cells('th', ['Layer', 'Size', 'From', 'Content'])}${rows.join('')}</table>`
}

function cells(tag: string, texts: readonly string[]): string {
  return `<tr>${texts.map((text) => `<${tag}>${text}</${tag}>`).join('')}</tr>`
}
