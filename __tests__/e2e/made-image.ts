import { Readable } from 'node:stream'
import { ownerOf, readLayerTar } from '../../src/base/layer-tar.ts'
import { isRecord } from '../../src/common/json.ts'
import {
  imageContent,
  parseObject,
  type ContentLayer,
  type ImageContent,
} from '../../script/lib/image-content.ts'
import { isDigest } from '../../src/common/digest.ts'

/** What a layer has at a path. */
export interface LayerFile {
  readonly type: string
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  /** Of a file, as Latin-1; where a link leads. */
  readonly text: string
}

/** An image in a registry, read for what is in it. */
export class MadeImage {
  readonly content: ImageContent
  /** All that its manifest and its config say. */
  readonly documents: string
  readonly #base: string

  private constructor(base: string, content: ImageContent, documents: string) {
    this.#base = base
    this.content = content
    this.documents = documents
  }

  /** @param name `HOST/REPOSITORY:TAG`, or with `@DIGEST` */
  static async read(name: string): Promise<MadeImage> {
    const [, host = '', repository = '', tag = ''] = /^([^/]+)\/(.+?)[:@]([\w.-]+(?::\w+)?)$/.exec(name) ?? []
    const base = `http://${host}/v2/${repository}`
    const accept = ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.oci.image.index.v1+json']
    const answer = await fetch(`${base}/manifests/${tag}`, { headers: { accept: accept.join(', ') } })
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`)
    const digest = answer.headers.get('docker-content-digest') ?? ''
    const bytes = await answer.text()
    const manifest = parseObject(Buffer.from(bytes))
    const { digest: configDigest } = isRecord(manifest['config']) ? manifest['config'] : {}
    const config = await (await fetch(`${base}/blobs/${String(configDigest)}`)).text()
    if (!isDigest(digest)) throw new Error(`${name}: '${digest}' is no digest`)
    return new MadeImage(
      base,
      imageContent(digest, manifest, parseObject(Buffer.from(config))),
      bytes + config,
    )
  }

  /** Whether there is such an image. */
  static async exists(name: string): Promise<boolean> {
    return MadeImage.read(name).then(
      () => true,
      () => false,
    )
  }

  get env(): Record<string, string> {
    const { config } = this.content.config
    const lines = isRecord(config) && Array.isArray(config['Env']) ? config['Env'].map(String) : []
    return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]))
  }

  /** The layers whose titles are such, the lowest first. */
  layers(title: string | RegExp): ContentLayer[] {
    return this.content.layers.filter(({ createdBy = '' }) =>
      typeof title === 'string' ? createdBy === title : title.test(createdBy),
    )
  }

  /** What a layer has, by path relative to the root. */
  async files({ digest, descriptor }: ContentLayer): Promise<Map<string, LayerFile>> {
    const files = new Map<string, LayerFile>()
    const open = async () => {
      const { body } = await fetch(`${this.#base}/blobs/${digest}`)
      if (!body) throw new Error(`${digest} is not there`)
      return Readable.from(body)
    }
    for await (const { path, header, content } of readLayerTar({
      mediaType: String(descriptor['mediaType']),
      open,
    })) {
      const { type, mode, size, linkname } = header
      // What is large is known by its size.
      const chunks = size < 16e6 ? await Array.fromAsync(content) : []
      const isLink = type === 'symlink' || type === 'link'
      const text = isLink ? linkname : Buffer.concat(chunks).toString('latin1')
      files.set(path, { type, mode: mode & 0o7777, ...ownerOf(header), size, text })
    }
    return files
  }

  /** What the only layer of a title has. */
  async filesOf(title: string | RegExp): Promise<Map<string, LayerFile>> {
    const [layer, ...more] = this.layers(title)
    if (!layer || more.length > 0)
      throw new Error(`${more.length + (layer ? 1 : 0)} layers are '${String(title)}'`)
    return this.files(layer)
  }
}
